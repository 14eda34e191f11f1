package dev.admiral.optimizer.config;

import static dev.admiral.optimizer.ledger.Ledger.Settings.DEFAULT;

import dev.admiral.optimizer.ledger.Ledger;

/** Reads the bounds of the ledger. */
final class LedgerSection {
  private LedgerSection() {}

  static Ledger.Settings read(Section section) throws ConfigException {
    return new Ledger.Settings(
        section.duration("write_timeout", DEFAULT.writeWait(), "10ms", "1m"),
        section.number("max_backlog", DEFAULT.backlogLimit(), 0, 10_000_000),
        section.duration("flush_interval", DEFAULT.flushInterval(), "100ms", "1m"));
  }
}
