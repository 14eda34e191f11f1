package dev.admiral.optimizer.guardian;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import com.sun.management.OperatingSystemMXBean;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Reads what this process uses. The rate of processors is that of the time between two looks at
 * least a second apart, so that two who ask at once are told the same. Thread-safe.
 */
public final class ProcessGauge {
  private static final long SPAN_NANOS = Duration.ofSeconds(1).toNanos();
  private static final String RESIDENT = "VmRSS:";
  private static final long KIB = 1024;

  private final Path status;
  private final LongSupplier processorNanos;
  private final int processors;
  private final Time time;

  @GuardedBy("this")
  private long lookedNanos;

  @GuardedBy("this")
  private long usedNanos;

  @GuardedBy("this")
  private OptionalDouble rate = OptionalDouble.empty();

  /**
   * @param status what Linux tells of the process; need not be there
   * @param processorNanos processor time the process has used so far, in nanoseconds; negative
   *     where the system does not say
   * @param processors how many there are, 1 and up
   */
  ProcessGauge(Path status, LongSupplier processorNanos, int processors, Time time) {
    this.status = status;
    this.processorNanos = processorNanos;
    this.processors = processors;
    this.time = time;
    this.lookedNanos = time.nanos();
    this.usedNanos = processorNanos.getAsLong();
  }

  /** Returns the gauge of the running process. */
  public static ProcessGauge ofThisProcess(Time time) {
    LongSupplier processorNanos =
        ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
            ? system::getProcessCpuTime
            : () -> -1;
    return new ProcessGauge(
        Path.of("/proc/self/status"),
        processorNanos,
        Runtime.getRuntime().availableProcessors(),
        time);
  }

  /** Returns what the process uses now. Reads a small file that is in memory. */
  public ProcessFigures figures() {
    Runtime runtime = Runtime.getRuntime();
    return new ProcessFigures(
        runtime.totalMemory() - runtime.freeMemory(),
        runtime.maxMemory(),
        residentBytes(),
        processorRate());
  }

  private synchronized OptionalDouble processorRate() {
    long now = time.nanos();
    long elapsed = now - lookedNanos;
    if (elapsed >= SPAN_NANOS) {
      long used = processorNanos.getAsLong();
      rate =
          used < 0 || usedNanos < 0
              ? OptionalDouble.empty()
              : OptionalDouble.of(
                  Math.clamp((used - usedNanos) / ((double) elapsed * processors), 0, 1));
      lookedNanos = now;
      usedNanos = used;
    }
    return rate;
  }

  private long residentBytes() {
    try (Stream<String> lines = Files.lines(status)) {
      return lines
          .filter(line -> line.startsWith(RESIDENT))
          .mapToLong(line -> KIB * Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      // Not Linux: the contract says 0.
      return 0;
    }
  }
}
