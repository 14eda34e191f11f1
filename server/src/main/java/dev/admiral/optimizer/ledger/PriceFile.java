package dev.admiral.optimizer.ledger;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads prices.csv and tiers.csv, whose heads describe their columns. */
final class PriceFile {
  private static final String RESOURCE = "prices.csv";
  private static final int COLUMNS = 14;
  private static final String TIERS = "tiers.csv";
  private static final int TIER_COLUMNS = 10;

  private PriceFile() {}

  /** Returns the prices this server comes with. */
  static List<Price> builtIn() {
    try (BufferedReader lines = open(RESOURCE)) {
      return read(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  /**
   * Returns the prices of services priced apart that this server comes with, by the vendors' words
   * for the services.
   *
   * @param usual tell which names are billed alike
   */
  static Map<String, List<Price>> builtInTiers(List<Price> usual) {
    try (BufferedReader lines = open(TIERS)) {
      return readTiers(lines, usual);
    } catch (IOException e) {
      throw new UncheckedIOException(TIERS, e);
    }
  }

  private static BufferedReader open(String resource) {
    InputStream in =
        Objects.requireNonNull(PriceFile.class.getResourceAsStream(resource), resource);
    return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
  }

  /**
   * Reads a list of services priced apart.
   *
   * @throws IllegalArgumentException if a line is none of a price, or of a model that has no usual
   *     one; the message names it
   */
  static Map<String, List<Price>> readTiers(BufferedReader lines, List<Price> usual)
      throws IOException {
    Map<Name, List<String>> also = new HashMap<>();
    for (Price price : usual) {
      also.computeIfAbsent(Name.of(price), _ -> new ArrayList<>()).addAll(price.also());
    }
    Map<String, List<Price>> tiers = new HashMap<>();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (isPrice(line)) {
        String[] cells = line.split(",", -1);
        try {
          List<Price> ofTier = tiers.computeIfAbsent(tier(cells), _ -> new ArrayList<>());
          Price price = tierPrice(cells, also);
          boolean first = ofTier.stream().noneMatch(p -> Name.of(p).equals(Name.of(price)));
          // Its other names once, as each stands for one model.
          ofTier.add(first ? price : renamed(price, List.of()));
        } catch (DateTimeException | IllegalArgumentException e) {
          throw new IllegalArgumentException(TIERS + " line " + number + ": " + e.getMessage(), e);
        }
      }
    }
    return tiers;
  }

  private static String tier(String[] cells) {
    if (cells.length != TIER_COLUMNS || cells[2].isEmpty()) {
      throw new IllegalArgumentException(
          "it needs " + TIER_COLUMNS + " columns, the third with the service");
    }
    return cells[2];
  }

  private static Price tierPrice(String[] cells, Map<Name, List<String>> also) {
    List<String> names = also.get(new Name(cells[0], cells[1]));
    if (names == null) {
      throw new IllegalArgumentException(
          "the model " + cells[0] + "/" + cells[1] + " has no usual price");
    }
    return new Price(
        cells[0],
        cells[1],
        names,
        date(cells[3]),
        null,
        null,
        tokens(cells[4]),
        dollars(cells[5]),
        decimal(cells[6]),
        decimal(cells[7]),
        null,
        decimal(cells[8]),
        0,
        cells[9] + "+" + cells[2]);
  }

  private record Name(String provider, String model) {
    static Name of(Price price) {
      return new Name(price.provider(), price.model());
    }
  }

  private static boolean isPrice(String line) {
    return !line.isBlank() && !line.startsWith("#") && !line.startsWith("provider,");
  }

  /** Returns the prices with those of the models named in {@code overrides} replaced. */
  static List<Price> overridden(List<Price> prices, List<Price> overrides) {
    List<Price> result = new ArrayList<>(overrides);
    result.addAll(without(prices, overrides));
    return result;
  }

  /** Returns the prices but for those of the models, and of the names, in {@code overrides}. */
  static List<Price> without(List<Price> prices, List<Price> overrides) {
    Set<Name> replaced = new HashSet<>();
    overrides.forEach(price -> replaced.add(Name.of(price)));
    List<Price> result = new ArrayList<>(prices.size());
    for (Price price : prices) {
      if (!replaced.contains(Name.of(price))) {
        List<String> also =
            price.also().stream()
                .filter(name -> !replaced.contains(new Name(price.provider(), name)))
                .toList();
        result.add(renamed(price, also));
      }
    }
    return result;
  }

  private static Price renamed(Price p, List<String> also) {
    return new Price(
        p.provider(),
        p.model(),
        also,
        p.from(),
        p.until(),
        p.hours(),
        p.above(),
        p.input(),
        p.cachedInput(),
        p.cacheWrite(),
        p.cacheWrite1h(),
        p.output(),
        p.contextTokens(),
        p.version());
  }

  /**
   * Reads a list.
   *
   * @throws IllegalArgumentException if a line is none of a price; the message names it
   */
  static List<Price> read(BufferedReader lines) throws IOException {
    List<Price> prices = new ArrayList<>();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (isPrice(line)) {
        prices.add(price(line, number));
      }
    }
    return prices;
  }

  private static Price price(String line, int number) {
    try {
      String[] cells = line.split(",", -1);
      if (cells.length != COLUMNS) {
        throw new IllegalArgumentException(cells.length + " columns, not " + COLUMNS);
      }
      return new Price(
          cells[0],
          cells[1],
          cells[2].isEmpty() ? List.of() : List.of(cells[2].split(" ")),
          date(cells[3]),
          date(cells[4]),
          hours(cells[5]),
          tokens(cells[6]),
          dollars(cells[7]),
          decimal(cells[8]),
          decimal(cells[9]),
          decimal(cells[10]),
          decimal(cells[11]),
          tokens(cells[12]),
          cells[13]);
    } catch (DateTimeException | IllegalArgumentException e) {
      throw new IllegalArgumentException(RESOURCE + " line " + number + ": " + e.getMessage(), e);
    }
  }

  /** Returns a message of what is wrong with the list, with the file if it does not name it. */
  static String named(@Nullable String message) {
    if (message != null && (message.startsWith(RESOURCE) || message.startsWith(TIERS))) {
      return message;
    }
    return RESOURCE + ": " + message;
  }

  private static @Nullable LocalDate date(String cell) {
    return cell.isEmpty() ? null : LocalDate.parse(cell);
  }

  private static @Nullable BigDecimal decimal(String cell) {
    return cell.isEmpty() ? null : dollars(cell);
  }

  private static BigDecimal dollars(String cell) {
    try {
      return new BigDecimal(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + cell + "' is no price in dollars", e);
    }
  }

  private static long tokens(String cell) {
    try {
      return cell.isEmpty() ? 0 : Long.parseLong(cell);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'" + cell + "' is no number of tokens", e);
    }
  }

  private static Price.@Nullable Hours hours(String cell) {
    if (cell.isEmpty()) {
      return null;
    }
    int dash = cell.indexOf('-');
    if (dash < 0) {
      throw new IllegalArgumentException("'" + cell + "' are no hours such as 16:30-00:30");
    }
    return new Price.Hours(
        LocalTime.parse(cell.substring(0, dash)), LocalTime.parse(cell.substring(dash + 1)));
  }
}
