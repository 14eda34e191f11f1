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
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads prices.csv, whose head describes its columns. */
final class PriceFile {
  private static final String RESOURCE = "prices.csv";
  private static final int COLUMNS = 14;

  private PriceFile() {}

  /** Returns the prices this server comes with. */
  static List<Price> builtIn() {
    try (InputStream in =
            Objects.requireNonNull(PriceFile.class.getResourceAsStream(RESOURCE), RESOURCE);
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return read(lines);
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  /** Returns the prices with those of the models named in {@code overrides} replaced. */
  static List<Price> overridden(List<Price> prices, List<Price> overrides) {
    record Name(String provider, String model) {}
    Set<Name> replaced = new HashSet<>();
    overrides.forEach(price -> replaced.add(new Name(price.provider(), price.model())));
    List<Price> result = new ArrayList<>(overrides);
    for (Price price : prices) {
      if (!replaced.contains(new Name(price.provider(), price.model()))) {
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
      if (!line.isBlank() && !line.startsWith("#") && !line.startsWith("provider,")) {
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
    return message != null && message.startsWith(RESOURCE) ? message : RESOURCE + ": " + message;
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
