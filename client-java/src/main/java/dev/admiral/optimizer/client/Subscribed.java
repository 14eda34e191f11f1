package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.StreamResponse;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A streamed answer on its way to a subscriber, whose demand is the demand on the sender. The
 * exchange alone speaks to the subscriber, so that it never hears two things at once: a demand that
 * is refused ends the exchange, whose end tells why.
 */
final class Subscribed implements Exchange.Sink<StreamResponse>, Flow.Subscription {
  /** Empty once the subscriber left or was told of the end, and so is not kept in memory. */
  private final AtomicReference<Flow.@Nullable Subscriber<? super StreamResponse>> subscriber;

  private final AtomicReference<@Nullable IllegalArgumentException> refusal =
      new AtomicReference<>();
  private volatile @Nullable Exchange<?, StreamResponse> exchange;

  Subscribed(Flow.Subscriber<? super StreamResponse> subscriber) {
    this.subscriber = new AtomicReference<>(subscriber);
  }

  /** Begins the call; called once, before anything else. */
  void start(Exchange<?, StreamResponse> source) {
    exchange = source;
    Flow.Subscriber<? super StreamResponse> present = subscriber.get();
    if (present != null) {
      present.onSubscribe(this);
    }
    if (refusal.get() != null) {
      onEnd(null);
    } else if (subscriber.get() != null) {
      source.start();
    }
  }

  @Override
  public void request(long count) {
    Exchange<?, StreamResponse> source = exchange;
    if (source == null || subscriber.get() == null) {
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
    if (subscriber.getAndSet(null) != null && source != null) {
      source.cancel();
    }
  }

  @Override
  public void onMessage(StreamResponse event) {
    Flow.Subscriber<? super StreamResponse> present = subscriber.get();
    if (present != null && refusal.get() == null) {
      try {
        present.onNext(event);
      } catch (RuntimeException | Error broken) {
        // A subscriber that throws is to hear no more.
        cancel();
        throw broken;
      }
    }
  }

  @Override
  public void onEnd(@Nullable AdmiralException failure) {
    Flow.Subscriber<? super StreamResponse> present = subscriber.getAndSet(null);
    if (present == null) {
      return;
    }
    IllegalArgumentException refused = refusal.get();
    if (refused != null) {
      present.onError(refused);
    } else if (failure != null) {
      present.onError(failure);
    } else {
      present.onComplete();
    }
  }
}
