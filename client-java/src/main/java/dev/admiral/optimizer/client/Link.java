package dev.admiral.optimizer.client;

import io.grpc.ManagedChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** What all views of one client share: the connection and what was injected. Thread-safe. */
final class Link {
  final ManagedChannel channel;

  /** Runs callbacks that belong to the caller; may refuse, as an executor that was shut down. */
  final Executor callbacks;

  /** As {@link #callbacks}, but never refuses: somebody may wait for what is delivered. */
  final Executor delivery;

  final Timer timer;

  /** Draws evenly from 0 to 1. */
  final DoubleSupplier jitter;

  /** Nanoseconds from an arbitrary origin. */
  final LongSupplier nanoTime;

  /** Hears of each call's end. */
  final Optional<CallListener> listener;

  /** Answers where Admiral is away. */
  final Optional<Fallback> fallback;

  /** The server's address for messages to people. */
  final String target;

  /** Most messages of a stream kept for a reader that has not asked for them yet. */
  final int streamWindow;

  /** Exchanges between two tries: no connection would tell them of its end. */
  private final Set<Exchange<?, ?>> pausing = ConcurrentHashMap.newKeySet();

  private volatile boolean closed;

  Link(
      ManagedChannel channel,
      Executor callbacks,
      Timer timer,
      DoubleSupplier jitter,
      LongSupplier nanoTime,
      Optional<CallListener> listener,
      Optional<Fallback> fallback,
      String target,
      int streamWindow) {
    this.channel = channel;
    this.callbacks = callbacks;
    this.delivery =
        task -> {
          try {
            callbacks.execute(task);
          } catch (RejectedExecutionException full) {
            task.run();
          }
        };
    this.timer = timer;
    this.jitter = jitter;
    this.nanoTime = nanoTime;
    this.listener = listener;
    this.fallback = fallback;
    this.target = target;
    this.streamWindow = streamWindow;
  }

  boolean isClosed() {
    return closed;
  }

  /** Takes note that an exchange waits for its next try; after {@link #close} ends it at once. */
  void pause(Exchange<?, ?> exchange) {
    pausing.add(exchange);
    if (closed) {
      exchange.leave();
    }
  }

  /** Forgets an exchange that waits no longer. */
  void resume(Exchange<?, ?> exchange) {
    pausing.remove(exchange);
  }

  void close() {
    closed = true;
    channel.shutdownNow();
    // One that comes too late to be among these sees that this is closed.
    pausing.forEach(Exchange::leave);
  }
}
