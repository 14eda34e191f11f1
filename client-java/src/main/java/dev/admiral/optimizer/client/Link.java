package dev.admiral.optimizer.client;

import io.grpc.ManagedChannel;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;

/** What all views of one client share: the connection and what was injected. Thread-safe. */
final class Link {
  final ManagedChannel channel;

  /** Runs callbacks that belong to the caller. */
  final Executor callbacks;

  final Timer timer;

  /** Draws evenly from 0 to 1. */
  final DoubleSupplier jitter;

  /** The server's address for messages to people. */
  final String target;

  /** Most messages of a stream kept for a reader that has not asked for them yet. */
  final int streamWindow;

  private volatile boolean closed;

  Link(
      ManagedChannel channel,
      Executor callbacks,
      Timer timer,
      DoubleSupplier jitter,
      String target,
      int streamWindow) {
    this.channel = channel;
    this.callbacks = callbacks;
    this.timer = timer;
    this.jitter = jitter;
    this.target = target;
    this.streamWindow = streamWindow;
  }

  boolean isClosed() {
    return closed;
  }

  void close() {
    closed = true;
    channel.shutdownNow();
  }
}
