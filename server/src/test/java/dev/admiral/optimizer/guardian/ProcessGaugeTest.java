package dev.admiral.optimizer.guardian;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.VirtualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a process uses, as its system tells it or does not. */
class ProcessGaugeTest {
  @TempDir Path folder;

  private final VirtualTime time = new VirtualTime();
  private final AtomicLong processorNanos = new AtomicLong();

  @Test
  void figures_ofTheHeap_arePlausible() {
    ProcessFigures figures = gauge().figures();

    assertThat(figures.heapUsedBytes()).isPositive();
    assertThat(figures.heapLimitBytes()).isGreaterThanOrEqualTo(figures.heapUsedBytes());
  }

  @Test
  void processorRate_isThatOfTheLastSecondOrMore() {
    ProcessGauge gauge = gauge();
    assertThat(gauge.figures().processorRate()).isEmpty();

    time.advance(Duration.ofSeconds(2));
    processorNanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(gauge.figures().processorRate()).hasValue(0.25);

    time.advance(Duration.ofMillis(500));
    processorNanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(gauge.figures().processorRate()).hasValue(0.25);

    time.advance(Duration.ofMillis(500));
    assertThat(gauge.figures().processorRate()).hasValue(0.5);
  }

  @Test
  void processorRate_whereTheSystemDoesNotSay_isEmpty() {
    processorNanos.set(-1);
    ProcessGauge gauge = gauge();
    time.advance(Duration.ofSeconds(5));

    assertThat(gauge.figures().processorRate()).isEmpty();
  }

  @Test
  void residentBytes_areReadFromTheStatusOfTheProcess() throws Exception {
    assertThat(gauge().figures().residentBytes()).isZero();

    Files.writeString(
        folder.resolve("status"),
        """
        Name:\tjava
        VmHWM:\t  999999 kB
        VmRSS:\t  123456 kB
        Threads:\t12
        """);

    assertThat(gauge().figures().residentBytes()).isEqualTo(123_456L * 1024);
  }

  private ProcessGauge gauge() {
    return new ProcessGauge(folder.resolve("status"), processorNanos::get, 2, time);
  }
}
