package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Terms;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.Completion;

/**
 * A complete answer of a vendor.
 *
 * @param completion what the model said
 * @param usage tokens as the vendor reported them, or {@link Usage#estimated()} if it reported none
 *     on a complete answer
 * @param terms on what terms the vendor says it served it
 * @param requestId the vendor's identifier of the call; empty if it gave none
 * @param httpStatus the HTTP status, 200 as a rule
 */
public record Reply(
    Completion completion, Usage usage, Terms terms, String requestId, int httpStatus) {
  /** Makes a reply on the usual terms. */
  public Reply(Completion completion, Usage usage, String requestId, int httpStatus) {
    this(completion, usage, Terms.USUAL, requestId, httpStatus);
  }
}
