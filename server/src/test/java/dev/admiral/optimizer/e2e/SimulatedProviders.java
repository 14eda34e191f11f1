package dev.admiral.optimizer.e2e;

import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A configuration whose providers are a simulator. */
public final class SimulatedProviders {
  private SimulatedProviders() {}

  /** Writes it, and returns the file. */
  public static Path config(Path folder, Simulator simulator, String more) {
    return config(folder, simulator, "", more);
  }

  /**
   * Writes it, and returns the file.
   *
   * @param http further lines of the section {@code http}, indented
   * @param more further sections
   */
  public static Path config(Path folder, Simulator simulator, String http, String more) {
    String text =
        """
        data_dir: %s
        grpc:
          port: 0
          drain_timeout: 1s
        http:
          port: 0
        %s
        providers:
          - name: openai
            dialect: openai
            base_url: %s
            api_key: simulated
          - name: anthropic
            dialect: anthropic
            base_url: %s
            api_key: simulated
        %s
        """
            .formatted(
                folder.resolve("data"),
                http,
                simulator.uri("openai"),
                simulator.uri("anthropic"),
                more);
    try {
      return Files.writeString(folder.resolve("config.yaml"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
