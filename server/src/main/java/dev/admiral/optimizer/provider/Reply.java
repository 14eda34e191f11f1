package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.Completion;

/**
 * A complete answer of a vendor.
 *
 * @param completion what the model said
 * @param usage tokens as the vendor reported them, or {@link Usage#estimated()} if it reported none
 *     on a complete answer
 * @param requestId the vendor's identifier of the call; empty if it gave none
 * @param httpStatus the HTTP status, 200 as a rule
 */
public record Reply(Completion completion, Usage usage, String requestId, int httpStatus) {}
