package dev.admiral.optimizer.config;

import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.ledger.Price;
import dev.admiral.optimizer.routing.Ability;
import dev.admiral.optimizer.routing.KnownModel;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads models beyond the built-in catalogue, and other prices for those in it. */
final class ModelsSection {
  private ModelsSection() {}

  static List<ModelEntry> read(Section root) throws ConfigException {
    return root.list(
        "models",
        ModelsSection::model,
        model -> List.of(model.known().provider(), model.known().name()),
        (first, second) ->
            "the model '"
                + second.known().provider()
                + "/"
                + second.known().name()
                + "' is listed twice; remove one");
  }

  private static ModelEntry model(Section section) throws ConfigException {
    String provider = section.required("provider");
    String name = section.required("name");
    KnownModel known =
        new KnownModel(
            provider,
            name,
            section.number("context_tokens", 0, 0, 1_000_000_000),
            Set.copyOf(section.choices("abilities", Ability.class)),
            traits(section));
    return new ModelEntry(known, price(section, provider, name));
  }

  private static ModelTraits traits(Section section) throws ConfigException {
    List<ModelTraits.Effort> efforts = section.choices("efforts", ModelTraits.Effort.class);
    return new ModelTraits(
        efforts.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(efforts)),
        Set.copyOf(section.choices("takes", ModelTraits.Feature.class)),
        Set.copyOf(section.choices("refuses", ModelTraits.Setting.class)));
  }

  private static Optional<Price> price(Section section, String provider, String name)
      throws ConfigException {
    Optional<BigDecimal> input = section.dollars("input_usd");
    Optional<BigDecimal> cachedInput = section.dollars("cached_input_usd");
    Optional<BigDecimal> cacheWrite = section.dollars("cache_write_usd");
    Optional<BigDecimal> output = section.dollars("output_usd");
    if (input.isEmpty()) {
      if (output.isPresent() || cachedInput.isPresent() || cacheWrite.isPresent()) {
        throw section.wrong(
            "name",
            "the price of '" + name + "' needs input_usd; leave all prices out if it is unknown");
      }
      return Optional.empty();
    }
    try {
      return Optional.of(
          Price.of(
              provider,
              name,
              input.get(),
              cachedInput.orElse(null),
              cacheWrite.orElse(null),
              output.orElse(null)));
    } catch (IllegalArgumentException e) {
      throw section.wrong("name", "the price of '" + name + "' cannot be used: " + e.getMessage());
    }
  }
}
