package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.GrpcSettings;
import dev.admiral.optimizer.config.HttpSettings;
import dev.admiral.optimizer.config.ProviderDiscovery;
import dev.admiral.optimizer.config.ProviderEntry;
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
    GrpcSettings grpc = config.doors().grpc();
    HttpSettings http = config.doors().http();
    Exposure.check(config);
    Exposure.ownPorts(config.doors());
    TlsFiles.credentials(grpc.tls(), file.environment());
    List<ProviderEntry> configured = config.upstreams().providers();
    List<ProviderEntry> providers =
        configured.isEmpty() ? ProviderDiscovery.find(file.environment(), answers) : configured;
    var _ =
        config
            .upstreams()
            .with(providers.isEmpty() ? BuiltInSimulator.providers(NOWHERE) : providers)
            .catalogue();
    for (ProviderEntry provider : providers) {
      check(provider);
    }
    return "configuration "
        + file.file().map(Path::toString).orElse("without a file")
        + " is fine: "
        + told(providers)
        + ", "
        + counted(config.access().keys().size(), "key")
        + "; data in "
        + config.kept().dataDir()
        + "; gRPC on "
        + grpc.host()
        + ":"
        + grpc.port()
        + "; HTTP on "
        + http.host()
        + ":"
        + http.port();
  }

  /** Making a provider connects to nothing. */
  private static void check(ProviderEntry provider) throws ConfigException {
    try {
      Providers.create(provider.settings(), Time.SYSTEM).close();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          "the provider '" + provider.name() + "' cannot be used: " + e.getMessage());
    }
  }

  private static String told(List<ProviderEntry> providers) {
    return providers.isEmpty()
        ? "no provider, so that the built-in simulator makes answers up"
        : counted(providers.size(), "provider")
            + " ("
            + providers.stream().map(ProviderEntry::name).collect(Collectors.joining(", "))
            + ")";
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
