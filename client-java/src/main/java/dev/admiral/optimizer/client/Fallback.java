package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import java.util.Optional;

/**
 * What a caller does by itself when Admiral is away, such as asking a model on its own machine. It
 * is asked after the last try of {@code Complete} or {@code Stream}, before anything of an answer
 * came, and only if no server decided the failure ({@link AdmiralException.Unavailable#isAway}): a
 * limit, a budget or a refusal is never gone round.
 *
 * <p>Its answer reaches the caller as any other would, streamed if the call was. {@code call_id},
 * {@code ledger_entry_id} and {@code served} are taken out of it, since Admiral knows nothing of
 * it: an answer without {@code served} ({@code hasServed()} is false) did not come from Admiral.
 *
 * <p>The call's deadline does not bound it; cancelling the call leaves it to end by itself.
 *
 * <p>Called on the client's executor, by many threads at once; it must be thread-safe, and may
 * block if that executor's threads may.
 */
@FunctionalInterface
public interface Fallback {
  /**
   * Returns an answer, or nothing, which leaves the call failed. What it throws does too, and is
   * added to the failure as suppressed.
   *
   * @param request the call; of a streamed one, the unary call that asks for the same
   * @param failure why Admiral gave no answer
   */
  Optional<CompleteResponse> answer(CompleteRequest request, AdmiralException.Unavailable failure);
}
