package dev.admiral.optimizer.http.metrics;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.stats.CallStatistics;
import java.util.HashSet;
import java.util.Set;

/**
 * Which models have series of their own: the first so many that were seen. One that has is never
 * put among the others later, nor the reverse, so that no counter falls. Thread-safe.
 */
final class ModelNames {
  /** Stands for all the others. */
  private static final Name OTHERS = new Name(CallStatistics.OTHERS, CallStatistics.OTHERS);

  private final int most;

  @GuardedBy("this")
  private final Set<Name> known = new HashSet<>();

  /** A model as labels show it. */
  record Name(String provider, String model) {}

  ModelNames(int most) {
    this.most = most;
  }

  /** Returns how a model is shown. */
  synchronized Name of(String provider, String model) {
    Name name = new Name(provider, model);
    if (provider.isEmpty()) {
      return OTHERS;
    }
    if (!known.contains(name) && known.size() >= most) {
      return OTHERS;
    }
    known.add(name);
    return name;
  }
}
