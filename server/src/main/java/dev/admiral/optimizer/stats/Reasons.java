package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.v1.ErrorReason;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/** Failures by reason; bounded by the contract, which names the reasons. */
final class Reasons {
  private final ConcurrentMap<ErrorReason, LongAdder> counts = new ConcurrentHashMap<>();

  void count(ErrorReason reason) {
    LongAdder known = counts.get(reason);
    (known != null ? known : counts.computeIfAbsent(reason, r -> new LongAdder())).increment();
  }

  Map<ErrorReason, Long> sums() {
    Map<ErrorReason, Long> sums = new EnumMap<>(ErrorReason.class);
    counts.forEach((reason, count) -> sums.put(reason, count.sum()));
    return sums;
  }
}
