package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.v1.ContentDelta;

/**
 * Writes one answer as events: {@link #begin}, any number of {@link #piece}, and {@link #finish} or
 * {@link #fail}, which may come at any time and first of all. Used by one thread at a time.
 */
public interface StreamFormat {
  /** A model has begun to answer. */
  void begin(Begun begun, EventBuffer out);

  /** More of the answer. */
  void piece(ContentDelta delta, EventBuffer out);

  /** The answer is complete. Writes all that ends a stream of this vendor. */
  void finish(Answered answered, EventBuffer out);

  /** The answer will not be complete: clients must be made to throw. */
  void fail(HttpFailure failure, EventBuffer out);
}
