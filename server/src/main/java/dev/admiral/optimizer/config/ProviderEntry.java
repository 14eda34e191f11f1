package dev.admiral.optimizer.config;

import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.Vendors;
import java.net.URI;
import java.util.Optional;

/**
 * A vendor, or anything that speaks like one.
 *
 * @param vendor whose models it serves
 * @param settings how to speak to it
 * @param requestsPerMinute most requests in any minute; 0 for no limit
 */
public record ProviderEntry(String vendor, ProviderSettings settings, int requestsPerMinute) {

  /** Returns the name it is configured by. */
  public String name() {
    return settings.name();
  }

  /**
   * Returns a provider of the vendor it is named after, with every other setting at its default.
   */
  public static ProviderEntry of(
      String name, Dialect dialect, String baseUrl, Optional<Secret> apiKey) {
    return new ProviderEntry(
        name,
        ProviderSettings.builder(name, Vendors.of(name, dialect), URI.create(baseUrl))
            .apiKey(apiKey.map(Secret::reveal).orElse(""))
            .build(),
        0);
  }
}
