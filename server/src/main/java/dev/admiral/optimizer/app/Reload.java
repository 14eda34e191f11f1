package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigWatch;
import dev.admiral.optimizer.config.LiveConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a changed configuration to the running server: what is live at once, all of it or
 * nothing. Whatever else changed is named in the log, and waits for the next start.
 */
final class Reload implements ConfigWatch.Change {
  private static final Logger log = LoggerFactory.getLogger(Reload.class);

  private final LiveConfig config;

  Reload(LiveConfig config) {
    this.config = config;
  }

  /**
   * Applies what can be applied.
   *
   * @throws ConfigException if it would let strangers in; nothing is changed then
   */
  @Override
  public void apply(Config next) throws ConfigException {
    // Where it listens is as it was, whatever the file names now.
    Exposure.check(next);
    if (config.current().access().guarded() && !next.access().guarded()) {
      // As a file that was cut off would.
      throw new ConfigException(
          "it has no keys any more, and everybody could call: put them back, or restart the server"
              + " if that is meant");
    }
    LiveConfig.Change change = config.change(next);
    Logs.apply(next.observing().log());
    if (!change.applied().isEmpty()) {
      log.info("the changed configuration is applied: {}", change.applied());
    }
    if (!change.waiting().isEmpty()) {
      log.warn("restart the server to apply the changed configuration of {}", change.waiting());
    }
  }
}
