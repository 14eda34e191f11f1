package dev.admiral.simulator;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What all calls of one simulator share. Safe for use by many threads. */
final class Engine {
  final Catalog catalog;
  final Composer composer;
  final Limiter limiter;
  final FaultPlan faults;
  final Book book;
  final Wheel wheel;
  final InstantSource clock;
  final List<String> keys;
  final CallListener listener;
  final long seed;
  final double timeScale;
  final long stallLimitNanos;
  final int maxBodyBytes;

  final LongAdder openConnections = new LongAdder();
  private final List<Hold> holds = new CopyOnWriteArrayList<>();
  private final AtomicLong openCalls = new AtomicLong();
  private final AtomicLong openStreams = new AtomicLong();
  private final AtomicLong requests = new AtomicLong();
  private final LongAdder accepted = new LongAdder();
  private final LongAdder cancelled = new LongAdder();
  private final ConcurrentHashMap<Integer, LongAdder> refused = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<String, LongAdder> injected = new ConcurrentHashMap<>();

  Engine(Simulator.Builder builder, Wheel wheel) {
    this.catalog = builder.catalog();
    this.seed = builder.seed;
    this.composer = new Composer(seed);
    this.clock = builder.clock;
    this.limiter = new Limiter(clock);
    this.faults = new FaultPlan(seed);
    builder.faults.forEach(faults::add);
    this.book = new Book(builder.invoiceLines);
    this.wheel = wheel;
    this.keys = List.copyOf(builder.keys);
    this.listener = builder.listener;
    this.timeScale = builder.timeScale;
    this.stallLimitNanos = builder.stallLimit.toNanos();
    this.maxBodyBytes = builder.maxBodyBytes;
  }

  /** Returns a number that no other call of this simulator gets. */
  long nextCall() {
    return Mix.mix(seed, requests.incrementAndGet());
  }

  void callAccepted(boolean stream) {
    accepted.increment();
    openCalls.incrementAndGet();
    if (stream) {
      openStreams.incrementAndGet();
    }
  }

  void callEnded(boolean stream, Outcome outcome) {
    if (outcome == Outcome.CANCELLED) {
      cancelled.increment();
    }
    if (stream) {
      openStreams.decrementAndGet();
    }
    if (openCalls.decrementAndGet() == 0) {
      synchronized (openCalls) {
        openCalls.notifyAll();
      }
    }
  }

  void callRefused(int status) {
    refused.computeIfAbsent(status, any -> new LongAdder()).increment();
  }

  void faultInjected(Fault fault) {
    injected.computeIfAbsent(fault.keyword(), any -> new LongAdder()).increment();
  }

  /** Waits until no accepted call is open. */
  boolean awaitIdle(Duration atMost) throws InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    synchronized (openCalls) {
      while (openCalls.get() > 0) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        openCalls.wait(left / 1_000_000, (int) (left % 1_000_000));
      }
    }
    return true;
  }

  Hold hold(String model, int afterFrames) {
    Hold[] made = new Hold[1];
    made[0] = new Hold(model, afterFrames, () -> holds.remove(made[0]));
    holds.add(made[0]);
    return made[0];
  }

  @Nullable Hold holdOn(ModelProfile model) {
    for (Hold hold : holds) {
      if (hold.covers(model)) {
        return hold;
      }
    }
    return null;
  }

  void releaseHolds() {
    holds.forEach(Hold::close);
  }

  SimulatorStats stats() {
    return new SimulatorStats(
        openConnections.sum(),
        openCalls.get(),
        openStreams.get(),
        accepted.sum(),
        sums(refused),
        cancelled.sum(),
        sums(injected));
  }

  /** Forgets what was counted and billed; calls that are open stay open. */
  void reset() {
    book.reset();
    limiter.reset();
    faults.forgetCalls();
    accepted.reset();
    cancelled.reset();
    refused.clear();
    injected.clear();
  }

  private static <K extends Comparable<K>> Map<K, Long> sums(Map<K, LongAdder> counters) {
    Map<K, Long> sums = new TreeMap<>();
    counters.forEach((key, counter) -> sums.put(key, counter.sum()));
    return sums;
  }
}
