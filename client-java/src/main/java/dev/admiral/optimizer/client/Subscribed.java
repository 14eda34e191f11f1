package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.StreamResponse;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A streamed answer on its way to a subscriber, whose demand is the demand on the sender. */
final class Subscribed implements Exchange.Sink<StreamResponse>, Flow.Subscription {
  private final Flow.Subscriber<? super StreamResponse> subscriber;
  private final AtomicBoolean done = new AtomicBoolean();
  private @Nullable Exchange<?, StreamResponse> exchange;
  private boolean finished;

  Subscribed(Flow.Subscriber<? super StreamResponse> subscriber) {
    this.subscriber = subscriber;
  }

  /** Begins the call; called once, before anything else. */
  void start(Exchange<?, StreamResponse> source) {
    exchange = source;
    subscriber.onSubscribe(this);
    if (!done.get()) {
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
    } else if (done.compareAndSet(false, true)) {
      source.cancel();
      subscriber.onError(
          new IllegalArgumentException("request(" + count + "): ask for at least 1 event."));
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
    if (!done.get()) {
      finished |= event.hasFinished();
      subscriber.onNext(event);
    }
  }

  @Override
  public void onEnd(@Nullable AdmiralException failure) {
    if (!done.compareAndSet(false, true)) {
      return;
    }
    if (failure != null) {
      subscriber.onError(failure);
    } else if (finished) {
      subscriber.onComplete();
    } else {
      subscriber.onError(CompletionStream.unfinished());
    }
  }
}
