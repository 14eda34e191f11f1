package dev.admiral.cli;

import java.time.Duration;
import java.time.Instant;

/** The time of commands that watch. */
interface Ticker {
  /** Returns the time of day. */
  Instant now();

  /** Returns nanoseconds since an arbitrary instant, never falling. */
  long nanos();

  /** Waits; false if the thread was told to end meanwhile. */
  boolean await(Duration time);

  /** The time as it passes. */
  Ticker REAL =
      new Ticker() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public boolean await(Duration time) {
          try {
            Thread.sleep(time);
            return true;
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
          }
        }
      };
}
