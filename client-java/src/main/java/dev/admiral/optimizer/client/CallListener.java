package dev.admiral.optimizer.client;

/**
 * Hears of the end of each call, for metrics and logs; {@link MicrometerListener} is one. Called on
 * the connection's threads, by many at once, before the caller has the answer: it must be
 * thread-safe and quick, and must not throw.
 */
@FunctionalInterface
public interface CallListener {
  /** Takes note of a call that ended, however it ended, once and over all of its tries. */
  void onCallEnded(CallSummary call);
}
