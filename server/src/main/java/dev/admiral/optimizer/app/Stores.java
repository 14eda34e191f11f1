package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.Durability;
import dev.admiral.optimizer.store.sqlite.SqliteStores;
import java.io.IOException;

/** What is kept, and where: on this machine. */
final class Stores {
  private Stores() {}

  /**
   * Takes the data directory and begins to prepare its files.
   *
   * @param readThreads threads that read answers
   * @throws IOException if the directory cannot be used, or another server uses it
   */
  static SqliteStores open(Config.Kept config, int readThreads, Time time) throws IOException {
    return SqliteStores.open(config.dataDir(), durability(config.durability()), readThreads, time);
  }

  private static dev.admiral.optimizer.store.Durability durability(Durability durability) {
    return switch (durability) {
      case PROCESS -> dev.admiral.optimizer.store.Durability.PROCESS;
      case POWER -> dev.admiral.optimizer.store.Durability.POWER;
    };
  }
}
