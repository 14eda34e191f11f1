package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.admiral.simulator.Prices.Rates;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The simulator's own arithmetic, against decimals of any precision. */
class PricesTest {
  private static final Instant EVENING = Instant.parse("2026-11-20T23:00:00Z");

  @Property
  void cost_equalsTheDecimalSum(
      @ForAll @LongRange(min = 0, max = 400_000) long input,
      @ForAll @LongRange(min = 0, max = 400_000) long cached,
      @ForAll @LongRange(min = 0, max = 400_000) long write,
      @ForAll @LongRange(min = 0, max = 400_000) long hourly,
      @ForAll @LongRange(min = 0, max = 200_000) long output,
      @ForAll @LongRange(min = 0, max = 99_999_999) long priceMicros) {
    String price = BigDecimal.valueOf(priceMicros, 6).toPlainString();
    Rates base = Rates.ofUsdPerMillion(price, "0.003625", "2.5", "4", "15");
    Rates tier = Rates.ofUsdPerMillion("4", "0.4", "5", "8", price);
    Prices prices = new Prices(base, Optional.of(tier), 272_000, List.of());
    Tokens tokens = new Tokens(input, cached, write, hourly, output, 0);

    boolean large = input + cached + write + hourly > 272_000;
    BigDecimal usd =
        usd(input, large ? "4" : price)
            .add(usd(cached, large ? "0.4" : "0.003625"))
            .add(usd(write, large ? "5" : "2.5"))
            .add(usd(hourly, large ? "8" : "4"))
            .add(usd(output, large ? price : "15"));
    assertThat(BigDecimal.valueOf(prices.cost(tokens, EVENING), 12)).isEqualByComparingTo(usd);
  }

  private static BigDecimal usd(long tokens, String perMillion) {
    return new BigDecimal(perMillion).multiply(BigDecimal.valueOf(tokens)).movePointLeft(6);
  }

  @Test
  void tier_holdsForTheWholeCallAndOnlyAboveItsSize() {
    Prices prices =
        new Prices(
            Rates.ofUsdPerMillion("1", "", "", "", "1"),
            Optional.of(Rates.ofUsdPerMillion("2", "", "", "", "2")),
            1000,
            List.of());
    assertThat(prices.cost(new Tokens(1000, 0, 0, 0, 10, 0), EVENING)).isEqualTo(1_010_000_000);
    assertThat(prices.cost(new Tokens(1, 1000, 0, 0, 10, 0), EVENING)).isEqualTo(2_022_000_000L);
  }

  @Test
  void emptyPrices_fallBackAsDocumented() {
    Rates rates = Rates.ofUsdPerMillion("3", "", "", "", "");
    assertThat(rates).isEqualTo(new Rates(3_000_000, 3_000_000, 3_000_000, 3_000_000, 0));
    assertThat(Rates.ofUsdPerMillion("3", "0.3", "3.75", "", "15").cacheWrite1h())
        .isEqualTo(3_750_000);
  }

  @Test
  void priceBeyondAPicoDollarPerToken_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Rates.ofUsdPerMillion("0.0000001", "", "", "", ""))
        .withMessage("Price '0.0000001' must be a decimal of at most six places.");
  }

  @Test
  void catalog_offersModelsOfEveryDialectWithPrices() {
    var models = Catalog.defaults();
    assertThat(models).hasSizeGreaterThanOrEqualTo(40);
    assertThat(models).allMatch(model -> model.prices().isPresent());
    assertThat(models)
        .extracting(ModelProfile::provider)
        .contains("openai", "anthropic", "groq", "mistral", "deepseek", "cerebras", "openrouter");
    Prices sol =
        models.stream()
            .filter(model -> model.name().equals("gpt-6-sol"))
            .findFirst()
            .flatMap(ModelProfile::prices)
            .orElseThrow();
    assertThat(sol.cost(new Tokens(1_000_000, 0, 0, 0, 0, 0), EVENING))
        .isEqualTo(4_000_000_000_000L);
    assertThat(sol.cost(new Tokens(1_000, 0, 0, 0, 1_000, 0), EVENING)).isEqualTo(12_000_000_000L);
  }

  @Test
  void periods_changeThePriceByDayAndHour() {
    Prices flash = prices("deepseek", "deepseek-v4-flash");
    assertThat(input(flash, "2026-11-20T00:59:59Z")).isEqualTo(220_000);
    assertThat(input(flash, "2026-11-20T01:00:00Z")).isEqualTo(440_000);
    assertThat(input(flash, "2026-11-20T04:00:00Z")).isEqualTo(220_000);
    assertThat(input(flash, "2026-11-20T09:59:59Z")).isEqualTo(440_000);
    Prices gemini = prices("gemini", "gemini-3.8-flash");
    assertThat(input(gemini, "2026-12-31T23:59:59Z")).isEqualTo(750_000);
    assertThat(input(gemini, "2027-01-01T00:00:00Z")).isEqualTo(1_500_000);
  }

  private static Prices prices(String provider, String model) {
    return new Catalog(Catalog.defaults(), Optional.empty())
        .find(provider, model)
        .flatMap(ModelProfile::prices)
        .orElseThrow();
  }

  private static long input(Prices prices, String when) {
    return prices.cost(new Tokens(1, 0, 0, 0, 0, 0), Instant.parse(when));
  }
}
