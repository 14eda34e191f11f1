package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.ConfigException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a part of the server opened, and what it does before that closes. Closing goes backwards, so
 * that nothing outlives what it leans on; what fails to close is logged and does not keep the rest
 * from closing. For one thread at a time.
 */
final class Opened implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Opened.class);

  private final Deque<Named> parts = new ArrayDeque<>();

  private record Named(String name, AutoCloseable part) {}

  /** Opens a part that closes what it opened by what it is given. */
  @FunctionalInterface
  interface Opening<T> {
    T open(Opened opened) throws ConfigException, StartException, IOException;
  }

  /** Opens a part whole, or not at all: what a failed opening had opened is closed. */
  static <T> T whole(Opening<T> opening) throws ConfigException, StartException, IOException {
    Opened opened = new Opened();
    try {
      return opening.open(opened);
    } catch (ConfigException | StartException | IOException | RuntimeException | Error e) {
      opened.close();
      throw e;
    }
  }

  /** Remembers to close a part, and returns it. */
  <T extends AutoCloseable> T add(String name, T part) {
    parts.push(new Named(name, part));
    return part;
  }

  /** Remembers what to do before everything opened so far is closed. */
  void beforeClosing(String name, AutoCloseable last) {
    parts.push(new Named(name, last));
  }

  @Override
  public void close() {
    while (!parts.isEmpty()) {
      Named next = parts.pop();
      try {
        next.part().close();
      } catch (Exception | Error e) {
        log.error("{} did not stop cleanly", next.name(), e);
      }
    }
  }
}
