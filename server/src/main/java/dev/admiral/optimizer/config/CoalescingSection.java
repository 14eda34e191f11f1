package dev.admiral.optimizer.config;

import static dev.admiral.optimizer.flight.FlightSettings.DEFAULT;

import dev.admiral.optimizer.flight.FlightSettings;

/** Reads how equal calls in flight are joined. */
final class CoalescingSection {
  private CoalescingSection() {}

  static FlightSettings read(Section section) throws ConfigException {
    return new FlightSettings(
        section.size("max_buffer_bytes", DEFAULT.logBytes(), "64KiB", "1GiB"),
        section.number("max_waiters", DEFAULT.waiters(), 1, 10_000_000),
        section.duration("grace_period", DEFAULT.grace(), "0ms", "1m"),
        section.number("max_restarts", DEFAULT.promotions(), 0, 100));
  }
}
