package dev.admiral.optimizer.provider;

import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.Embedding;
import java.util.List;

/**
 * Vectors of a vendor.
 *
 * @param embeddings one per text, in the order of the texts
 * @param usage tokens as the vendor reported them
 * @param requestId the vendor's identifier of the call; empty if it gave none
 * @param httpStatus the HTTP status
 */
public record VectorReply(
    List<Embedding> embeddings, Usage usage, String requestId, int httpStatus) {}
