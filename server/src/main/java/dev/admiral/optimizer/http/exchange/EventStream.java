package dev.admiral.optimizer.http.exchange;

import java.io.IOException;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * A reply of server-sent events under way: one write at a time, the next when the last was taken.
 * Used by one thread at a time.
 */
public final class EventStream {
  private final Exchange exchange;
  private final EventBuffer buffer = new EventBuffer();

  EventStream(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Returns where to put what is to be sent next. */
  public EventBuffer buffer() {
    return buffer;
  }

  /**
   * Sends what is in the buffer.
   *
   * @param taken run when the client can take more; not run if it has left, which ends the exchange
   */
  public void send(Runnable taken) {
    send(taken, () -> {});
  }

  /**
   * Sends what is in the buffer.
   *
   * @param taken run when the client can take more
   * @param lost run instead if it has left, which ends the exchange
   */
  public void send(Runnable taken, Runnable lost) {
    exchange.write(
        false,
        buffer.take(),
        Callback.from(
            Invocable.InvocationType.NON_BLOCKING,
            taken,
            cause -> {
              exchange.abort(cause);
              lost.run();
            }));
  }

  /** Sends what is in the buffer, and ends the stream in good order. */
  public void end() {
    exchange.write(
        true,
        buffer.take(),
        Callback.from(Invocable.InvocationType.NON_BLOCKING, exchange::complete, exchange::abort));
  }

  /** Cuts the connection, so that the client knows that what it got is not all. */
  public void abort() {
    exchange.abort(new IOException("the stream could not be written to its end"));
  }
}
