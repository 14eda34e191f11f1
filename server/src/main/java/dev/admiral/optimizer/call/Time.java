package dev.admiral.optimizer.call;

import java.time.Duration;
import java.time.Instant;

/** The server's only source of time, so that tests can hold it in their hands. */
public interface Time {

  /** Time of this machine. */
  Time SYSTEM =
      new Time() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  /** Returns nanoseconds since an arbitrary origin; compare by subtraction. */
  long nanos();

  /** Returns the date and time. */
  Instant now();

  /** Waits; returns at once for zero or less. */
  void sleep(Duration duration) throws InterruptedException;
}
