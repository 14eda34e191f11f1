package dev.admiral.optimizer.app;

import dev.admiral.optimizer.app.Config.ProviderConfig;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.provider.Vendor;
import dev.admiral.optimizer.provider.assembly.Providers;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Tells whether a server could start with a configuration, as far as that can be judged without
 * opening a port, a file of its data or a connection to a provider.
 */
final class ConfigCheck {
  /** Where the simulated providers would be; they are not started for a check. */
  private static final URI NOWHERE = URI.create("http://127.0.0.1:1");

  private ConfigCheck() {}

  /**
   * Returns one line that says what is configured. Programs read its parts: {@code ; data in DIR},
   * {@code ; gRPC on HOST:PORT} and {@code ; HTTP on HOST:PORT}.
   *
   * @param warnings takes what an operator should know of and may well have meant
   * @throws ConfigException if anything is wrong
   */
  static String check(ConfigFile file, Consumer<String> warnings) throws ConfigException {
    return check(file, warnings, ProviderDiscovery::answers);
  }

  static String check(ConfigFile file, Consumer<String> warnings, Predicate<Vendor> answers)
      throws ConfigException {
    Config config = file.read(file.text(), warnings);
    boolean guarded = !config.keys().isEmpty();
    Exposure.address("grpc", config.grpc().host(), config.grpc(), guarded);
    Exposure.address("http", config.http().host(), config.grpc(), guarded);
    Exposure.ownPorts(config);
    TlsFiles.credentials(config.grpc().tls(), file.environment());
    PriceBook.builtInWith(EngineSettings.prices(config.models()));
    List<ProviderConfig> providers =
        config.providers().isEmpty()
            ? ProviderDiscovery.find(file.environment(), answers)
            : config.providers();
    EngineSettings.catalogue(
        providers.isEmpty() ? BuiltInSimulator.providers(NOWHERE) : providers,
        config.models(),
        config.aliases());
    for (ProviderConfig provider : providers) {
      check(provider);
    }
    return "configuration "
        + file.file().map(Path::toString).orElse("without a file")
        + " is fine: "
        + told(providers)
        + ", "
        + counted(config.keys().size(), "key")
        + "; data in "
        + config.dataDir()
        + "; gRPC on "
        + config.grpc().host()
        + ":"
        + config.grpc().port()
        + "; HTTP on "
        + config.http().host()
        + ":"
        + config.http().port();
  }

  /** Making a provider connects to nothing. */
  private static void check(ProviderConfig provider) throws ConfigException {
    try {
      Providers.create(EngineSettings.provider(provider), Time.SYSTEM).close();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "the provider '" + provider.name() + "' cannot be used: " + e.getMessage());
    }
  }

  private static String told(List<ProviderConfig> providers) {
    return providers.isEmpty()
        ? "no provider, so that the built-in simulator makes answers up"
        : counted(providers.size(), "provider")
            + " ("
            + providers.stream().map(ProviderConfig::name).collect(Collectors.joining(", "))
            + ")";
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
