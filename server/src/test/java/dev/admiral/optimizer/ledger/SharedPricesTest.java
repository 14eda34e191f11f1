package dev.admiral.optimizer.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Usage;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Compares the built-in prices with a list that may lie beside the checkout. */
class SharedPricesTest {
  /** An hour at which no price for certain hours holds. */
  private static final Instant EVENING = Instant.parse("2026-11-20T20:00:00Z");

  private static final Map<String, String> PROVIDERS = Map.of("google", "gemini", "aws", "bedrock");

  private static final Usage INPUT = Usage.reported(1, 0);
  private static final Usage CACHED = new Usage(1, 1, 0, 0, 0, 0, false);
  private static final Usage WRITTEN = new Usage(1, 0, 1, 0, 0, 0, false);
  private static final Usage WRITTEN_1H = new Usage(1, 0, 0, 1, 0, 0, false);
  private static final Usage OUTPUT = Usage.reported(0, 1);

  private static final Pattern CELL = Pattern.compile("(?:\"((?:[^\"]|\"\")*)\"|([^,]*))(?:,|$)");
  private static final Pattern INPUT_TIERS = Pattern.compile("input_mtok: \\[([^]]*)]");
  private static final Pattern TIER = Pattern.compile("'start': (\\d+), 'price': ([0-9.]+)");

  @Test
  void everyPriceOfTheSharedList_isOurs() throws Exception {
    Path list = Path.of("").toAbsolutePath().resolve("../../shared/data/model-prices.csv");
    assumeTrue(Files.isReadable(list), "the list of prices beside the checkout is absent");

    List<String> lines = Files.readAllLines(list);
    assertThat(lines).hasSizeGreaterThan(40);
    for (String line : lines.subList(1, lines.size())) {
      List<String> cells = cells(line);
      String provider = PROVIDERS.getOrDefault(cells.get(0), cells.get(0));
      String model = cells.get(1);
      check(provider, model, INPUT, cells.get(2));
      check(provider, model, CACHED, cells.get(3));
      check(provider, model, WRITTEN, cells.get(4));
      check(provider, model, WRITTEN_1H, cells.get(5));
      check(provider, model, OUTPUT, cells.get(6));
      checkTiers(provider, model, cells.get(8));
    }
  }

  private static void check(String provider, String model, Usage usage, String usdPerMillion) {
    if (!usdPerMillion.isEmpty()) {
      assertThat(usd(provider, model, usage).movePointRight(6))
          .as(provider + "/" + model)
          .isEqualByComparingTo(usdPerMillion);
    }
  }

  private static void checkTiers(String provider, String model, String tiers) {
    Matcher ofInput = INPUT_TIERS.matcher(tiers);
    Matcher tier = TIER.matcher(ofInput.find() ? ofInput.group(1) : "");
    while (tier.find()) {
      // The list writes some borders one lower; OpenAI says "more than 272K".
      String border = tier.group(1).equals("271999") ? "272000" : tier.group(1);
      long above = Long.parseLong(border) + 1;
      BigDecimal expected =
          new BigDecimal(tier.group(2)).multiply(BigDecimal.valueOf(above)).movePointLeft(6);
      assertThat(usd(provider, model, Usage.reported(above, 0)))
          .as(provider + "/" + model + " above " + tier.group(1))
          .isEqualByComparingTo(expected);
    }
  }

  private static BigDecimal usd(String provider, String model, Usage usage) {
    Cost cost = PriceBook.builtIn().price(provider, model, usage, EVENING);
    assertThat(cost).as(provider + "/" + model).isInstanceOf(Cost.Known.class);
    return cost.amountOrZero().usd();
  }

  private static List<String> cells(String line) {
    List<String> cells = new ArrayList<>();
    Matcher cell = CELL.matcher(line);
    while (cells.size() < 9 && cell.find()) {
      String quoted = cell.group(1);
      cells.add(quoted == null ? cell.group(2) : quoted.replace("\"\"", "\""));
    }
    return cells;
  }
}
