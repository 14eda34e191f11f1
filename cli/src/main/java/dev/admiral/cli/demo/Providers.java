package dev.admiral.cli.demo;

import dev.admiral.simulator.RateLimit;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The providers of the demo, all played by one simulator, and the troubles they have. */
final class Providers implements AutoCloseable {
  private static final String OUT_OF_ORDER = "zai-glm-4.7";
  private static final RateLimit TIGHT = RateLimit.perMinute(30, 2_000_000, 400_000);

  private final Simulator simulator;

  private Providers(Simulator simulator) {
    this.simulator = simulator;
  }

  static Providers start(long seed) throws IOException {
    Providers providers =
        new Providers(
            Simulator.builder()
                .seed(seed)
                .models(model ->
                    model.name().equals("mistral-large-2512") ? model.withLimit(TIGHT) : model)
                .start());
    providers.everydayTroubles();
    return providers;
  }

  Simulator simulator() {
    return simulator;
  }

  /** From here to {@link #outageEnds} one model fails every call. */
  void outageBegins() {
    simulator.fault(OUT_OF_ORDER, 1, "status=503");
  }

  void outageEnds() {
    simulator.clearFaults();
    everydayTroubles();
  }

  /**
   * A few overloads, refusals, slow answers and streams that break, as real providers have them.
   */
  private void everydayTroubles() {
    simulator.fault("mistral-small-2603", 0.10, "overloaded");
    simulator.fault("llama-3.3-70b-versatile", 0.10, "429=requests/1s");
    simulator.fault("gpt-4o-mini", 0.05, "status=500");
    simulator.fault("claude-sonnet-5", 0.05, "slow-first-token=2s");
    simulator.fault("gpt-4.1", 0.03, "cut-after=5");
    simulator.fault("claude-haiku-4-5", 0.05, "overloaded");
  }

  /** Returns a configuration under which a server asks these providers. */
  String config(Path data) {
    StringBuilder yaml =
        new StringBuilder(
            """
            data_dir: "%s"
            grpc:
              host: 127.0.0.1
              port: 0
            http:
              host: 127.0.0.1
              port: 0
            circuit_breaker:
              open_duration: 2s
            providers:
            """
                .formatted(data));
    for (String provider : names()) {
      yaml.append(
          """
            - name: %s
              dialect: %s
              base_url: "%s"
              api_key: simulated
          """
              .formatted(
                  provider,
                  provider.equals("anthropic") ? "anthropic" : "openai",
                  simulator.uri(provider)));
    }
    yaml.append("aliases:\n");
    for (Map.Entry<String, List<String>> alias : Cast.ALIASES.entrySet()) {
      yaml.append("  ").append(alias.getKey()).append(":\n");
      alias.getValue().forEach(model -> yaml.append("    - ").append(model).append('\n'));
    }
    return yaml.toString();
  }

  /** Waits until no call is open, so that the invoice is complete. */
  void settle() throws InterruptedException {
    if (!simulator.awaitIdle(Duration.ofSeconds(10))) {
      throw new IllegalStateException("Calls to the simulated providers did not end in time.");
    }
  }

  @Override
  public void close() {
    simulator.close();
  }

  private static Set<String> names() {
    Set<String> names = new TreeSet<>();
    Cast.MODELS.forEach(model -> names.add(model.substring(0, model.indexOf('/'))));
    return names;
  }
}
