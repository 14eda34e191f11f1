package dev.admiral.optimizer.app;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices changes of the configuration file. It compares the text at each look, which also sees
 * files that are replaced through links, as container platforms do; a change counts once it has
 * been the same in two looks, so that a half-written file is not read. A file that is wrong is
 * reported once and changes nothing.
 */
final class ConfigWatch {
  private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);

  /** Takes a configuration over, or refuses it whole. */
  interface Change {
    void apply(Config next) throws ConfigException;
  }

  private final ConfigFile file;
  private final Change changed;

  private String applied;
  private String seen;

  /** The failure reported last; empty if the last look found none. */
  private String reported = "";

  /**
   * @param text the text that the running configuration was read from
   * @param changed takes each new configuration
   */
  ConfigWatch(ConfigFile file, String text, Change changed) {
    this.file = file;
    this.changed = changed;
    this.applied = text;
    this.seen = text;
  }

  /** Looks at the file once. Blocks for the reading; call it each half second on one thread. */
  void look() {
    try {
      String text = file.text();
      boolean settled = text.equals(seen);
      seen = text;
      if (settled && !text.equals(applied)) {
        applied = text;
        changed.apply(file.read(text));
      }
      reported = settled ? "" : reported;
    } catch (ConfigException e) {
      String failure = String.valueOf(e.getMessage());
      if (!failure.equals(reported)) {
        reported = failure;
        log.error("the changed configuration is not applied: {}", failure);
      }
    }
  }
}
