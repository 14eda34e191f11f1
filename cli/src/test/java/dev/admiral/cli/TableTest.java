package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tables and the values in them. */
final class TableTest {
  @Test
  void table_thatFits_isColumns() {
    assertThat(table().lines(15))
        .containsExactly("NAME      COUNT", "a             1", "longer-b  1,000");
  }

  @Test
  void table_thatDoesNotFit_isBlocks() {
    assertThat(table().lines(14))
        .containsExactly("NAME   a", "COUNT  1", "", "NAME", "  longer-b", "COUNT  1,000");
  }

  @Test
  void row_ofWrongLength_isRefused() {
    assertThatThrownBy(() -> table().add("alone")).hasMessage("1 cells stand under 2 headings.");
  }

  @Property
  void lines_ofAnyWidth_showEveryCellAndFitIfTheyCan(
      @ForAll @IntRange(min = 1, max = 120) int width,
      @ForAll List<@IntRange(min = 0) Integer> rows) {
    Table table = new Table("NAME", ">COUNT");
    rows.forEach(row -> table.add("row-" + row, Show.count(row)));
    List<String> lines = table.lines(width);
    // A cell that takes several lines is whole, too.
    String shown = String.join("", lines).replace(" ", "");
    for (int row : rows) {
      assertThat(shown).contains("row-" + row).contains(Show.count(row));
    }
    if (width >= 12) {
      assertThat(lines).allMatch(line -> line.length() <= width);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, $0.00",
    "1, $0.000000000001",
    "1500000000000, $1.50",
    "-250000000000, -$0.25",
    "9223372036854775807, $9223372.036854775807"
  })
  void dollars_ofAnySize_showEveryDigit(long pico, String shown) {
    assertThat(Show.dollars(java.math.BigDecimal.valueOf(pico, 12))).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S, 0.00 ms",
    "PT0.00021S, 0.21 ms",
    "PT0.034S, 34 ms",
    "PT1.3S, 1.3 s",
    "PT75S, 1 min 15 s",
    "PT125M, 2 h 5 min",
    "PT72H, 3 days"
  })
  void time_ofAnySize_hasASuitableUnit(Duration span, String shown) {
    assertThat(Show.time(span)).isEqualTo(shown);
  }

  @ParameterizedTest
  @CsvSource({"0, 0 B", "1023, 1023 B", "1024, 1.0 KiB", "13107200, 12.5 MiB"})
  void bytes_ofAnySize_haveBinaryUnits(long bytes, String shown) {
    assertThat(Show.bytes(bytes)).isEqualTo(shown);
  }

  private static Table table() {
    Table table = new Table("NAME", ">COUNT");
    table.add("a", "1");
    table.add("longer-b", "1,000");
    return table;
  }
}
