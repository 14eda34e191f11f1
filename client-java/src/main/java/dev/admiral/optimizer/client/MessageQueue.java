package dev.admiral.optimizer.client;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Messages on their way to one reading thread. The sender is asked for a window of messages and for
 * one more as each is taken, so no more than the window wait here, however slow the reader is.
 */
final class MessageQueue<R> implements Exchange.Sink<R> {
  private sealed interface Item<R> {}

  private record Arrived<R>(R message) implements Item<R> {}

  private record Ended<R>(@Nullable AdmiralException failure) implements Item<R> {}

  private final BlockingQueue<Item<R>> items = new LinkedBlockingQueue<>();
  private @Nullable Exchange<?, R> exchange;
  private @Nullable Ended<R> ended;

  /** Begins to fetch; called once, before anything else. */
  void start(Exchange<?, R> source, int window) {
    exchange = source;
    source.request(window);
    source.start();
  }

  @Override
  public void onMessage(R message) {
    items.add(new Arrived<>(message));
  }

  @Override
  public void onEnd(@Nullable AdmiralException failure) {
    items.add(new Ended<>(failure));
  }

  /**
   * Waits for the next message.
   *
   * @return null at the end of a stream that went well
   * @throws AdmiralException if the stream failed, also on every later call; if this thread is
   *     interrupted, which cancels the stream
   */
  @Nullable R take() {
    if (ended == null) {
      Item<R> item = next();
      if (item instanceof Arrived<R> arrived) {
        source().request(1);
        return arrived.message();
      }
      ended = (Ended<R>) item;
    }
    AdmiralException failure = ended.failure();
    if (failure != null) {
      throw here(failure);
    }
    return null;
  }

  void cancel() {
    source().cancel();
  }

  private Item<R> next() {
    try {
      return items.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      cancel();
      return new Ended<>(interrupted());
    }
  }

  private Exchange<?, R> source() {
    Exchange<?, R> source = exchange;
    if (source == null) {
      throw new IllegalStateException("The stream has not begun.");
    }
    return source;
  }

  static AdmiralException interrupted() {
    return Failures.cancelled(
        "The thread was interrupted while it waited, and the call was cancelled.");
  }

  /**
   * Shows where the caller waited; the transport's stack, where the failure arrived, helps nobody.
   */
  static AdmiralException here(AdmiralException failure) {
    failure.fillInStackTrace();
    return failure;
  }
}
