package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What models cost, and since when. Immutable; any thread.
 *
 * <p><b>Which price.</b> Of the prices that hold at the instant, the one with the latest start; of
 * two with the same start, the one for certain hours. Within it the highest tier that the input
 * tokens exceed; that tier's rates apply to every token of the call, as the vendors bill.
 *
 * <p><b>Which model.</b> A price is looked up by the exact name, then by the other names stated
 * beside it: snapshots and aliases that the vendor bills alike. A stated name may end in
 * -YYYY-MM-DD or -YYYYMMDD and then stands for a snapshot of any date. Nothing is inferred from the
 * form of a name beyond that: vendors have priced snapshots of one model differently, so one that
 * is not covered has no known price. One rule covers a reseller: under "openrouter" the names of
 * {@code openai/}, {@code anthropic/} and {@code google/} models cost what the vendor asks, as it
 * passes those prices on; models of other vendors have many hosts and prices there, and are unknown
 * unless listed.
 */
public final class PriceBook {
  private static final Pattern DASHED_DATE =
      Pattern.compile("-20\\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$");
  private static final Pattern COMPACT_DATE =
      Pattern.compile("-20\\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\\d|3[01])$");

  /**
   * The most that one call can cost, a billion dollars: far above what any call does, and so far
   * below what {@link Money} holds that nine billion such calls have a sum.
   */
  static final Money MOST_OF_A_CALL = new Money(1_000_000_000L, 0);

  /** Null until it is asked for. */
  private static volatile @Nullable PriceBook builtIn;

  private static final String RESELLER = "openrouter";

  /** The reseller's names of the vendors whose prices it passes on, and our names of them. */
  private static final Map<String, String> PASSED_ON =
      Map.of("openai", "openai", "anthropic", "anthropic", "google", "gemini");

  private final Map<String, Map<String, Tariff>> byProvider;

  /** Providers that are other names for a vendor, and whose. */
  private final Map<String, String> vendors;

  /** Prices of services that are priced apart, by the vendors' words for them. */
  private final Map<String, PriceBook> tiers;

  /** Own names only, so that {@link #models} names each model once. */
  private final List<Entry> own;

  private record Entry(String provider, String model, Tariff tariff) {}

  /**
   * A model of the book.
   *
   * @param provider the provider
   * @param model the provider's own name of the model
   * @param contextTokens most tokens of prompt and answer together; 0 if unknown
   * @param inputPerMillion price of a million input tokens, short prompts
   * @param outputPerMillion price of a million output tokens, short prompts; zero if it gives none
   * @param priceVersion the price used
   */
  public record Listed(
      String provider,
      String model,
      long contextTokens,
      Money inputPerMillion,
      Money outputPerMillion,
      String priceVersion) {}

  /**
   * Prices of a million tokens, from one size of prompt on.
   *
   * @param aboveInputTokens holds for calls of more input tokens than this
   * @param input tokens of the prompt
   * @param output tokens of the answer; empty if the model gives none
   * @param cachedInput read from the vendor's cache; empty if they cost as any other
   * @param cacheWrite written to it; empty if they cost as any other
   * @param cacheWrite1h written to it for an hour; empty if that is not offered
   * @param priceVersion the price used
   */
  public record Rate(
      long aboveInputTokens,
      Money input,
      Optional<Money> output,
      Optional<Money> cachedInput,
      Optional<Money> cacheWrite,
      Optional<Money> cacheWrite1h,
      String priceVersion) {}

  /**
   * Makes a book of prices.
   *
   * @throws IllegalArgumentException if a price is stated twice, or a name stands for two models
   */
  public PriceBook(List<Price> prices) {
    this(prices, Map.of());
  }

  /**
   * Makes a book of prices.
   *
   * @param tiers prices of services that are priced apart, by the vendors' words for them
   * @throws IllegalArgumentException if a price is stated twice, or a name stands for two models
   */
  public PriceBook(List<Price> prices, Map<String, List<Price>> tiers) {
    Map<String, Map<String, List<Price>>> grouped = new TreeMap<>();
    for (Price price : prices) {
      grouped
          .computeIfAbsent(price.provider(), _ -> new TreeMap<>())
          .computeIfAbsent(price.model(), _ -> new ArrayList<>())
          .add(price);
    }
    Map<String, Map<String, Tariff>> index = new HashMap<>();
    List<Entry> entries = new ArrayList<>();
    grouped.forEach((provider, models) -> {
      Map<String, Tariff> tariffs = new HashMap<>();
      models.forEach((model, ofModel) -> {
        Tariff tariff = Tariff.of(ofModel);
        entries.add(new Entry(provider, model, tariff));
        tariffs.put(model, tariff);
      });
      models.forEach((model, ofModel) -> addOtherNames(tariffs, provider, model, ofModel));
      index.put(provider, tariffs);
    });
    byProvider = index;
    own = List.copyOf(entries);
    vendors = Map.of();
    Map<String, PriceBook> books = new HashMap<>();
    tiers.forEach((tier, ofTier) -> books.put(tier, new PriceBook(ofTier)));
    this.tiers = Map.copyOf(books);
  }

  private PriceBook(PriceBook book, Map<String, String> vendors) {
    byProvider = book.byProvider;
    own = book.own;
    this.vendors = Map.copyOf(vendors);
    Map<String, PriceBook> books = new HashMap<>();
    book.tiers.forEach((tier, ofTier) -> books.put(tier, new PriceBook(ofTier, vendors)));
    tiers = Map.copyOf(books);
  }

  private static void addOtherNames(
      Map<String, Tariff> tariffs, String provider, String model, List<Price> prices) {
    Tariff tariff = tariffs.get(model);
    for (Price price : prices) {
      for (String name : price.also()) {
        if (tariff != null && tariffs.putIfAbsent(name, tariff) != null) {
          throw new IllegalArgumentException(
              "the name " + provider + "/" + name + " beside " + model + " has a price already");
        }
      }
    }
  }

  /**
   * Returns the prices this server comes with, read when they are first asked for.
   *
   * @throws IllegalArgumentException if the list is broken; the message names the file, and the
   *     line if it is one
   */
  public static PriceBook builtIn() {
    PriceBook known = builtIn;
    if (known == null) {
      try {
        List<Price> usual = PriceFile.builtIn();
        known = new PriceBook(usual, PriceFile.builtInTiers(usual));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(PriceFile.named(e.getMessage()), e);
      }
      builtIn = known;
    }
    return known;
  }

  /**
   * Returns the prices this server comes with, except that a model named in {@code overrides} costs
   * what they say, at all times.
   *
   * @throws IllegalArgumentException as the constructor
   */
  public static PriceBook builtInWith(List<Price> overrides) {
    if (overrides.isEmpty()) {
      return builtIn();
    }
    List<Price> usual = PriceFile.builtIn();
    Map<String, List<Price>> tiers = PriceFile.builtInTiers(usual);
    tiers.replaceAll((tier, prices) -> PriceFile.without(prices, overrides));
    return new PriceBook(PriceFile.overridden(usual, overrides), tiers);
  }

  /**
   * Returns these prices for providers that go by names of their own, such as a second account.
   *
   * @param vendors by provider, whose prices it has for models that are not listed under its name
   */
  public PriceBook withVendors(Map<String, String> vendors) {
    return new PriceBook(this, vendors);
  }

  /**
   * Returns what usage costs. The result is unknown if the model is not listed, has no price at
   * that time or for a kind of token that was used, or if the amount is beyond {@link
   * #MOST_OF_A_CALL}: only a garbled token count gets there.
   *
   * @param provider the provider
   * @param model the provider's own name of the model
   * @param usage tokens
   * @param at when the call was answered
   */
  public Cost price(String provider, String model, Usage usage, Instant at) {
    return price(provider, model, usage, "", at);
  }

  /**
   * Returns what usage costs, as the other method does.
   *
   * @param tier the vendor's word for the service if it is priced apart; empty for the usual one.
   *     One whose price is not listed costs nobody knows what
   */
  public Cost price(String provider, String model, Usage usage, String tier, Instant at) {
    if (!tier.isEmpty()) {
      PriceBook ofTier = tiers.get(tier);
      return ofTier == null ? new Cost.Unknown() : ofTier.price(provider, model, usage, at);
    }
    Tariff.Period period = period(provider, model, at);
    if (period == null) {
      return new Cost.Unknown();
    }
    Tariff.Rates rates = period.rates(usage.input());
    if (!rates.cover(usage)) {
      return new Cost.Unknown();
    }
    try {
      Money amount = rates.price(usage);
      return amount.compareTo(MOST_OF_A_CALL) > 0
          ? new Cost.Unknown()
          : new Cost.Known(amount, period.version(), usage.estimated());
    } catch (ArithmeticException e) {
      return new Cost.Unknown();
    }
  }

  /**
   * Returns the most a call can cost, for limits: every input token at the highest rate. Empty if
   * the price is unknown.
   *
   * @param inputTokens the most input tokens it may have
   * @param maxOutput the most output tokens it may give
   */
  public Optional<Money> upperEstimate(
      String provider, String model, long inputTokens, long maxOutput, Instant at) {
    Tariff.Period period = period(provider, model, at);
    if (period == null) {
      return Optional.empty();
    }
    Tariff.Rates rates = period.rates(inputTokens);
    if (rates.output() == Tariff.Rates.NOT_SOLD && maxOutput > 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(rates.most(inputTokens, maxOutput));
    } catch (ArithmeticException e) {
      return Optional.of(new Money(Long.MAX_VALUE, 0));
    }
  }

  /** Returns what is listed of a model, if a price of it holds at that time. */
  public Optional<Listed> listed(String provider, String model, Instant at) {
    Tariff tariff = tariff(provider, model);
    return tariff == null ? Optional.empty() : listed(provider, model, tariff, at);
  }

  /**
   * Returns the rates of a model that hold at that time, from the smallest prompts to the largest;
   * none if no price of it holds.
   */
  public List<Rate> rates(String provider, String model, Instant at) {
    Tariff.Period period = period(provider, model, at);
    return period == null
        ? List.of()
        : period.tiers().reversed().stream().map(tier -> rate(tier, period.version())).toList();
  }

  private static Rate rate(Tariff.Rates rates, String version) {
    return new Rate(
        rates.above(),
        perMillion(rates.input()),
        sold(rates.output()),
        different(rates.cachedInput(), rates),
        different(rates.cacheWrite(), rates),
        sold(rates.cacheWrite1h()),
        version);
  }

  private static Optional<Money> sold(long picoPerToken) {
    return picoPerToken == Tariff.Rates.NOT_SOLD
        ? Optional.empty()
        : Optional.of(perMillion(picoPerToken));
  }

  private static Optional<Money> different(long picoPerToken, Tariff.Rates rates) {
    return picoPerToken == rates.input() ? Optional.empty() : sold(picoPerToken);
  }

  /** Returns every model with a price at that time, by provider and name; other names left out. */
  public List<Listed> models(Instant at) {
    return own.stream().flatMap(e -> listed(e.provider, e.model, e.tariff, at).stream()).toList();
  }

  private static Optional<Listed> listed(String provider, String model, Tariff tariff, Instant at) {
    Tariff.Period period = tariff.at(at);
    if (period == null) {
      return Optional.empty();
    }
    Tariff.Rates rates = period.rates(0);
    return Optional.of(
        new Listed(
            provider,
            model,
            tariff.contextTokens(),
            perMillion(rates.input()),
            perMillion(Math.max(0, rates.output())),
            period.version()));
  }

  private static Money perMillion(long picoPerToken) {
    return Money.ofEach(1_000_000L, picoPerToken);
  }

  private Tariff.@Nullable Period period(String provider, String model, Instant at) {
    Tariff tariff = tariff(provider, model);
    return tariff == null ? null : tariff.at(at);
  }

  private @Nullable Tariff tariff(String provider, String model) {
    Tariff stated = ofVendor(provider, model);
    String vendor = vendors.get(provider);
    return stated != null || vendor == null ? stated : ofVendor(vendor, model);
  }

  private @Nullable Tariff ofVendor(String provider, String model) {
    Tariff listed = named(provider, model);
    int slash = model.indexOf('/');
    if (listed != null || slash < 0 || !provider.equals(RESELLER)) {
      return listed;
    }
    String vendor = PASSED_ON.get(model.substring(0, slash));
    return vendor == null ? null : named(vendor, model.substring(slash + 1));
  }

  private @Nullable Tariff named(String provider, String model) {
    Map<String, Tariff> tariffs = byProvider.getOrDefault(provider, Map.of());
    Tariff listed = tariffs.get(model);
    return listed == null ? tariffs.get(undated(model)) : listed;
  }

  /** Returns the name with a date at its end written as the price list writes any date. */
  private static String undated(String model) {
    return DASHED_DATE
        .matcher(COMPACT_DATE.matcher(model).replaceFirst("-YYYYMMDD"))
        .replaceFirst("-YYYY-MM-DD");
  }
}
