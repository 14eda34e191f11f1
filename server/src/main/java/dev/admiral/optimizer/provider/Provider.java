package dev.admiral.optimizer.provider;

/**
 * A vendor's API, or anything that speaks it. Assembling one opens no connection. Every method
 * blocks, within the provider's own bounds on connecting, on the first piece and on silence between
 * pieces. Whoever calls bounds the whole by interrupting the thread, upon which the upstream
 * connection is closed before the method throws.
 */
public interface Provider {

  /** Returns the configured name, the part before the slash in "provider/model". */
  String name();

  /**
   * Makes one try of one model. With {@link ProviderCall#streamed()} pieces go to the sink as they
   * arrive; else the sink is not used. Either way the reply holds the complete answer. An
   * interruption once the answer is complete takes nothing from it: the reply is returned, and the
   * thread's interrupt flag stays set.
   *
   * @throws ProviderException if no complete answer came, interruption included (reason
   *     CALL_CANCELLED); it says what may be billed all the same
   * @throws InterruptedException if the thread was interrupted before anything was sent
   */
  Reply complete(ProviderCall call, ReplySink sink) throws ProviderException, InterruptedException;

  /**
   * Turns texts into vectors.
   *
   * @throws ProviderException if the vendor has no such call, or it failed
   */
  VectorReply embed(VectorCall call) throws ProviderException, InterruptedException;

  /**
   * Counts the tokens of a prompt.
   *
   * @return the count
   * @throws ProviderException if the vendor has no such call, or it failed
   */
  long countTokens(ProviderCall call) throws ProviderException, InterruptedException;

  /**
   * Tells whether a call would succeed now, as far as the last calls show. Never calls the vendor:
   * a health check must not cost money.
   */
  default ProviderCheck check() {
    return ProviderCheck.UNTRIED;
  }

  /** Closes idle connections and lets no new call begin; calls in flight break. */
  default void close() {}
}
