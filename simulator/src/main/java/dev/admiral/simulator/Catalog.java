package dev.admiral.simulator;

import dev.admiral.simulator.ModelProfile.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** The models on offer. Built once and never changed. */
final class Catalog {
  private static final String RESOURCE = "catalog.csv";
  private static final int COLUMNS = 17;

  private final Map<Invoice.ModelKey, ModelProfile> models;
  private final Map<String, ModelProfile> byName;
  private final Optional<ModelProfile> unknown;

  /**
   * Makes a catalog.
   *
   * @param unknown what every other model is like; empty when there is no other
   */
  Catalog(Collection<ModelProfile> profiles, Optional<ModelProfile> unknown) {
    this.models = new LinkedHashMap<>();
    this.byName = new LinkedHashMap<>();
    this.unknown = unknown;
    for (ModelProfile profile : profiles) {
      models.put(new Invoice.ModelKey(profile.provider(), profile.name()), profile);
      byName.putIfAbsent(profile.name(), profile);
    }
  }

  /** Returns the model of that name; a provider with no model of its own offers everybody's. */
  Optional<ModelProfile> find(String provider, String name) {
    ModelProfile own = models.get(new Invoice.ModelKey(provider, name));
    if (own != null) {
      return Optional.of(own);
    }
    ModelProfile other = byName.get(name);
    if (other != null && !offers(provider)) {
      return Optional.of(forProvider(other, provider));
    }
    return unknown.map(profile -> forProvider(profile.named(name), provider));
  }

  List<ModelProfile> of(String provider) {
    boolean any = !offers(provider);
    return models.values().stream().filter(m -> any || m.provider().equals(provider)).toList();
  }

  private boolean offers(String provider) {
    return models.keySet().stream().anyMatch(key -> key.provider().equals(provider));
  }

  private static ModelProfile forProvider(ModelProfile profile, String provider) {
    return new ModelProfile(
        provider,
        profile.name(),
        profile.kind(),
        profile.prices(),
        profile.contextWindow(),
        profile.maxOutput(),
        profile.answerTokens(),
        profile.latency(),
        profile.limit());
  }

  /** Reads the models every simulator starts with: public list prices, typical latencies. */
  static List<ModelProfile> defaults() {
    try (InputStream in = Objects.requireNonNull(Catalog.class.getResourceAsStream(RESOURCE));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<ModelProfile> profiles = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("+")) {
          profiles.add(during(profiles.removeLast(), line));
        } else if (!line.isBlank() && !line.startsWith("#")) {
          profiles.add(profile(line));
        }
      }
      return profiles;
    } catch (IOException e) {
      throw new UncheckedIOException("The catalog of models cannot be read.", e);
    }
  }

  /** Adds a period of other prices to the model of the line before. */
  private static ModelProfile during(ModelProfile model, String line) {
    String[] cell = line.split(",", -1);
    Prices.Period period =
        new Prices.Period(
            LocalDate.parse(cell[1]),
            LocalTime.parse(cell[2]),
            LocalTime.parse(cell[3]),
            Prices.Rates.ofUsdPerMillion(cell[4], cell[5], cell[6], cell[7], cell[8]));
    Prices prices = model.prices().orElseThrow();
    List<Prices.Period> periods = new ArrayList<>(prices.periods());
    periods.add(period);
    return model.withPrices(
        new Prices(
            prices.base(), prices.longContext(), prices.longContextOver(), List.copyOf(periods)));
  }

  private static ModelProfile profile(String line) {
    String[] cell = line.split(",", -1);
    if (cell.length != COLUMNS) {
      throw new IllegalStateException("A model of the catalog has not all columns: " + line);
    }
    Prices.Rates base = Prices.Rates.ofUsdPerMillion(cell[3], cell[4], cell[5], cell[6], cell[7]);
    Prices prices = Prices.flat(base);
    if (!cell[8].isEmpty()) {
      Prices.Rates tier =
          Prices.Rates.ofUsdPerMillion(cell[9], cell[10], cell[11], cell[12], cell[13]);
      prices = new Prices(base, Optional.of(tier), Long.parseLong(cell[8]), List.of());
    }
    Kind kind = Kind.valueOf(cell[2]);
    return ModelProfile.chat(cell[0], cell[1])
        .withKind(kind)
        .withPrices(prices)
        .withWindow(Long.parseLong(cell[14]), kind == Kind.REASONING ? 128_000 : 64_000)
        .withLatency(
            Latency.typical(
                Duration.ofMillis(Long.parseLong(cell[15])),
                Duration.ofNanos(Long.parseLong(cell[16]) * 1000)));
  }
}
