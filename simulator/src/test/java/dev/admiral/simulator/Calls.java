package dev.admiral.simulator;

import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Collects what a simulator tells of its calls, so that a test can wait for it. */
final class Calls implements CallListener {
  private static final long PATIENCE_SECONDS = 30;

  private final BlockingQueue<String> accepted = new LinkedBlockingQueue<>();
  private final BlockingQueue<InvoiceLine> ended = new LinkedBlockingQueue<>();

  @Override
  public void accepted(
      String requestId, Optional<String> clientRequestId, String provider, String model) {
    accepted.add(requestId);
  }

  @Override
  public void ended(InvoiceLine line) {
    ended.add(line);
  }

  String nextAccepted() throws InterruptedException {
    return some(accepted.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  InvoiceLine nextEnded() throws InterruptedException {
    return some(ended.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
  }

  private static <T> T some(T polled) {
    if (polled == null) {
      throw new AssertionError("Nothing happened within " + PATIENCE_SECONDS + " s.");
    }
    return polled;
  }
}
