package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.ProviderDiscovery;
import dev.admiral.optimizer.config.ProviderEntry;
import dev.admiral.optimizer.config.Upstreams;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.assembly.Providers;
import dev.admiral.optimizer.routing.Catalogue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who answers calls: the providers that are configured, else those found in the environment, else
 * simulated ones.
 *
 * @param upstreams the providers with their models and aliases
 * @param providers the same, ready to be asked, by configured name
 * @param catalogue the models that can be asked for
 * @param prices what they cost
 */
record Backends(
    Upstreams upstreams, Map<String, Provider> providers, Catalogue catalogue, PriceBook prices) {
  private static final Logger log = LoggerFactory.getLogger(Backends.class);

  /**
   * Chooses them and makes them ready; asks nobody but a local Ollama.
   *
   * @param opened closes what is opened
   */
  static Backends open(Config config, Environment environment, Time time, Opened opened)
      throws ConfigException, StartException {
    PriceBook listed = config.upstreams().priceBook();
    Upstreams upstreams = config.upstreams().with(entries(config, environment, opened));
    Map<String, Provider> providers = new LinkedHashMap<>();
    for (ProviderEntry entry : upstreams.providers()) {
      try {
        Provider provider = Providers.create(entry.settings(), time);
        opened.add("provider " + entry.name(), provider::close);
        providers.put(entry.name(), provider);
      } catch (IllegalArgumentException e) {
        throw new ConfigException(
            "the provider '" + entry.name() + "' cannot be used: " + e.getMessage());
      }
    }
    return new Backends(
        upstreams, providers, upstreams.catalogue(), listed.withVendors(upstreams.vendors()));
  }

  /** Ends what is still asked; may be called again. */
  void close() {
    providers.values().forEach(Provider::close);
  }

  private static List<ProviderEntry> entries(Config config, Environment environment, Opened opened)
      throws ConfigException, StartException {
    List<ProviderEntry> configured = config.upstreams().providers();
    if (!configured.isEmpty()) {
      return configured;
    }
    List<ProviderEntry> found = ProviderDiscovery.find(environment, ProviderDiscovery::answers);
    if (!found.isEmpty()) {
      log.info(
          "no providers are configured; found {}",
          found.stream().map(ProviderEntry::name).toList());
      return found;
    }
    if (!BuiltInSimulator.present()) {
      throw new StartException(
          "there is no provider: configure one under providers, or set one of "
              + String.join(", ", ProviderDiscovery.variables()));
    }
    BuiltInSimulator simulator = opened.add("simulator", BuiltInSimulator.start());
    log.warn(
        "NO PROVIDER IS CONFIGURED AND NO KEY WAS FOUND: every answer is MADE UP by the built-in"
            + " simulator at {}. For real answers set one of {}, or configure providers.",
        simulator.address(),
        String.join(", ", ProviderDiscovery.variables()));
    return simulator.providers();
  }
}
