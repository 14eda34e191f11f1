package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.v1.Money;
import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Amounts of money as decimal numbers. */
final class AmountsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "1.75",
        "-1.75",
        "0.000000000001",
        "-0.000000000001",
        "9223372036854775807.999999999999"
      })
  void dollars_thenDecimal_isTheSameAmount(String amount) {
    BigDecimal exact = new BigDecimal(amount);
    assertThat(Amounts.decimal(Amounts.dollars(exact))).isEqualByComparingTo(exact);
  }

  @Test
  void decimal_ofTwoLargestAmounts_doesNotWrapWhenSummed() {
    Money largest = Money.newBuilder().setUnits(Long.MAX_VALUE).setPico(999_999_999_999L).build();
    BigDecimal one = Amounts.decimal(largest);
    assertThat(one.add(one)).isEqualTo(new BigDecimal("18446744073709551615.999999999998"));
  }

  @Test
  void dollars_ofAmountBelowZero_hasOneSign() {
    Money money = Amounts.dollars(new BigDecimal("-1.75"));
    assertThat(money.getUnits()).isEqualTo(-1);
    assertThat(money.getPico()).isEqualTo(-750_000_000_000L);
    assertThat(money.getCurrencyCode()).isEqualTo("USD");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0000000000001", "9223372036854775808"})
  void dollars_ofWhatDoesNotFit_isRefused(String amount) {
    assertThatThrownBy(() -> Amounts.dollars(new BigDecimal(amount)))
        .isInstanceOf(ArithmeticException.class);
  }
}
