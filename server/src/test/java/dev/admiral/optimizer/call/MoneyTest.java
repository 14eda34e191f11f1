package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Amounts and sums against numbers of any size. */
class MoneyTest {
  @Property
  void amount_isWhatItWasMadeOf(@ForAll long picoUsd) {
    assertThat(new Money(picoUsd).usd()).isEqualTo(BigDecimal.valueOf(picoUsd, 12));
    assertThat(new Money(picoUsd).picoUsd()).isEqualTo(picoUsd);
  }

  @Property
  void sumAndDifference_equalThoseOfAnySize(@ForAll long a, @ForAll long b) {
    Money first = new Money(a);
    Money second = new Money(b);

    assertThat(first.plus(second).usd()).isEqualTo(first.usd().add(second.usd()));
    assertThat(first.minus(second).usd()).isEqualTo(first.usd().subtract(second.usd()));
    assertThat(first.compareTo(second)).isEqualTo(Long.compare(a, b));
  }

  @Property
  void priceOfMany_equalsThatOfAnySize(
      @ForAll @LongRange(min = 0) long count,
      @ForAll @LongRange(min = 0, max = 1_000_000_000_000L) long each) {
    BigInteger exact = BigInteger.valueOf(count).multiply(BigInteger.valueOf(each));

    assertThat(Money.ofEach(count, each).usd()).isEqualTo(new BigDecimal(exact, 12));
  }

  @Property
  void adder_sumsAsOneByOne(@ForAll @Size(max = 50) List<@LongRange(min = 0) Long> amounts) {
    MoneyAdder adder = new MoneyAdder();
    Money sum = Money.ZERO;
    for (long amount : amounts) {
      adder.add(new Money(amount));
      sum = sum.plus(new Money(amount));
    }

    assertThat(adder.sum()).isEqualTo(sum);
  }

  @Test
  void amountsBeyondNineMillionDollars_areExact() {
    Money dear = new Money(Long.MAX_VALUE);

    assertThat(dear.plus(dear).usd()).isEqualByComparingTo("18446744.073709551614");
    assertThat(dear.plus(dear).picoUsd()).as("all that fits").isEqualTo(Long.MAX_VALUE);
    assertThat(dear.plus(dear).minus(dear)).isEqualTo(dear);
  }

  @Test
  void restOfADollarOrMore_isRefused() {
    assertThatThrownBy(() -> new Money(0, 1_000_000_000_000L))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Money(0, -1)).isInstanceOf(IllegalArgumentException.class);
  }
}
