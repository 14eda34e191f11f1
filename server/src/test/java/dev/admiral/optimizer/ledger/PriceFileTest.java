package dev.admiral.optimizer.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {
  private static final String GOOD = "p,m,,,,,,1.5,,,,2,1000,2026-01-01\n";

  @Test
  void list_isReadLineByLine() throws Exception {
    assertThat(PriceFile.read(new BufferedReader(new StringReader("# head\n\n" + GOOD))))
        .singleElement()
        .returns(new BigDecimal("1.5"), Price::input)
        .returns(1_000L, Price::contextTokens);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "p,m | 2 columns, not 14",
        "p,m,,,,,,,,,,2,,v | '' is no price in dollars",
        "p,m,,,,,,1,x,,,2,,v | 'x' is no price in dollars",
        "p,m,,,,,,1,,,,-2,,v | the price -2 of p/m is negative",
        "p,m,,,,,,1,,,,1000001,,v | the price 1000001 of p/m is above a million dollars",
        "p,m,,,,,,1,,,,1e99999999,,v | the price 1E+99999999 of p/m is above a million dollars",
        "p,m,,,,,,0.0000001,,,,2,,v | the price 0.0000001 of p/m is not a whole number",
        "p,m,,,,,many,1,,,,2,,v | 'many' is no number of tokens",
        "p,m,,,,,,1,,,,2,99999999999999999999,v | '99999999999999999999' is no number of tokens",
        "p,m,,2026-13-01,,,,1,,,,2,,v | 2026-13-01",
        "p,m,,,,noon,,1,,,,2,,v | 'noon' are no hours such as 16:30-00:30",
        "p,,,,,,,1,,,,2,,v | a price needs a provider and a model"
      })
  void brokenLine_isRefusedByFileAndLine(String line, String what) {
    assertThatThrownBy(() ->
            PriceFile.read(new BufferedReader(new StringReader("# head\n" + GOOD + line + "\n"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("prices.csv line 3: ")
        .hasMessageContaining(what)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(300));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "p,m,flex | it needs 10 columns",
        "p,m,,,,1,,,2,v | it needs 10 columns, the third with the service",
        "p,other,flex,,,1,,,2,v | the model p/other has no usual price",
        "p,m,flex,,,x,,,2,v | 'x' is no price in dollars"
      })
  void brokenLineOfAService_isRefusedByFileAndLine(String line, String what) throws Exception {
    List<Price> usual = PriceFile.read(new BufferedReader(new StringReader(GOOD)));
    assertThatThrownBy(() ->
            PriceFile.readTiers(new BufferedReader(new StringReader("# head\n" + line)), usual))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("tiers.csv line 2: ")
        .hasMessageContaining(what);
  }

  @Test
  void messageThatNamesNoFile_isGivenIt() {
    assertThat(PriceFile.named("the price of p/m is stated twice"))
        .isEqualTo("prices.csv: the price of p/m is stated twice");
    assertThat(PriceFile.named("prices.csv line 3: no")).isEqualTo("prices.csv line 3: no");
  }
}
