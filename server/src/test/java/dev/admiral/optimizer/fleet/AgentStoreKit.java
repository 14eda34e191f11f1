package dev.admiral.optimizer.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Money;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link AgentStore} does. */
public abstract class AgentStoreKit {
  private static final Instant CREATED = Instant.parse("2026-03-01T10:00:00.123456789Z");

  /** Returns a store that keeps nothing yet. */
  protected abstract AgentStore store() throws Exception;

  @Test
  void emptyStore_loadsNothing() throws Exception {
    assertThat(store().load()).isEmpty();
  }

  @Test
  void savedAgents_areLoadedAsTheyWere() throws Exception {
    AgentStore store = store();
    Agent plain = agent("default", "council", 3);
    Agent odd =
        new Agent(
            "blue",
            "team:a/b@c._-",
            "",
            Long.MAX_VALUE,
            new Money(Long.MAX_VALUE),
            Money.ZERO,
            Instant.EPOCH,
            CREATED);

    store.save(List.of(plain, odd));

    assertThat(store.load()).containsExactlyInAnyOrder(plain, odd);
  }

  @Test
  void savedAgain_replacesWhatWasKept() throws Exception {
    AgentStore store = store();
    store.save(List.of(agent("default", "council", 3), agent("default", "other", 1)));

    store.save(List.of(agent("default", "council", 4)));

    assertThat(store.load())
        .containsExactlyInAnyOrder(agent("default", "council", 4), agent("default", "other", 1));
  }

  @Test
  void sameNameInTwoTenants_isTwoAgents() throws Exception {
    AgentStore store = store();
    store.save(List.of(agent("a", "council", 1), agent("b", "council", 2)));

    store.forget("a", "council");

    assertThat(store.load()).containsExactly(agent("b", "council", 2));
  }

  @Test
  void forgettingTheUnknown_changesNothing() throws Exception {
    AgentStore store = store();
    store.save(List.of(agent("a", "council", 1)));

    store.forget("a", "counci");

    assertThat(store.load()).hasSize(1);
  }

  @Test
  void manyAgents_areSavedAtOnce() throws Exception {
    AgentStore store = store();
    List<Agent> many = IntStream.range(0, 5_000).mapToObj(i -> agent("t", "a" + i, i)).toList();

    store.save(many);

    assertThat(store.load()).containsExactlyInAnyOrderElementsOf(many);
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
