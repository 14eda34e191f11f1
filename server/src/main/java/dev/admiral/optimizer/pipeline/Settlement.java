package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Terms;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.v1.ErrorReason;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prices a try that was, or may have been, billed, and enters it in the ledger. Thread-safe. */
final class Settlement {
  private static final Logger log = LoggerFactory.getLogger(Settlement.class);
  private static final int MOST_TOLD = 1_000;

  /** Vendors round what they charge. */
  private static final BigDecimal LEAST_DIFFERENCE = new BigDecimal("0.000001");

  private final PriceBook prices;
  private final Ledger ledger;
  private final Time time;

  /** Models whose charge was told to differ from the list. */
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  Settlement(PriceBook prices, Ledger ledger, Time time) {
    this.prices = prices;
    this.ledger = ledger;
    this.time = time;
  }

  /**
   * Enters the latest try for whom pays for the flight. Blocks until the entry is durable, within
   * the ledger's bound.
   *
   * @param attemptId identifies the try, and its entry
   * @param terms on what terms the vendor served it
   * @param requestId the vendor's identifier of it; empty if it gave none
   * @return the entry, with what the try cost
   */
  LedgerEntry enter(
      Tries tries,
      Candidate candidate,
      String attemptId,
      Usage usage,
      Terms terms,
      String requestId) {
    Instant now = time.now();
    Cost cost = cost(candidate, usage, terms, now);
    Call payer = tries.leader().bill();
    LedgerEntry entry =
        new LedgerEntry(
            attemptId,
            payer.id(),
            tries.latest(),
            payer.caller().tenant(),
            payer.caller().agent(),
            payer.caller().group(),
            payer.taskType(),
            candidate.provider(),
            candidate.model(),
            usage,
            cost,
            requestId,
            now);
    tries.log().stepBegan(Step.Kind.SETTLE, "");
    ledger.enter(entry);
    tries.log().stepEnded(ErrorReason.ERROR_REASON_UNSPECIFIED);
    return entry;
  }

  /** What a vendor says it charges is what will be billed; of a try that broke it is no end. */
  private Cost cost(Candidate candidate, Usage usage, Terms terms, Instant now) {
    Cost listed = prices.price(candidate.provider(), candidate.model(), usage, terms.tier(), now);
    Money charge = terms.charge();
    if (charge == null || (usage.estimated() && listed instanceof Cost.Known)) {
      return listed;
    }
    if (listed instanceof Cost.Known known && isFar(known.amount(), charge)) {
      tell(candidate, known, charge);
    }
    return new Cost.Known(charge, candidate.name() + "@vendor", usage.estimated());
  }

  private static boolean isFar(Money one, Money other) {
    BigDecimal difference = one.usd().subtract(other.usd()).abs();
    return difference.compareTo(one.usd().movePointLeft(2)) > 0
        && difference.compareTo(LEAST_DIFFERENCE) > 0;
  }

  /** Once to a model: the list, or how the vendor counts, needs a look. */
  private void tell(Candidate candidate, Cost.Known known, Money charge) {
    if (told.size() < MOST_TOLD && told.add(candidate.name())) {
      log.warn(
          "{} charged {} USD for a call that costs {} USD by the price {}; what it charged is"
              + " entered",
          candidate.name(),
          charge.usd().toPlainString(),
          known.amount().usd().toPlainString(),
          known.priceVersion());
    }
  }
}
