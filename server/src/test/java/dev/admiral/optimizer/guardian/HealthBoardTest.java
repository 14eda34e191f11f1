package dev.admiral.optimizer.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.guardian.HealthBoard.Finding;
import dev.admiral.optimizer.v1.HealthState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The state of the whole, and who is told of changes. */
class HealthBoardTest {
  private final List<PartHealth> told = Collections.synchronizedList(new ArrayList<>());
  private final HealthBoard board = new HealthBoard(told::add, Time.SYSTEM);

  private volatile HealthState first = HealthState.HEALTH_STATE_SERVING;
  private volatile HealthState second = HealthState.HEALTH_STATE_SERVING;
  private volatile HealthState ledger = HealthState.HEALTH_STATE_SERVING;
  private volatile HealthState cache = HealthState.HEALTH_STATE_SERVING;

  @BeforeEach
  void addParts() {
    board.add("provider/first", () -> new Finding(first, ""));
    board.add("provider/second", () -> new Finding(second, ""));
    board.addEssential("ledger", () -> new Finding(ledger, ""));
    board.add("cache", () -> new Finding(cache, ""));
  }

  @Test
  void allParts_serve() {
    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_SERVING);
  }

  @Test
  void oneProviderDown_degrades() {
    first = HealthState.HEALTH_STATE_NOT_SERVING;

    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_DEGRADED);
  }

  @Test
  void everyProviderDown_doesNotServe() {
    first = HealthState.HEALTH_STATE_NOT_SERVING;
    second = HealthState.HEALTH_STATE_NOT_SERVING;

    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
  }

  @Test
  void everyProviderDegraded_degrades() {
    first = HealthState.HEALTH_STATE_DEGRADED;
    second = HealthState.HEALTH_STATE_DEGRADED;

    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_DEGRADED);
  }

  @Test
  void essentialPartDown_doesNotServe() {
    ledger = HealthState.HEALTH_STATE_NOT_SERVING;

    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
  }

  @Test
  void otherPartDown_degrades() {
    cache = HealthState.HEALTH_STATE_NOT_SERVING;

    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_DEGRADED);
  }

  @Test
  void drainingServer_doesNotServe() {
    board.drain();

    assertThat(overall()).isEqualTo(HealthState.HEALTH_STATE_NOT_SERVING);
  }

  @Test
  void manyChecksAtOnce_areMadeOneAtATimeAndTellAChangeOnce() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    board.add(
        "slow",
        () -> {
          most.accumulateAndGet(inside.incrementAndGet(), Math::max);
          Thread.onSpinWait();
          inside.decrementAndGet();
          return Finding.serving("");
        });
    var _ = board.check();
    cache = HealthState.HEALTH_STATE_DEGRADED;

    int threads = 8;
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Thread> checkers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      checkers.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  start.await();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
                for (int n = 0; n < 200; n++) {
                  var _ = board.check();
                }
              }));
    }
    for (Thread checker : checkers) {
      checker.join();
    }

    assertThat(most).hasValue(1);
    assertThat(told).extracting(PartHealth::name).containsExactly("cache");
  }

  private HealthState overall() {
    return board.overall(board.check());
  }
}
