package dev.admiral.optimizer.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceBookTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final PriceBook BOOK = PriceBook.builtIn();

  @Property
  void price_equalsUnboundedArithmetic(
      @ForAll @LongRange(min = 0, max = 1_000_000) long plain,
      @ForAll @LongRange(min = 0, max = 1_000_000) long cached,
      @ForAll @LongRange(min = 0, max = 1_000_000) long write,
      @ForAll @LongRange(min = 0, max = 1_000_000) long write1h,
      @ForAll @LongRange(min = 0, max = 1_000_000) long output) {
    Usage usage =
        new Usage(plain + cached + write + write1h, cached, write, write1h, output, 0, false);
    boolean large = usage.input() > 200_000;

    BigDecimal usd =
        usd(plain, large ? "6" : "3")
            .add(usd(cached, large ? "0.6" : "0.3"))
            .add(usd(write, large ? "7.5" : "3.75"))
            .add(usd(write1h, large ? "12" : "6"))
            .add(usd(output, large ? "22.5" : "15"));
    assertThat(
            ((Cost.Known) BOOK.price("anthropic", "claude-sonnet-4-5", usage, NOW)).amount().usd())
        .isEqualByComparingTo(usd);
  }

  private static BigDecimal usd(long tokens, String perMillion) {
    return new BigDecimal(perMillion).multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
  }

  @Property
  void upperEstimate_isNeverBelowThePrice(
      @ForAll @LongRange(min = 0, max = 500_000) long input,
      @ForAll @LongRange(min = 0, max = 100_000) long output,
      @ForAll @LongRange(min = 0, max = 100) long share) {
    long part = input * share / 100;
    List<Usage> usages =
        List.of(
            Usage.reported(input, output),
            new Usage(input, part, 0, 0, output, 0, false),
            new Usage(input, 0, part, 0, output, output, false));
    for (PriceBook.Listed model : BOOK.models(NOW)) {
      long sold = model.outputPerMillion().picoUsd() == 0 ? 0 : output;
      Money most =
          BOOK.upperEstimate(model.provider(), model.model(), input, sold, NOW).orElseThrow();
      for (Usage usage : usages) {
        Cost cost = BOOK.price(model.provider(), model.model(), usage, NOW);
        assertThat(cost.amountOrZero()).isLessThanOrEqualTo(most);
      }
    }
  }

  @Test
  void everyModelOfTheList_hasASaneName_price_andVersion() {
    List<PriceBook.Listed> models = BOOK.models(NOW);

    assertThat(models).hasSizeGreaterThanOrEqualTo(40);
    assertThat(models.stream().map(PriceBook.Listed::provider).distinct())
        .contains(
            "openai", "anthropic", "gemini", "groq", "mistral", "deepseek", "cerebras", "cohere");
    assertThat(models)
        .allSatisfy(model -> {
          assertThat(model.inputPerMillion()).isGreaterThan(Money.ZERO);
          assertThat(model.inputPerMillion()).isLessThan(usd("100"));
          assertThat(model.outputPerMillion()).isBetween(Money.ZERO, usd("600"));
          assertThat(model.priceVersion())
              .matches(
                  Pattern.quote(model.provider() + "/" + model.model())
                      + "@20\\d\\d-\\d\\d-\\d\\d(T\\d\\d:\\d\\d)?");
          assertThat(BOOK.listed(model.provider(), model.model(), NOW)).contains(model);
        });
  }

  @Test
  void everyLineOfTheList_isCheaperCachedAndNotCheaperWhenLonger() {
    for (Price price : PriceFile.builtIn()) {
      assertThat(price.version()).matches("20\\d\\d-\\d\\d-\\d\\d");
      if (price.cachedInput() != null) {
        assertThat(price.cachedInput()).as(price.model()).isLessThan(price.input());
      }
      if (price.cacheWrite() != null) {
        assertThat(price.cacheWrite()).as(price.model()).isGreaterThanOrEqualTo(price.input());
      }
      if (price.output() != null) {
        assertThat(price.output()).as(price.model()).isGreaterThanOrEqualTo(price.input());
      }
    }
  }

  private static Money usd(String dollars) {
    return new Money(new BigDecimal(dollars).movePointRight(12).longValueExact());
  }

  @Test
  void estimatedUsage_makesAnEstimatedCost() {
    Cost cost = BOOK.price("openai", "gpt-4o", Usage.estimated(1, 1), NOW);
    assertThat(cost)
        .isEqualTo(new Cost.Known(new Money(12_500_000), "openai/gpt-4o@2026-09-23", true));
  }

  @Test
  void serviceThatIsPricedApart_hasAPriceOfItsOwnOrNone() {
    Usage usage = Usage.reported(1_000_000, 0);
    assertThat(BOOK.price("openai", "gpt-6-sol", usage, "", NOW))
        .isEqualTo(new Cost.Known(usd("4"), "openai/gpt-6-sol@2026-09-23", false));
    for (String name : List.of("gpt-6-sol", "gpt-6-sol-2026-11-11")) {
      assertThat(BOOK.price("openai", name, usage, "flex", NOW))
          .isEqualTo(new Cost.Known(usd("2"), "openai/gpt-6-sol@2026-11-30+flex", false));
      assertThat(BOOK.price("openai", name, usage, "priority", NOW))
          .isEqualTo(new Cost.Known(usd("8"), "openai/gpt-6-sol@2026-11-30+priority", false));
    }
    assertThat(BOOK.price("openai", "gpt-6-sol", usage, "flex+us", NOW))
        .isEqualTo(new Cost.Unknown());
    assertThat(BOOK.price("openai", "gpt-6-sol", usage, "batch", NOW))
        .isEqualTo(new Cost.Unknown());
    assertThat(BOOK.price("openai", "gpt-4o-mini", usage, "flex", NOW))
        .isEqualTo(new Cost.Unknown());
  }

  @Test
  void serviceOfAnotherAccount_costsWhatTheVendorAsks() {
    Usage usage = Usage.reported(1_000_000, 0);
    PriceBook book = BOOK.withVendors(Map.of("second", "openai"));
    assertThat(book.price("second", "gpt-6-sol", usage, "flex", NOW))
        .isEqualTo(new Cost.Known(usd("2"), "openai/gpt-6-sol@2026-11-30+flex", false));
  }

  @Test
  void pricesOfAnOperator_leaveNoneOfItsServices() {
    Usage usage = Usage.reported(1_000_000, 0);
    PriceBook book =
        PriceBook.builtInWith(
            List.of(
                Price.of("openai", "gpt-6-sol", BigDecimal.ONE, null, null, new BigDecimal(2))));
    assertThat(book.price("openai", "gpt-6-sol", usage, "", NOW)).isInstanceOf(Cost.Known.class);
    assertThat(book.price("openai", "gpt-6-sol", usage, "flex", NOW)).isEqualTo(new Cost.Unknown());
    assertThat(book.price("openai", "gpt-6-luna", usage, "flex", NOW))
        .isInstanceOf(Cost.Known.class);
  }

  @Test
  void longPrompt_isPricedAtItsTierWhole() {
    // OpenAI says "more than 272K".
    assertThat(input("openai", "gpt-5.5", 272_000)).isEqualTo(272_000 * 5_000_000L);
    assertThat(input("openai", "gpt-5.5", 272_001)).isEqualTo(272_001 * 10_000_000L);
    assertThat(input("gemini", "gemini-2.5-pro", 200_000)).isEqualTo(200_000 * 1_250_000L);
    assertThat(input("gemini", "gemini-2.5-pro", 200_001)).isEqualTo(200_001 * 2_500_000L);
  }

  @Test
  void cachedTokens_countTowardsTheTier() {
    Usage usage = new Usage(300_000, 299_999, 0, 0, 0, 0, false);
    assertThat(BOOK.price("openai", "gpt-5.5", usage, NOW).amountOrZero())
        .isEqualTo(new Money(10_000_000L + 299_999 * 1_000_000L));
  }

  @ParameterizedTest
  @CsvSource({
    "openai, gpt-5.6-sol, 2026-08-20T23:59:59Z, 5000000, openai/gpt-5.6-sol@2026-09-23",
    "openai, gpt-5.6-sol, 2026-08-21T00:00:00Z, 4000000, openai/gpt-5.6-sol@2026-08-21",
    "gemini, gemini-3.8-flash, 2026-12-31T23:59:59Z, 750000, gemini/gemini-3.8-flash@2026-09-23",
    "gemini, gemini-3.8-flash, 2027-01-01T00:00:00Z, 1500000, gemini/gemini-3.8-flash@2027-01-01",
    "deepseek, deepseek-v4-flash, 2026-08-16T02:00:00Z, 140000,"
        + " deepseek/deepseek-v4-flash@2026-09-23",
    "deepseek, deepseek-v4-flash, 2026-11-20T00:59:59Z, 220000,"
        + " deepseek/deepseek-v4-flash@2026-08-17",
    "deepseek, deepseek-v4-flash, 2026-11-20T01:00:00Z, 440000,"
        + " deepseek/deepseek-v4-flash@2026-08-17T01:00",
    "deepseek, deepseek-v4-flash, 2026-11-20T04:00:00Z, 220000,"
        + " deepseek/deepseek-v4-flash@2026-08-17",
  })
  void priceThatChanged_isThatOfTheInstant(
      String provider, String model, Instant at, long pico, String version) {
    assertThat(BOOK.price(provider, model, Usage.reported(1, 0), at))
        .isEqualTo(new Cost.Known(new Money(pico), version, false));
  }

  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4o-2024-08-06, openai/gpt-4o@2026-09-23",
    "openai, gpt-4o-2024-05-13, openai/gpt-4o-2024-05-13@2026-09-23",
    "openai, gpt-6-sol-2026-10-01, openai/gpt-6-sol@2026-09-23",
    "anthropic, claude-haiku-4-5-20251001, anthropic/claude-haiku-4-5@2026-09-23",
    "openrouter, openai/gpt-4o, openai/gpt-4o@2026-09-23",
    "openrouter, anthropic/claude-sonnet-4.5, anthropic/claude-sonnet-4-5@2026-09-23",
    "openrouter, google/gemini-2.5-pro, gemini/gemini-2.5-pro@2026-09-23",
    "groq, openai/gpt-oss-120b, groq/openai/gpt-oss-120b@2026-09-23",
  })
  void otherNameOfAModel_hasItsPrice(String provider, String model, String version) {
    assertThat(BOOK.price(provider, model, Usage.reported(1, 1), NOW))
        .isInstanceOfSatisfying(
            Cost.Known.class, known -> assertThat(known.priceVersion()).isEqualTo(version));
  }

  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4o-2031-01-01",
    "openai, gpt-6-sol-2026-13-01",
    "openai, gpt-6-sol-mini",
    "openai, GPT-4O",
    "openai, ''",
    "openai, openai/gpt-4o",
    "openrouter, meta-llama/llama-3.3-70b-instruct",
    "openrouter, openai/gpt-oss-120b",
    "openrouter, openai/gpt-4o:nitro",
    "openrouter, gpt-4o",
    "nobody, gpt-4o",
  })
  void nameThatIsNotListed_hasNoPrice(String provider, String model) {
    assertThat(BOOK.price(provider, model, Usage.reported(1, 1), NOW))
        .isEqualTo(new Cost.Unknown());
    assertThat(BOOK.listed(provider, model, NOW)).isEmpty();
    assertThat(BOOK.upperEstimate(provider, model, 1, 1, NOW)).isEmpty();
  }

  @Test
  void tokensTheVendorDoesNotSell_haveNoPrice() {
    assertThat(BOOK.price("openai", "text-embedding-3-small", Usage.reported(5, 0), NOW))
        .isEqualTo(
            new Cost.Known(new Money(100_000), "openai/text-embedding-3-small@2026-09-23", false));
    assertThat(BOOK.price("openai", "text-embedding-3-small", Usage.reported(5, 1), NOW))
        .isEqualTo(new Cost.Unknown());
    assertThat(BOOK.price("openai", "gpt-4o", new Usage(5, 0, 0, 5, 0, 0, false), NOW))
        .isEqualTo(new Cost.Unknown());
  }

  @Test
  void absurdTokenCount_hasNoPriceRatherThanAWrongOne() {
    Usage absurd = Usage.reported(Long.MAX_VALUE, Long.MAX_VALUE);
    assertThat(BOOK.price("openai", "gpt-4o", absurd, NOW)).isEqualTo(new Cost.Unknown());
    assertThat(BOOK.upperEstimate("openai", "gpt-4o", Long.MAX_VALUE, 1, NOW))
        .contains(Money.ofEach(Long.MAX_VALUE, 2_500_000).plus(new Money(10_000_000)));
  }

  @Test
  void callOfMoreThanNineMillionDollars_hasItsExactPrice() {
    assertThat(BOOK.price("openai", "gpt-4o", Usage.reported(10_000_000_000_001L, 1), NOW))
        .isEqualTo(
            new Cost.Known(new Money(25_000_000, 12_500_000), "openai/gpt-4o@2026-09-23", false));
  }

  @Test
  void callOfMoreThanABillionDollars_hasNoPrice() {
    long tokens = 400_000_000_000_000L;
    assertThat(BOOK.price("openai", "gpt-4o", Usage.reported(tokens, 0), NOW).amountOrZero())
        .isEqualTo(new Money(1_000_000_000, 0));
    assertThat(BOOK.price("openai", "gpt-4o", Usage.reported(tokens + 1, 0), NOW))
        .isEqualTo(new Cost.Unknown());
  }

  // Overrides.

  @Test
  void priceOfAMillionDollars_isTheHighest() {
    BigDecimal most = new BigDecimal("1000000.000000");
    PriceBook book =
        PriceBook.builtInWith(List.of(Price.of("openai", "gpt-4o", most, most, most, most)));

    assertThat(book.price("openai", "gpt-4o", Usage.reported(1, 1), NOW).amountOrZero())
        .isEqualTo(new Money(2, 0));
    assertThat(book.listed("openai", "gpt-4o", NOW).orElseThrow().outputPerMillion())
        .isEqualTo(new Money(1_000_000, 0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000000.000001", "9300000000000", "1e999999999"})
  void priceAboveAMillionDollars_isRefused(String usd) {
    assertThatThrownBy(
            () -> Price.of("openai", "gpt-4o", BigDecimal.ONE, null, null, new BigDecimal(usd)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("of openai/gpt-4o is above a million dollars per million tokens")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0000001", "1e-999999999"})
  void priceOfMoreDecimals_isRefused(String usd) {
    assertThatThrownBy(
            () -> Price.of("openai", "gpt-4o", new BigDecimal(usd), null, null, BigDecimal.ONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("use at most 6 decimals")
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
  }

  @Test
  void operatorsPrice_replacesTheListedOnes() {
    Price own =
        Price.of("openai", "gpt-4o", new BigDecimal("0.000001"), null, null, BigDecimal.ONE);
    PriceBook book = PriceBook.builtInWith(List.of(own));

    assertThat(book.price("openai", "gpt-4o", Usage.reported(3, 1), NOW))
        .isEqualTo(new Cost.Known(new Money(1_000_003), "openai/gpt-4o@operator", false));
    assertThat(book.price("openai", "gpt-4o-mini", Usage.reported(1, 0), NOW).amountOrZero())
        .isEqualTo(new Money(150_000));
    assertThat(BOOK.price("openai", "gpt-4o", Usage.reported(3, 1), NOW).amountOrZero())
        .isEqualTo(new Money(17_500_000));
  }

  @Test
  void operatorsPriceOfASnapshot_leavesTheModelAlone() {
    Price own = Price.of("openai", "gpt-4o-2024-08-06", BigDecimal.ONE, null, null, BigDecimal.ONE);
    PriceBook book = PriceBook.builtInWith(List.of(own));

    assertThat(input(book, "openai", "gpt-4o-2024-08-06", 1)).isEqualTo(1_000_000);
    assertThat(input(book, "openai", "gpt-4o", 1)).isEqualTo(2_500_000);
  }

  @Test
  void hoursOverMidnight_holdOnBothSides() {
    Price day = price(null, 0, "2");
    Price night = price(new Price.Hours(LocalTime.of(22, 0), LocalTime.of(6, 0)), 0, "1");
    PriceBook book = new PriceBook(List.of(day, night));

    assertThat(at(book, "2026-01-01T21:59:59Z")).isEqualTo(2_000_000);
    assertThat(at(book, "2026-01-01T22:00:00Z")).isEqualTo(1_000_000);
    assertThat(at(book, "2026-01-02T05:59:59Z")).isEqualTo(1_000_000);
    assertThat(at(book, "2026-01-02T06:00:00Z")).isEqualTo(2_000_000);
  }

  @Test
  void priceBeforeItsFirstAndAfterItsLastDay_isUnknown() {
    Price price =
        new Price(
            "p",
            "m",
            List.of(),
            LocalDate.parse("2026-01-02"),
            LocalDate.parse("2026-01-03"),
            null,
            0,
            BigDecimal.ONE,
            null,
            null,
            null,
            null,
            0,
            "2026-01-01");
    PriceBook book = new PriceBook(List.of(price));
    Usage usage = Usage.reported(1, 0);

    assertThat(book.price("p", "m", usage, Instant.parse("2026-01-01T23:59:59Z")))
        .isEqualTo(new Cost.Unknown());
    assertThat(book.price("p", "m", usage, Instant.parse("2026-01-02T00:00:00Z")))
        .isInstanceOf(Cost.Known.class);
    assertThat(book.price("p", "m", usage, Instant.parse("2026-01-03T00:00:00Z")))
        .isEqualTo(new Cost.Unknown());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0000001", "-1", "9223372036855"})
  void priceThatIsNoWholeNumberOfPicoDollars_isRefused(String usd) {
    assertThatThrownBy(() -> Price.of("p", "m", new BigDecimal(usd), null, null, null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("p/m")
        .hasMessageContaining(usd);
  }

  @Test
  void listThatContradictsItself_isRefused() {
    assertThatThrownBy(() -> new PriceBook(List.of(price(null, 0, "1"), price(null, 0, "2"))))
        .hasMessageContaining("p/m is stated twice");
    assertThatThrownBy(() -> new PriceBook(List.of(price(null, 100, "1"))))
        .hasMessageContaining("short prompts");
  }

  private static Price price(Price.Hours hours, long above, String input) {
    return new Price(
        "p",
        "m",
        List.of(),
        null,
        null,
        hours,
        above,
        new BigDecimal(input),
        null,
        null,
        null,
        null,
        0,
        "2026-01-01");
  }

  private static long at(PriceBook book, String instant) {
    return book.price("p", "m", Usage.reported(1, 0), Instant.parse(instant))
        .amountOrZero()
        .picoUsd();
  }

  private static long input(String provider, String model, long tokens) {
    return input(BOOK, provider, model, tokens);
  }

  private static long input(PriceBook book, String provider, String model, long tokens) {
    return book.price(provider, model, Usage.reported(tokens, 0), NOW).amountOrZero().picoUsd();
  }
}
