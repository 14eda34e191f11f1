package dev.admiral.optimizer.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.events.Event.AgentRegistered;
import dev.admiral.optimizer.events.Event.CacheInvalidated;
import dev.admiral.optimizer.events.Event.EventsDropped;
import dev.admiral.optimizer.events.Event.ModelHealthChanged;
import dev.admiral.optimizer.events.Event.ModelHealthChanged.Health;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What watchers are given, in which order, and what they are told when they miss something. */
class FanOutTest {
  private static final OptionalLong FROM_NOW = OptionalLong.empty();
  private static final int RING = 16;

  private static final long ENTROPY = 0x123456789abcdefL;
  private static final Origin ORIGIN = new Origin("replica-1", ENTROPY);

  private final VirtualTime time = new VirtualTime();
  private final FanOut bus =
      new FanOut(new FanOut.Settings(RING, 3), time, "replica-1", () -> ENTROPY);

  @Test
  void poll_eventsAfterTheWatchBegan_areGivenInOrder() throws CallException {
    bus.publish("acme", new CacheInvalidated(1));
    Watch watch = bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake);
    time.advance(Duration.ofSeconds(5));
    bus.publish("acme", new CacheInvalidated(2));
    bus.publish("acme", new CacheInvalidated(3));

    assertThat(watch.poll())
        .isEqualTo(
            new Stamped(2, VirtualTime.START.plusSeconds(5), new CacheInvalidated(2), ORIGIN));
    assertThat(watch.poll())
        .isEqualTo(
            new Stamped(3, VirtualTime.START.plusSeconds(5), new CacheInvalidated(3), ORIGIN));
    assertThat(watch.poll()).isNull();
  }

  @Test
  void poll_otherTenantsEvents_areNeverGivenNorCounted() throws CallException {
    Watch watch = bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake);
    publish("globex", 100);

    assertThat(watch.poll()).isNull();
    assertThat(bus.publish("acme", new CacheInvalidated(1))).isEqualTo(1);
  }

  @Test
  void publishToAll_everyTenant_isTold() throws CallException {
    Watch acme = bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake);
    Watch globex = bus.watch("globex", List.of(), FROM_NOW, FanOutTest::noWake);
    Event event = new ModelHealthChanged("openai", "gpt-4o", Health.OPENED);

    bus.publishToAll(event);

    assertThat(acme.poll().event()).isEqualTo(event);
    assertThat(globex.poll().event()).isEqualTo(event);
  }

  @Test
  void watch_patterns_letThroughOnlyWhatMatches() throws CallException {
    Watch watch =
        bus.watch(
            "acme", List.of("optimizer.model.*", "#.registered"), FROM_NOW, FanOutTest::noWake);
    bus.publish("acme", new CacheInvalidated(1));
    bus.publish("acme", new AgentRegistered("ada", ""));
    bus.publish("acme", new CacheInvalidated(2));
    bus.publish("acme", new ModelHealthChanged("openai", "o3", Health.CLOSED));

    assertThat(sequences(watch)).containsExactly(2L, 4L);
  }

  @Test
  void watch_afterSequence_resumesThere() throws CallException {
    publish("acme", 5);

    assertThat(sequences(bus.watch("acme", List.of(), OptionalLong.of(3), FanOutTest::noWake)))
        .containsExactly(4L, 5L);
    assertThat(sequences(bus.watch("acme", List.of(), OptionalLong.of(0), FanOutTest::noWake)))
        .containsExactly(1L, 2L, 3L, 4L, 5L);
  }

  @Test
  void watch_afterSequenceNoLongerKept_tellsOfTheGapAndGivesAllThatIsKept() throws CallException {
    publish("acme", 100);
    Watch watch = bus.watch("acme", List.of(), OptionalLong.of(10), FanOutTest::noWake);

    assertThat(watch.poll())
        .isEqualTo(new Stamped(84, VirtualTime.START, new EventsDropped(74), ORIGIN));
    assertThat(sequences(watch)).hasSize(RING).startsWith(85L).endsWith(100L);
  }

  @Test
  void watch_afterSequenceNeverGiven_givesAllThatIsKept() throws CallException {
    publish("acme", 3);

    assertThat(sequences(bus.watch("acme", List.of(), OptionalLong.of(5_000), FanOutTest::noWake)))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void poll_watcherFellBehind_isToldHowManyAndGoesOn() throws CallException {
    Watch watch = bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake);
    publish("acme", 4);
    assertThat(watch.poll().sequence()).isEqualTo(1);
    publish("acme", 96);

    Stamped gap = watch.poll();
    List<Long> rest = sequences(watch);

    assertThat(gap.event()).isEqualTo(new EventsDropped(gap.sequence() - 1));
    assertThat(rest.getFirst()).isEqualTo(gap.sequence() + 1);
    assertThat(rest.getLast()).isEqualTo(100);
    assertThat(bus.dropped()).isEqualTo(gap.sequence() - 1);
  }

  @Test
  void poll_onlyUnwantedEventsForLong_tellsOfNoGap() throws CallException {
    List<Stamped> got = new ArrayList<>();
    Watch[] watch = new Watch[1];
    watch[0] =
        bus.watch(
            "acme", List.of("optimizer.agent.#"), FROM_NOW, () -> got.addAll(drain(watch[0])));
    assertThat(watch[0].poll()).isNull();

    publish("acme", 1_000);
    bus.publish("acme", new AgentRegistered("ada", ""));

    assertThat(got).extracting(Stamped::sequence).containsExactly(1_001L);
  }

  @Test
  void wake_afterPollFoundNothing_isCalledOnceForTheNextEvents() throws CallException {
    AtomicInteger wakes = new AtomicInteger();
    Watch watch = bus.watch("acme", List.of(), FROM_NOW, wakes::incrementAndGet);
    publish("acme", 2);
    assertThat(wakes).hasValue(0);
    drain(watch);

    publish("acme", 3);
    assertThat(wakes).hasValue(1);

    drain(watch);
    publish("acme", 1);
    assertThat(wakes).hasValue(2);
  }

  @Test
  void wake_unwantedEvent_isNotCalled() throws CallException {
    AtomicInteger wakes = new AtomicInteger();
    Watch watch = bus.watch("acme", List.of("optimizer.agent.#"), FROM_NOW, wakes::incrementAndGet);
    drain(watch);

    publish("acme", 2);

    assertThat(wakes).hasValue(0);
  }

  @Test
  void close_watch_endsItAndMakesRoom() throws CallException {
    List<Watch> watches = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      watches.add(bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake));
    }
    assertThatExceptionOfType(CallException.class)
        .isThrownBy(() -> bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake))
        .satisfies(e -> assertThat(e.failure()).isInstanceOf(Failure.LimitReached.class))
        .satisfies(e -> assertThat(e.failure().retryAfter()).isPositive());

    watches.getFirst().close();
    watches.getFirst().close();
    publish("acme", 1);

    assertThat(watches.getFirst().poll()).isNull();
    assertThat(bus.watch("acme", List.of(), FROM_NOW, FanOutTest::noWake)).isNotNull();
  }

  @Test
  void watch_malformedPatterns_areAllNamed() {
    assertThatExceptionOfType(CallException.class)
        .isThrownBy(
            () -> bus.watch("acme", List.of("#", "a..b", "x*"), FROM_NOW, FanOutTest::noWake))
        .satisfies(e ->
            assertThat(((Failure.Invalid) e.failure()).violations())
                .extracting(Failure.Violation::field)
                .containsExactly("patterns[1]", "patterns[2]"));
    assertThatExceptionOfType(CallException.class)
        .isThrownBy(
            () -> bus.watch("acme", Collections.nCopies(33, "#"), FROM_NOW, FanOutTest::noWake))
        .satisfies(e ->
            assertThat(e.failure().message())
                .isEqualTo("33 patterns are too many; send at most 32"));
  }

  @Test
  void settings_outOfRange_refusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FanOut.Settings(15, 1))
        .withMessage("kept must be 16 to 16777216, not 15");
  }

  /**
   * Publishers race round a small ring while watchers read: every watcher sees strictly rising
   * numbers, and what it saw and what it was told it missed make up exactly what was published.
   */
  @Test
  void publish_racingWatchers_everyEventIsSeenOrToldOfOnce() throws Exception {
    int publishers = 3;
    int each = 20_000;
    try (ExecutorService pool = Executors.newThreadPerTaskExecutor(Thread::new)) {
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        Semaphore woken = new Semaphore(0);
        Watch watch = bus.watch("acme", List.of(), FROM_NOW, woken::release);
        readers.add(pool.submit(() -> countAll(watch, woken)));
      }
      List<Future<?>> writers = new ArrayList<>();
      for (int i = 0; i < publishers; i++) {
        writers.add(pool.submit(() -> publish("acme", each)));
      }
      for (Future<?> writer : writers) {
        writer.get();
      }
      // The last one wakes whoever sleeps.
      bus.publish("acme", new CacheInvalidated(0));
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isEqualTo(publishers * each + 1L);
      }
    }
  }

  private static long countAll(Watch watch, Semaphore woken) throws InterruptedException {
    long seen = 0;
    long last = 0;
    while (true) {
      Stamped stamped = watch.poll();
      if (stamped != null) {
        assertThat(stamped.sequence()).isGreaterThan(last);
        long covered = stamped.event() instanceof EventsDropped dropped ? dropped.count() : 1;
        assertThat(stamped.sequence()).isEqualTo(last + covered);
        last = stamped.sequence();
        seen += covered;
        if (stamped.event().equals(new CacheInvalidated(0))) {
          return seen;
        }
      } else {
        woken.acquire();
      }
    }
  }

  private void publish(String tenant, int times) {
    for (int i = 0; i < times; i++) {
      bus.publish(tenant, new CacheInvalidated(i + 1));
    }
  }

  private static void noWake() {}

  private static List<Stamped> drain(Watch watch) {
    List<Stamped> all = new ArrayList<>();
    for (Stamped next = watch.poll(); next != null; next = watch.poll()) {
      all.add(next);
    }
    return all;
  }

  private static List<Long> sequences(Watch watch) {
    return drain(watch).stream().map(Stamped::sequence).toList();
  }
}
