package dev.admiral.optimizer.http.metrics;

/** Tells figures of one part of the server. Thread-safe. */
@FunctionalInterface
interface Figures {
  /** Puts what there is to tell now into a reading. */
  void tell(Exposition to);
}
