package dev.admiral.cli.demo;

import dev.admiral.simulator.Invoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the demo runs against: the simulated providers with their troubles, and a server in a
 * process of its own that asks them for 16 models.
 */
public final class DemoStack implements AutoCloseable {
  private static final String SERVER = "dev.admiral.optimizer.app.Main";

  private final Providers providers;
  private final ServerProcess server;

  private DemoStack(Providers providers, ServerProcess server) {
    this.providers = providers;
    this.server = server;
  }

  /**
   * Starts both.
   *
   * @param folder an empty folder for the server's files
   * @param seed draws other answers and troubles
   * @throws IOException if one does not start; the message says why
   */
  public static DemoStack start(Path folder, long seed) throws IOException {
    Providers providers = Providers.start(seed);
    try {
      Path data = Files.createDirectory(folder.resolve("data"));
      return new DemoStack(providers, ServerProcess.start(SERVER, folder, providers.config(data)));
    } catch (IOException | RuntimeException e) {
      providers.close();
      throw e;
    }
  }

  Providers providers() {
    return providers;
  }

  ServerProcess server() {
    return server;
  }

  /** Returns where the server takes calls. */
  public String address() {
    return server.address();
  }

  /**
   * Returns what the providers served, once no call is open.
   *
   * @throws IllegalStateException if calls are open for more than ten seconds
   */
  public Invoice invoice() throws InterruptedException {
    providers.settle();
    return providers.simulator().invoice();
  }

  @Override
  public void close() {
    try {
      server.close();
    } finally {
      providers.close();
    }
  }
}
