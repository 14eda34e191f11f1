package dev.admiral.simulator;

import java.util.Optional;

/**
 * Told about calls as they happen, so that a test can wait for one without sleeping. Invoked on the
 * simulator's own threads: implementations must return at once and must not throw.
 */
public interface CallListener {

  /**
   * A call was accepted; nothing of its answer was sent yet.
   *
   * @param requestId the id its answer carries
   * @param clientRequestId the caller's {@code x-client-request-id} header
   * @param provider the provider played
   * @param model the model asked for
   */
  default void accepted(
      String requestId, Optional<String> clientRequestId, String provider, String model) {}

  /** A call ended, accepted or refused; its line is on the invoice. */
  default void ended(InvoiceLine line) {}
}
