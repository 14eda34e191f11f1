package dev.admiral.optimizer.config;

import dev.admiral.optimizer.admission.Limits;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.Vendor;
import dev.admiral.optimizer.provider.Vendors;
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
    Vendor vendor = vendor(section, name);
    Optional<String> baseUrl =
        section
            .url("base_url", "its vendor's")
            .or(() -> Optional.of(vendor.baseUrl()).filter(usual -> !usual.isEmpty()));
    if (baseUrl.isEmpty()) {
      throw section.wrong(
          "name",
          "the provider '"
              + name
              + "' needs base_url, as the address of '"
              + vendor.name()
              + "' is not known here");
    }
    try {
      URI address = URI.create(baseUrl.get());
      ProviderSettings.Builder builder =
          ProviderSettings.builder(name, vendor, address)
              .apiKey(key(section, vendor, address).map(Secret::reveal).orElse(""));
      return new ProviderEntry(
          vendor.name(),
          settings(section, builder),
          section.number("requests_per_minute", 0, 0, (int) Limits.MAX_PER_MINUTE));
    } catch (IllegalArgumentException e) {
      throw section.wrong("name", "the provider '" + name + "' cannot be used: " + e.getMessage());
    }
  }

  private static ProviderSettings settings(Section section, ProviderSettings.Builder builder)
      throws ConfigException {
    ProviderSettings defaults = builder.build();
    return builder
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
        .silenceTimeout(section.duration("read_timeout", defaults.silenceTimeout(), "100ms", "1h"))
        .keepAlive(section.duration("keep_alive", defaults.keepAlive(), "1s", "1h"))
        .maxConnections(section.number("max_connections", defaults.maxConnections(), 1, 1_000_000))
        .maxAnswerBytes(
            section.size("max_response_bytes", defaults.maxAnswerBytes(), "1KiB", "1GiB"))
        .build();
  }

  /** A vendor that is named must be known; a name that is none may be anybody's. */
  private static Vendor vendor(Section section, String name) throws ConfigException {
    String word = section.text("vendor", "its name", name);
    Optional<Vendor> known = Vendors.find(word);
    if (known.isEmpty() && !word.equals(name)) {
      List<String> names = Vendors.all().stream().map(Vendor::name).toList();
      throw section.wrong(
          "vendor",
          "the vendor '"
              + word
              + "' is not known here"
              + Nearest.hint(word, names)
              + "; known are "
              + String.join(", ", names)
              + "; leave 'vendor' out for any other");
    }
    Optional<Dialect> dialect =
        section
            .choice("dialect", "its vendor's", Dialect.class)
            .or(() -> known.map(Vendor::dialect));
    if (dialect.isEmpty()) {
      throw section.wrong(
          "name",
          "the provider '"
              + name
              + "' needs dialect, as the vendor '"
              + word
              + "' is not known here");
    }
    return Vendors.of(word, dialect.get());
  }

  /** The key in the environment is the vendor's own, and goes to the vendor's own address only. */
  private static Optional<Secret> key(Section section, Vendor vendor, URI address)
      throws ConfigException {
    Optional<Secret> given = section.secret("api_key");
    return given.isPresent() || !vendor.owns(address)
        ? given
        : ProviderDiscovery.key(vendor, section.environment());
  }

  /** Returns what to tell of a vendor's address under a name that does not say whose it is. */
  static Optional<String> mistaken(ProviderEntry provider) {
    return Vendors.find(provider.vendor()).isPresent()
        ? Optional.empty()
        : Vendors.at(provider.settings().baseUrl())
            .map(owner ->
                "the provider '"
                    + provider.name()
                    + "' has an address of "
                    + owner.name()
                    + " and is spoken to as anybody; say vendor: "
                    + owner.name());
  }
}
