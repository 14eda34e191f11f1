package dev.admiral.optimizer.config;

/**
 * What is logged and how.
 *
 * @param level least urgent lines that are logged
 * @param format how a line looks
 * @param maxSimilarFailures most lines in ten seconds about calls that failed for one reason at one
 *     provider
 */
public record LogSettings(Level level, Format format, int maxSimilarFailures) {
  /** How urgent a line is. */
  public enum Level {
    /** Something must be done. */
    ERROR,
    /** Somebody should look. */
    WARN,
    /** What happened. */
    INFO,
    /** For finding faults. */
    DEBUG
  }

  /** How a line looks. */
  public enum Format {
    /** For people on a terminal, JSON elsewhere. */
    AUTO,
    /** For people. */
    HUMAN,
    /** A JSON object. */
    JSON
  }

  /** As if nothing had been said. */
  public static final LogSettings DEFAULT = new LogSettings(Level.INFO, Format.AUTO, 5);

  static LogSettings read(Section section) throws ConfigException {
    return new LogSettings(
        section.choice("level", DEFAULT.level),
        section.choice("format", DEFAULT.format),
        section.number("max_similar_failures", DEFAULT.maxSimilarFailures, 0, 1_000_000));
  }
}
