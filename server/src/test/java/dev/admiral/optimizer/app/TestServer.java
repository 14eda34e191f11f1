package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.Environment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A whole server in this process, for tests of other packages. */
public final class TestServer implements AutoCloseable {
  private final Wiring wiring;

  private TestServer(Wiring wiring) {
    this.wiring = wiring;
  }

  /** Starts a server as {@link Main} does, with a configuration and no variables. */
  public static TestServer start(Path config) {
    return start(config, Map.of());
  }

  /** Starts a server as {@link Main} does, with a configuration and variables. */
  static TestServer start(Path config, Map<String, String> variables) {
    Environment environment = new Environment(variables, config.toAbsolutePath().getParent());
    try {
      return new TestServer(
          Wiring.start(new ConfigFile(Optional.of(config), environment), "test", Time.SYSTEM));
    } catch (ConfigException | StartException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the port that gRPC listens on. */
  public int port() {
    return wiring.port();
  }

  /** Returns the port that HTTP listens on. */
  public int httpPort() {
    return wiring.httpPort();
  }

  /** Returns how many calls by HTTP have clients that wait for the end. */
  public int unendedHttpCalls() {
    return wiring.unendedHttpCalls();
  }

  @Override
  public void close() {
    wiring.close();
  }
}
