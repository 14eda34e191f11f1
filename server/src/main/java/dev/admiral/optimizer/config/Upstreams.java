package dev.admiral.optimizer.config;

import static java.util.stream.Collectors.toUnmodifiableMap;

import dev.admiral.optimizer.ledger.Price;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.ConfiguredProvider;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Who answers calls, and at what price.
 *
 * @param providers the vendors, preferred first; empty to take those that are found
 * @param models models and prices beyond those built in
 * @param aliases names for candidates, best first
 */
public record Upstreams(
    List<ProviderEntry> providers, List<ModelEntry> models, Map<String, List<String>> aliases) {

  static Upstreams read(Section root) throws ConfigException {
    return new Upstreams(
        ProvidersSection.read(root), ModelsSection.read(root), root.textsByName("aliases"));
  }

  /** Returns the same with providers that were found in place of those configured. */
  public Upstreams with(List<ProviderEntry> found) {
    return new Upstreams(List.copyOf(found), models, aliases);
  }

  /**
   * Returns the models and aliases.
   *
   * @throws ConfigException if a model or an alias names a provider that is not there
   */
  public Catalogue catalogue() throws ConfigException {
    try {
      return Catalogue.of(
          providers.stream().map(p -> new ConfiguredProvider(p.name(), p.vendor())).toList(),
          models.stream().map(ModelEntry::known).toList(),
          aliases);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("the models and aliases of the configuration: " + e.getMessage());
    }
  }

  /**
   * Returns what models cost: as configured, else as this server's own list says.
   *
   * @throws ConfigException if that list is broken
   */
  public PriceBook priceBook() throws ConfigException {
    return priceBook(PriceBook::builtInWith);
  }

  PriceBook priceBook(Function<List<Price>, PriceBook> list) throws ConfigException {
    try {
      return list.apply(models.stream().flatMap(model -> model.price().stream()).toList());
    } catch (IllegalArgumentException e) {
      throw new ConfigException("the price list of this server is broken: " + e.getMessage());
    }
  }

  /** Returns whose prices the providers have that do not go by their vendor's name. */
  public Map<String, String> vendors() {
    return providers.stream()
        .filter(provider -> !provider.vendor().equals(provider.name()))
        .collect(toUnmodifiableMap(ProviderEntry::name, ProviderEntry::vendor));
  }

  /** Returns the requests per minute of the providers that have a limit. */
  public Map<String, Long> requestsPerMinute() {
    return providers.stream()
        .filter(provider -> provider.requestsPerMinute() > 0)
        .collect(
            toUnmodifiableMap(
                ProviderEntry::name, provider -> (long) provider.requestsPerMinute()));
  }
}
