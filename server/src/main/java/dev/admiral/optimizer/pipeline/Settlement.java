package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Terms;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Instant;

/** Prices a try that was, or may have been, billed, and enters it in the ledger. Thread-safe. */
final class Settlement {
  private final PriceBook prices;
  private final Ledger ledger;
  private final Time time;

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
   * @param terms on what terms the vendor served it; what it says it charges counts where no price
   *     is known
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

  private Cost cost(Candidate candidate, Usage usage, Terms terms, Instant now) {
    Cost listed = prices.price(candidate.provider(), candidate.model(), usage, terms.tier(), now);
    return listed instanceof Cost.Unknown && terms.charge() != null
        ? new Cost.Known(terms.charge(), candidate.name() + "@vendor", usage.estimated())
        : listed;
  }
}
