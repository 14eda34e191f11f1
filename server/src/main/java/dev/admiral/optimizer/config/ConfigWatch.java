package dev.admiral.optimizer.config;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices changes of the configuration. It compares what was read at each look, which also sees
 * files that are replaced through links, as container platforms do, and secrets in files of their
 * own that were rotated; a change counts once it has been the same in two looks, so that a
 * half-written file is not used. A configuration that is wrong or refused is reported once, changes
 * nothing, and is tried again at each look.
 */
public final class ConfigWatch {
  private static final Logger log = LoggerFactory.getLogger(ConfigWatch.class);

  /** Takes a configuration over, or refuses it whole. */
  @FunctionalInterface
  public interface Change {
    /**
     * Takes a configuration over.
     *
     * @param next what holds from now on: settings that are not live are as they were
     * @throws ConfigException if it is refused; nothing is changed then
     */
    void apply(Config next) throws ConfigException;
  }

  private final ConfigFile file;
  private final Config started;
  private final Change changed;

  private String seenText;
  private Config seen;
  private Config applied;

  /** The failure reported last; empty if the last look found none. */
  private String reported = "";

  /**
   * @param text the text that the server was started with
   * @param running the configuration it was started with
   * @param changed takes each new configuration
   */
  public ConfigWatch(ConfigFile file, String text, Config running, Change changed) {
    this.file = file;
    this.started = running;
    this.changed = changed;
    this.seenText = text;
    this.seen = running;
    this.applied = running;
  }

  /** Looks at the files once. Blocks for the reading; call it each half second on one thread. */
  public void look() {
    try {
      String text = file.text();
      boolean settled = text.equals(seenText);
      seenText = text;
      if (settled) {
        compare(file.change(text, started));
      }
    } catch (ConfigException e) {
      String failure = String.valueOf(e.getMessage());
      if (!failure.equals(reported)) {
        reported = failure;
        log.error("the changed configuration is not applied: {}", failure);
      }
    }
  }

  private void compare(Config next) throws ConfigException {
    boolean settled = next.values().equals(seen.values());
    seen = next;
    if (settled && !next.values().equals(applied.values())) {
      changed.apply(next);
      applied = next;
    }
    if (settled) {
      reported = "";
    }
  }
}
