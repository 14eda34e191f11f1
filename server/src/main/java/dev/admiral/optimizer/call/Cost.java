package dev.admiral.optimizer.call;

/** What an answer costs when the vendor is asked for it. */
public sealed interface Cost {

  /** Returns the amount, zero where it is unknown. */
  default Money amountOrZero() {
    return this instanceof Known known ? known.amount() : Money.ZERO;
  }

  /**
   * A priced answer.
   *
   * @param amount the price of the usage
   * @param priceVersion the price used, "provider/model@date"
   * @param estimated true if the usage was estimated, so that reports keep the amount apart
   */
  record Known(Money amount, String priceVersion, boolean estimated) implements Cost {}

  /** No price is known for the model. This is not zero: sums count such calls apart. */
  record Unknown() implements Cost {}
}
