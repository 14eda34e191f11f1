package dev.admiral.optimizer.http.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.admiral.optimizer.guardian.ProcessGauge;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.ThreadMXBean;

/** Tells which program this is, and what its process and its virtual machine use. */
final class MachineFigures implements Figures {
  private static final double MILLIS_PER_SECOND = 1e3;
  private static final double NANOS_PER_SECOND = 1e9;

  private final ProcessGauge process;
  private final String version;

  /**
   * @param version version of the server
   */
  MachineFigures(ProcessGauge process, String version) {
    this.process = process;
    this.version = version;
  }

  @Override
  public void tell(Exposition to) {
    to.info(Metric.BUILD, version, Runtime.version().toString());
    to.put(Metric.STARTED, ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS_PER_SECOND);
    long resident = process.figures().residentBytes();
    if (resident > 0) {
      to.put(Metric.RESIDENT, resident);
    }
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      to.put(Metric.CPU, unix.getProcessCpuTime() / NANOS_PER_SECOND);
      to.put(Metric.OPEN_FILES, unix.getOpenFileDescriptorCount());
      to.put(Metric.MOST_FILES, unix.getMaxFileDescriptorCount());
    }
    memory(to, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage(), "heap");
    memory(to, ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage(), "nonheap");
    for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      to.put(Metric.BUFFERS_USED, Math.max(0, pool.getMemoryUsed()), pool.getName());
    }
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      to.summary(
          Metric.COLLECTIONS,
          Math.max(0, collector.getCollectionCount()),
          Math.max(0, collector.getCollectionTime()) / MILLIS_PER_SECOND,
          collector.getName());
    }
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    to.put(Metric.THREADS, threads.getThreadCount());
    to.put(Metric.THREADS_PEAK, threads.getPeakThreadCount());
  }

  private static void memory(Exposition to, MemoryUsage usage, String area) {
    to.put(Metric.MEMORY_USED, usage.getUsed(), area);
    to.put(Metric.MEMORY_COMMITTED, usage.getCommitted(), area);
    to.put(Metric.MEMORY_MOST, usage.getMax(), area);
  }
}
