package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.StreamResponse;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer on its way to a subscriber, whose demand is the demand on the sender. The
 * exchange alone speaks to the subscriber, so that it never hears two things at once: a demand that
 * is refused ends the exchange, whose end tells why.
 */
final class Subscribed implements Exchange.Sink<StreamResponse>, Flow.Subscription {
  private final Flow.Subscriber<? super StreamResponse> subscriber;
  private final AtomicBoolean done = new AtomicBoolean();
  private final AtomicReference<@Nullable IllegalArgumentException> refusal =
      new AtomicReference<>();
  private @Nullable Exchange<?, StreamResponse> exchange;
  private boolean finished;

  Subscribed(Flow.Subscriber<? super StreamResponse> subscriber) {
    this.subscriber = subscriber;
  }

  /** Begins the call; called once, before anything else. */
  void start(Exchange<?, StreamResponse> source) {
    exchange = source;
    subscriber.onSubscribe(this);
    if (refusal.get() != null) {
      onEnd(null);
    } else if (!done.get()) {
      source.start();
    }
  }

  @Override
  public void request(long count) {
    Exchange<?, StreamResponse> source = exchange;
    if (source == null || done.get()) {
      return;
    }
    if (count > 0) {
      source.request((int) Math.min(count, Integer.MAX_VALUE));
    } else {
      refusal.compareAndSet(
          null, new IllegalArgumentException("request(" + count + "): ask for at least 1 event."));
      source.cancel();
    }
  }

  @Override
  public void cancel() {
    Exchange<?, StreamResponse> source = exchange;
    if (source != null && done.compareAndSet(false, true)) {
      source.cancel();
    }
  }

  @Override
  public void onMessage(StreamResponse event) {
    if (!done.get() && refusal.get() == null) {
      finished |= event.hasFinished();
      subscriber.onNext(event);
    }
  }

  @Override
  public void onEnd(@Nullable AdmiralException failure) {
    if (!done.compareAndSet(false, true)) {
      return;
    }
    IllegalArgumentException refused = refusal.get();
    if (refused != null) {
      subscriber.onError(refused);
    } else if (failure != null) {
      subscriber.onError(failure);
    } else if (finished) {
      subscriber.onComplete();
    } else {
      subscriber.onError(CompletionStream.unfinished());
    }
  }
}
