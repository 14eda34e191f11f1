package dev.admiral.optimizer.fleet;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Money;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link AgentStore} does. */
public abstract class AgentStoreKit {
  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00.123456789Z");

  /** Returns a store that keeps nothing yet. */
  protected abstract AgentStore store() throws Exception;

  @Test
  void emptyStore_loadsNothing() throws Exception {
    assertThat(forEnd(store().load())).isEmpty();
  }

  @Test
  void addedAgents_areLoadedAsTheyWere() throws Exception {
    AgentStore store = store();
    Agent plain = agent("default", "council", 3);
    Agent odd =
        new Agent(
            "blue",
            "team:a/b@c._-",
            "",
            Long.MAX_VALUE,
            new Money(Long.MAX_VALUE / 2, 999_999_999_999L),
            Money.ZERO,
            Instant.EPOCH,
            CREATED);

    forEnd(store.add(List.of(plain, odd)));

    assertThat(forEnd(store.load())).containsExactlyInAnyOrder(plain, odd);
  }

  @Test
  void addedAgain_addsUp() throws Exception {
    AgentStore store = store();
    forEnd(store.add(List.of(agent("default", "council", 3), agent("default", "other", 1))));

    forEnd(store.add(List.of(agent("default", "council", 4))));

    assertThat(forEnd(store.load()))
        .containsExactlyInAnyOrder(
            new Agent(
                "default",
                "council",
                "group",
                7,
                new Money(49),
                new Money(77),
                CREATED,
                CREATED.plusSeconds(4)),
            agent("default", "other", 1));
  }

  @Test
  void twoServers_keepTheFirstTimeTheLastAndTheLatestGroup() throws Exception {
    AgentStore store = store();
    Instant later = CREATED.plusSeconds(60);
    forEnd(store.add(List.of(seen("new", CREATED.plusSeconds(1), later))));
    forEnd(store.add(List.of(seen("old", CREATED, CREATED.plusSeconds(30)))));
    forEnd(store.add(List.of(seen("", later, later.plusSeconds(1)))));

    assertThat(forEnd(store.load()))
        .containsExactly(
            new Agent(
                "default",
                "council",
                "new",
                3,
                Money.ZERO,
                Money.ZERO,
                CREATED,
                later.plusSeconds(1)));
  }

  private static Agent seen(String group, Instant created, Instant lastSeen) {
    return new Agent("default", "council", group, 1, Money.ZERO, Money.ZERO, created, lastSeen);
  }

  @Test
  void sumsOfMoney_carryAndPassNineMillionDollars() throws Exception {
    AgentStore store = store();
    Money dear = new Money(5_000_000, 999_999_999_999L);
    for (int i = 0; i < 3; i++) {
      forEnd(store.add(List.of(new Agent("t", "a", "", 1, dear, dear, CREATED, CREATED))));
    }

    Agent sum = forEnd(store.load()).getFirst();
    assertThat(sum.spent()).isEqualTo(new Money(15_000_002, 999_999_999_997L));
    assertThat(sum.saved()).isEqualTo(sum.spent());
  }

  /** Every order and grouping of what several writers add gives the same sums. */
  @Test
  void gainsOfTwoWriters_interleaved_addUp() throws Exception {
    AgentStore store = store();
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      ends.add(store.add(List.of(agent("t", "a", 1), agent("t", "b", i))));
    }
    CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();

    assertThat(forEnd(store.load()))
        .extracting(agent -> agent.name() + " " + agent.calls() + " " + agent.spent().pico())
        .containsExactlyInAnyOrder("a 200 1400", "b 19900 139300");
  }

  @Test
  void sameNameInTwoTenants_isTwoAgents() throws Exception {
    AgentStore store = store();
    forEnd(store.add(List.of(agent("a", "council", 1), agent("b", "council", 2))));

    forEnd(store.forget("a", "council"));

    assertThat(forEnd(store.load())).containsExactly(agent("b", "council", 2));
  }

  @Test
  void forgettingTheUnknown_changesNothing() throws Exception {
    AgentStore store = store();
    forEnd(store.add(List.of(agent("a", "council", 1))));

    forEnd(store.forget("a", "counci"));

    assertThat(forEnd(store.load())).hasSize(1);
  }

  @Test
  void manyAgents_areAddedAtOnce() throws Exception {
    AgentStore store = store();
    List<Agent> many = IntStream.range(0, 5_000).mapToObj(i -> agent("t", "a" + i, i)).toList();

    forEnd(store.add(many));

    assertThat(forEnd(store.load())).containsExactlyInAnyOrderElementsOf(many);
  }

  private static Agent agent(String tenant, String name, long calls) {
    return new Agent(
        tenant,
        name,
        "group",
        calls,
        new Money(calls * 7),
        new Money(calls * 11),
        CREATED,
        CREATED.plusSeconds(calls));
  }
}
