package dev.admiral.optimizer.config;

import dev.admiral.optimizer.admission.Limits;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.ProviderSettings.Dialect;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the vendors. */
final class ProvidersSection {
  private ProvidersSection() {}

  /** Versions of Anthropic's API. */
  private enum ApiVersion {
    V2023(ProviderSettings.ANTHROPIC_2023),
    V2026(ProviderSettings.ANTHROPIC_2026);

    private final String date;

    ApiVersion(String date) {
      this.date = date;
    }

    @Override
    public String toString() {
      return date;
    }
  }

  static List<ProviderEntry> read(Section root) throws ConfigException {
    return root.list(
        "providers",
        ProvidersSection::provider,
        ProviderEntry::name,
        (first, second) ->
            "two providers are named '" + second.name() + "'; give each a name of its own");
  }

  private static ProviderEntry provider(Section section) throws ConfigException {
    String name = section.required("name");
    if (Fleet.nameProblem(name) != null || name.indexOf('/') >= 0) {
      throw section.wrong(
          "name",
          "a provider's name may hold letters, digits and ._:@- only, as it stands before the"
              + " slash in 'provider/model'");
    }
    Dialect dialect = section.requiredChoice("dialect", Dialect.class);
    String vendor = section.text("vendor", "its name", name);
    Optional<String> baseUrl =
        section.url("base_url", "the vendor's own").or(() -> ProviderDiscovery.baseUrl(vendor));
    if (baseUrl.isEmpty()) {
      throw section.wrong(
          "name",
          "the provider '"
              + name
              + "' needs base_url, as the address of '"
              + vendor
              + "' is not known here");
    }
    try {
      return new ProviderEntry(
          vendor,
          settings(section, ProviderSettings.builder(name, dialect, address(dialect, baseUrl.get()))),
          section.number("requests_per_minute", 0, 0, (int) Limits.MAX_PER_MINUTE));
    } catch (IllegalArgumentException e) {
      throw section.wrong(
          "name", "the provider '" + name + "' cannot be used: " + e.getMessage());
    }
  }

  private static ProviderSettings settings(Section section, ProviderSettings.Builder builder)
      throws ConfigException {
    ProviderSettings defaults = builder.build();
    return builder
        .apiKey(section.secret("api_key").map(Secret::reveal).orElse(""))
        .apiVersion(section.choice("api_version", ApiVersion.V2023).toString())
        .headers(
            section.secretsByName("headers").entrySet().stream()
                .collect(
                    Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().reveal())))
        .connectTimeout(
            section.duration("connect_timeout", defaults.connectTimeout(), "10ms", "5m"))
        .connectionWait(
            section.duration("connection_acquire_timeout", defaults.connectionWait(), "1ms", "5m"))
        .firstPieceTimeout(
            section.duration("first_token_timeout", defaults.firstPieceTimeout(), "100ms", "1h"))
        .silenceTimeout(
            section.duration("read_timeout", defaults.silenceTimeout(), "100ms", "1h"))
        .keepAlive(section.duration("keep_alive", defaults.keepAlive(), "1s", "1h"))
        .maxConnections(
            section.number("max_connections", defaults.maxConnections(), 1, 1_000_000))
        .maxAnswerBytes(
            section.size("max_response_bytes", defaults.maxAnswerBytes(), "1KiB", "1GiB"))
        .build();
  }

  /** Anthropic's own tools take the address without the version; both forms are in use. */
  private static URI address(Dialect dialect, String url) {
    boolean versioned = dialect != Dialect.ANTHROPIC || url.endsWith("/v1");
    return URI.create(versioned ? url : url + "/v1");
  }
}
