package dev.admiral.optimizer.fleet;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.call.WriteSwitch;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetTest {
  /** Writes that are held do not end, however long one waits. */
  private static final Duration STORE_WAIT = Duration.ofMillis(5);

  private static final Identity ALICE = new Identity("alice", false, "alice's key");
  private static final Identity BOB = new Identity("bob", true, "bob's key");

  private final VirtualTime clock = new VirtualTime();
  private final SwitchedStore store = new SwitchedStore();
  private final List<Agent> registered = new ArrayList<>();
  private final Fleet fleet = new Fleet(store, STORE_WAIT, 3, clock, registered::add);

  @Test
  void firstCall_registersTheAgentOnce() throws Exception {
    Caller first = fleet.arrive(ALICE, "council", "research");
    Caller second = fleet.arrive(ALICE, "council", "");

    assertThat(first).isEqualTo(new Caller("alice", "council", "research", false));
    assertThat(second).isEqualTo(first);
    assertThat(registered).extracting(Agent::name).containsExactly("council");
  }

  @Test
  void agentWithoutAName_isAnonymous() throws Exception {
    assertThat(fleet.arrive(ALICE, "", "").agent()).isEqualTo("anonymous");
  }

  @Test
  void sameNameInTwoTenants_isTwoAgents() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "council", ""), paid(5));
    fleet.arrive(BOB, "council", "");

    assertThat(fleet.find("alice", "council"))
        .hasValueSatisfying(agent -> assertThat(agent.calls()).isEqualTo(1));
    assertThat(fleet.find("bob", "council"))
        .hasValueSatisfying(agent -> assertThat(agent.calls()).isZero());
    assertThat(fleet.find("carol", "council")).isEmpty();
  }

  @Test
  void operatorOfAKey_isTheCallsOwn() throws Exception {
    Identity operator = new Identity("alice", true, "alice's other key");

    assertThat(fleet.arrive(ALICE, "council", "").operator()).isFalse();
    assertThat(fleet.arrive(operator, "council", "").operator()).isTrue();
    assertThat(fleet.arrive(ALICE, "council", "").operator()).isFalse();
  }

  @Test
  void newGroup_replacesTheOldOne() throws Exception {
    fleet.arrive(ALICE, "council", "research");
    fleet.arrive(ALICE, "council", "writing");

    assertThat(fleet.arrive(ALICE, "council", "").group()).isEqualTo("writing");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "ä", "(others)", "a\n", "a,b"})
  void illegalName_isRefusedWithoutRepeatingIt(String name) {
    assertThatThrownBy(() -> fleet.arrive(ALICE, name, ""))
        .isInstanceOfSatisfying(
            CallException.class,
            e -> {
              assertThat(e.failure()).isInstanceOf(Failure.Invalid.class);
              assertThat(e.failure().message()).startsWith("options.agent_id may hold letters");
            });
    assertThat(registered).isEmpty();
  }

  @Test
  void illegalGroup_isRefusedEvenOfAKnownAgent() throws Exception {
    fleet.arrive(ALICE, "council", "");

    assertThatThrownBy(() -> fleet.arrive(ALICE, "council", "x".repeat(129)))
        .isInstanceOfSatisfying(
            CallException.class,
            e ->
                assertThat(e.failure().message())
                    .isEqualTo("options.agent_group must have 1 to 128 characters, not 129"));
  }

  @Test
  void beyondTheBound_callsWorkAndAreCountedTogether() throws Exception {
    for (int i = 0; i < 6; i++) {
      Caller caller = fleet.arrive(ALICE, "agent-" + i, "g");
      assertThat(caller.agent()).isEqualTo("agent-" + i);
      fleet.finished(caller, paid(1));
    }

    assertThat(fleet.list("alice", "", 10))
        .extracting(Agent::name)
        .containsExactly("(others)", "agent-0", "agent-1", "agent-2");
    assertThat(fleet.find("alice", Fleet.OTHERS))
        .hasValueSatisfying(others -> assertThat(others.calls()).isEqualTo(3));
    assertThat(registered).hasSize(3);
    assertThat(fleet.arrive(BOB, "agent-0", "").agent()).isEqualTo("agent-0");
  }

  @Test
  void spendAndSavings_followTheSource() throws Exception {
    Caller caller = fleet.arrive(ALICE, "council", "");
    fleet.finished(caller, paid(5));
    fleet.finished(caller, answered(7, Source.SOURCE_MEMORY));
    fleet.finished(caller, answered(11, Source.SOURCE_COALESCED));
    fleet.finished(caller, new Outcome.Failed(new Failure.DeadlineExceeded(null), List.of()));

    Agent agent = fleet.find("alice", "council").orElseThrow();

    assertThat(agent.calls()).isEqualTo(4);
    assertThat(agent.spent()).isEqualTo(new Money(5));
    assertThat(agent.saved()).isEqualTo(new Money(18));
  }

  @Test
  void lastSeen_movesWithCallsAndHeartbeats() throws Exception {
    fleet.arrive(ALICE, "council", "");
    Instant created = clock.now();
    clock.advance(Duration.ofMinutes(1));
    fleet.heartbeat(ALICE, "council", "");

    Agent agent = fleet.find("alice", "council").orElseThrow();

    assertThat(agent.created()).isEqualTo(created);
    assertThat(agent.lastSeen()).isEqualTo(created.plusSeconds(60));
    assertThat(agent.calls()).isZero();
  }

  @Test
  void pages_followTheOrderOfNames() throws Exception {
    for (String name : List.of("c", "a", "b")) {
      fleet.arrive(ALICE, name, "");
    }

    assertThat(fleet.list("alice", "", 2)).extracting(Agent::name).containsExactly("a", "b");
    assertThat(fleet.list("alice", "b", 2)).extracting(Agent::name).containsExactly("c");
    assertThat(fleet.list("nobody", "", 2)).isEmpty();
  }

  @Test
  void restart_goesOnWhereItStopped() throws Exception {
    for (int i = 0; i < 4; i++) {
      fleet.finished(fleet.arrive(ALICE, "agent-" + i, "g"), paid(2));
    }
    fleet.flush();

    Fleet next = new Fleet(store, STORE_WAIT, 3, clock, registered::add);
    next.load();
    registered.clear();
    next.finished(next.arrive(ALICE, "agent-0", ""), paid(1));

    assertThat(next.find("alice", "agent-0"))
        .hasValueSatisfying(agent -> {
          assertThat(agent.calls()).isEqualTo(2);
          assertThat(agent.spent()).isEqualTo(new Money(3));
          assertThat(agent.group()).isEqualTo("g");
        });
    assertThat(next.find("alice", Fleet.OTHERS)).isPresent();
    assertThat(registered).isEmpty();
  }

  @Test
  void flush_writesOnlyWhatChanged() throws Exception {
    fleet.arrive(ALICE, "a", "");
    fleet.arrive(ALICE, "b", "");
    fleet.flush();
    fleet.flush();
    fleet.finished(fleet.arrive(ALICE, "b", ""), paid(1));
    fleet.flush();

    assertThat(store.added).extracting(Collection::size).containsExactly(2, 1);
  }

  @Test
  void failedFlush_isMadeUpForByTheNext() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(1));
    store.writes.breakWrites(true);
    assertThatThrownBy(fleet::flush).isInstanceOf(IOException.class);
    assertThat(fleet.storeProblem()).contains("the disk is full");

    store.writes.breakWrites(false);
    fleet.flush();

    assertThat(fleet.storeProblem()).isEmpty();
    assertThat(forEnd(store.load())).extracting(Agent::calls).containsExactly(1L);
  }

  @Test
  void flushThatTakesLonger_isNeitherLostNorMadeTwice() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(1));
    store.writes.hold();
    assertThatThrownBy(fleet::flush).isInstanceOf(IOException.class);
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(2));
    assertThatThrownBy(fleet::flush).isInstanceOf(IOException.class);
    assertThat(store.writes.asked()).as("nothing is begun before it has ended").isEqualTo(1);
    store.writes.letGo();

    fleet.flush();

    assertThat(fleet.storeProblem()).isEmpty();
    assertThat(onlyKept().calls()).isEqualTo(2);
    assertThat(onlyKept().spent()).isEqualTo(new Money(3));
  }

  @Test
  void flushThatFailsLate_isMadeUpForByTheNext() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(1));
    store.writes.hold();
    assertThatThrownBy(fleet::flush).isInstanceOf(IOException.class);
    store.writes.breakWrites(true);
    store.writes.letGo();
    store.writes.breakWrites(false);

    fleet.flush();

    assertThat(onlyKept().calls()).isEqualTo(1);
  }

  @Test
  void agentForgottenLate_isForgottenHereToo() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(1));
    fleet.flush();
    store.writes.hold();
    assertThatThrownBy(() -> fleet.forget("alice", "a")).isInstanceOf(IOException.class);
    assertThat(fleet.find("alice", "a")).isPresent();
    store.writes.letGo();

    fleet.flush();

    assertThat(fleet.find("alice", "a")).isEmpty();
    assertThat(forEnd(store.load())).isEmpty();
  }

  @Test
  void sumsBeyondNineMillionDollars_areRight() throws Exception {
    Money dear = new Money(8_000_000, 1);
    for (int i = 0; i < 3; i++) {
      fleet.finished(fleet.arrive(ALICE, "a", ""), answered(dear, Source.SOURCE_UPSTREAM));
      fleet.finished(fleet.arrive(ALICE, "a", ""), answered(dear, Source.SOURCE_MEMORY));
      fleet.flush();
    }

    assertThat(onlyKept().spent()).isEqualTo(new Money(24_000_000, 3));
    assertThat(onlyKept().saved()).isEqualTo(new Money(24_000_000, 3));
    assertThat(fleet.find("alice", "a").orElseThrow().spent()).isEqualTo(onlyKept().spent());
  }

  /** Two fleets share a store that works, breaks, and holds writes back; each step is a number. */
  @Property(tries = 200)
  void twoFleetsOnOneStore_addUp(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 79) Integer> steps) throws Exception {
    SwitchedStore shared = new SwitchedStore();
    List<Fleet> fleets = List.of(sharing(shared), sharing(shared));
    Map<String, Long> calls = new TreeMap<>();
    for (int step : steps) {
      Fleet one = fleets.get(step % 2);
      String name = "agent-" + step / 2 % 3;
      switch (step / 8) {
        case 0 -> shared.writes.hold();
        case 1 -> shared.writes.letGo();
        case 2 -> shared.writes.breakWrites(step % 4 == 0);
        case 3, 4, 5 -> flushIfItCan(one);
        default -> {
          one.finished(one.arrive(ALICE, name, ""), paid(7));
          calls.merge(name, 1L, Long::sum);
        }
      }
    }
    shared.writes.breakWrites(false);
    shared.writes.letGo();
    for (Fleet each : fleets) {
      each.flush();
    }

    Map<String, Long> kept = new TreeMap<>();
    for (Agent agent : forEnd(shared.load())) {
      kept.put(agent.name(), agent.calls());
      assertThat(agent.spent()).isEqualTo(new Money(7 * agent.calls()));
    }
    assertThat(kept).isEqualTo(calls);
  }

  private Fleet sharing(AgentStore shared) {
    return new Fleet(shared, Duration.ZERO, 100, clock, agent -> {});
  }

  private static void flushIfItCan(Fleet one) {
    try {
      one.flush();
    } catch (IOException e) {
      // It goes with a later one.
    }
  }

  private Agent onlyKept() throws IOException {
    List<Agent> kept = forEnd(store.load());
    assertThat(kept).hasSize(1);
    return kept.getFirst();
  }

  @Test
  void forgottenAgent_registersAnew() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(1));
    fleet.flush();

    fleet.forget("alice", "a");
    fleet.forget("alice", "a");
    fleet.forget("nobody", "a");
    assertThat(fleet.find("alice", "a")).isEmpty();
    assertThat(forEnd(store.load())).isEmpty();

    fleet.arrive(ALICE, "a", "");
    assertThat(registered).hasSize(2);
  }

  @Test
  void agentForgottenLate_isForgottenByATryAgain() throws Exception {
    fleet.finished(fleet.arrive(ALICE, "a", ""), paid(1));
    fleet.flush();
    store.writes.hold();
    assertThatThrownBy(() -> fleet.forget("alice", "a")).isInstanceOf(IOException.class);
    store.writes.letGo();

    fleet.forget("alice", "a");

    assertThat(fleet.find("alice", "a")).isEmpty();
    assertThat(forEnd(store.load())).isEmpty();
    fleet.arrive(ALICE, "b", "");
    fleet.arrive(ALICE, "c", "");
    fleet.arrive(ALICE, "d", "");
    assertThat(fleet.find("alice", Fleet.OTHERS)).as("its place is free, once").isEmpty();
  }

  @Test
  void agentThatOnlyTheStoreKnows_isErased() throws Exception {
    Fleet other = new Fleet(store, STORE_WAIT, 3, clock, agent -> {});
    other.finished(other.arrive(ALICE, "a", ""), paid(1));
    other.flush();

    fleet.forget("alice", "a");

    assertThat(forEnd(store.load())).isEmpty();
  }

  @Test
  void agentThatCannotBeErased_isKept() throws Exception {
    fleet.arrive(ALICE, "a", "");
    store.writes.breakWrites(true);

    assertThatThrownBy(() -> fleet.forget("alice", "a")).isInstanceOf(IOException.class);
    assertThat(fleet.find("alice", "a")).isPresent();
  }

  @Property(tries = 100)
  void totals_equalThoseOfASlowModel(
      @ForAll @Size(max = 200) List<@IntRange(max = 99) Integer> steps) throws Exception {
    Fleet tested = new Fleet(new InMemoryAgentStore(), STORE_WAIT, 1_000, clock, agent -> {});
    Map<String, long[]> model = new TreeMap<>();
    for (int step : steps) {
      String name = "agent-" + step % 7;
      boolean saved = step % 2 == 0;
      long[] totals = model.computeIfAbsent(name, n -> new long[3]);
      totals[0]++;
      totals[saved ? 2 : 1] += step;
      tested.finished(
          tested.arrive(ALICE, name, ""),
          answered(step, saved ? Source.SOURCE_DISK : Source.SOURCE_UPSTREAM));
    }

    List<Agent> agents = tested.list("alice", "", 1_000);

    assertThat(agents).extracting(Agent::name).containsExactlyElementsOf(model.keySet());
    for (Agent agent : agents) {
      assertThat(new long[] {agent.calls(), agent.spent().picoUsd(), agent.saved().picoUsd()})
          .isEqualTo(model.get(agent.name()));
    }
  }

  @Test
  void manyThreads_loseNoCallAndRegisterEachAgentOnce() throws Exception {
    InMemoryAgentStore memory = new InMemoryAgentStore();
    List<Agent> seen = Collections.synchronizedList(new ArrayList<>());
    Fleet shared = new Fleet(memory, STORE_WAIT, 5, clock, seen::add);
    int threads = 8;
    int calls = 5_000;
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        done.add(
            executor.submit(() -> {
              start.await();
              for (int i = 0; i < calls; i++) {
                shared.finished(shared.arrive(ALICE, "agent-" + i % 10, ""), paid(1));
                if (i % 100 == 0) {
                  shared.flush();
                }
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> future : done) {
        future.get();
      }
    }
    shared.flush();

    assertThat(seen).extracting(Agent::name).doesNotHaveDuplicates().hasSize(5);
    assertThat(shared.list("alice", "", 100)).hasSize(6);
    assertThat(forEnd(memory.load()).stream().mapToLong(Agent::calls).sum())
        .isEqualTo((long) threads * calls);
  }

  private static Outcome paid(long picoUsd) {
    return answered(picoUsd, Source.SOURCE_UPSTREAM);
  }

  private static Outcome answered(long picoUsd, Source source) {
    return answered(new Money(picoUsd), source);
  }

  private static Outcome answered(Money cost, Source source) {
    Answer answer =
        new Answer(
            Completion.getDefaultInstance(),
            "openai",
            "small",
            Usage.NONE,
            new Cost.Known(cost, "v", false),
            Instant.EPOCH,
            Duration.ZERO);
    return new Outcome.Answered(
        answer, source, new Outcome.Timing(null, Duration.ZERO, Duration.ZERO), List.of(), "");
  }

  /** Keeps agents as its switch allows. */
  private static final class SwitchedStore implements AgentStore {
    final InMemoryAgentStore kept = new InMemoryAgentStore();
    final WriteSwitch writes = new WriteSwitch();
    final List<Collection<Agent>> added = new ArrayList<>();

    @Override
    public CompletableFuture<List<Agent>> load() {
      return kept.load();
    }

    @Override
    public CompletableFuture<Void> add(Collection<Agent> gains) {
      added.add(gains);
      return writes.end(() -> kept.add(gains));
    }

    @Override
    public CompletableFuture<Void> forget(String tenant, String name) {
      return writes.end(() -> kept.forget(tenant, name));
    }
  }
}
