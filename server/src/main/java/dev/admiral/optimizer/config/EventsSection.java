package dev.admiral.optimizer.config;

import static dev.admiral.optimizer.events.FanOut.Settings.DEFAULT;

import dev.admiral.optimizer.events.FanOut;

/** Reads what is kept for watchers. */
final class EventsSection {
  private EventsSection() {}

  static FanOut.Settings read(Section section) throws ConfigException {
    return new FanOut.Settings(
        section.number("max_events", DEFAULT.kept(), 16, 1 << 24),
        section.number("max_watchers", DEFAULT.maxWatches(), 1, 100_000));
  }
}
