package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Tasks run at their times, by a clock that the test turns. */
class WheelTest {
  private static final long MILLI = 1_000_000;

  @Property(tries = 200)
  void tasks_runOnceNeverEarlyAndAtTheFirstTurnAfter(
      @ForAll @Size(max = 60) List<@LongRange(min = 0, max = 20_000_000_000L) Long> dueTimes,
      @ForAll @Size(min = 1, max = 60) List<@LongRange(min = 1, max = 3_000) Long> pauses) {
    AtomicLong now = new AtomicLong(-5_000);
    long start = now.get();
    try (Wheel wheel = new Wheel(now::get)) {
      List<Long> pending = new ArrayList<>();
      List<Long> ran = new ArrayList<>();
      for (long due : dueTimes) {
        pending.add(due);
        wheel.at(start + due, () -> ran.add(due));
      }
      wheel.turn();
      for (long pause : pauses) {
        now.addAndGet(pause * MILLI);
        wheel.turn();
        long elapsed = now.get() - start;
        assertThat(ran)
            .containsExactlyInAnyOrderElementsOf(
                pending.stream().filter(due -> due <= elapsed).toList());
      }
    }
  }

  @Test
  void taskThatSetsATimer_runsAgainAtItsTime() {
    AtomicLong now = new AtomicLong();
    List<Long> ran = new ArrayList<>();
    try (Wheel wheel = new Wheel(now::get)) {
      wheel.at(
          2 * MILLI,
          () -> {
            ran.add(now.get());
            wheel.at(now.get() + 3 * MILLI, () -> ran.add(now.get()));
          });
      for (int i = 0; i < 10; i++) {
        now.addAndGet(MILLI);
        wheel.turn();
      }
    }
    assertThat(ran).containsExactly(2 * MILLI, 5 * MILLI);
  }
}
