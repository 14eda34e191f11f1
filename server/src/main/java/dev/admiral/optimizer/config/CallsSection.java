package dev.admiral.optimizer.config;

import static dev.admiral.optimizer.journal.CallJournal.Settings.DEFAULT;

import dev.admiral.optimizer.journal.CallJournal;

/** Reads what is kept of finished calls. */
final class CallsSection {
  private CallsSection() {}

  static CallJournal.Settings read(Section section) throws ConfigException {
    return new CallJournal.Settings(
        section.number("max_calls", DEFAULT.kept(), 1, 1_000_000),
        section.live().flag("capture_content", DEFAULT.content()),
        section.size("max_content_bytes", DEFAULT.contentBytes(), "1KiB", "1TiB"));
  }
}
