package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call over all of its tries.
 *
 * <p>A try is a gRPC call. When it fails before its first message and the policy allows, another
 * takes its place; after the first message the exchange and its last try are one. The sink hears of
 * messages in order and then of exactly one end, never two things at once.
 *
 * <p>Demand ({@link #request}) and {@link #cancel} may come from any thread at any time, also
 * before a try has begun or between two. gRPC allows neither on a call that has not started, so a
 * try is published to them only once it has, and takes over the demand that came until then. Since
 * no message can have arrived before a try is replaced, that is all demand there ever was. The lock
 * guards the fields below it and is never held while gRPC or the sink runs.
 */
final class Exchange<Q, R> {
  /** Where an exchange delivers. */
  interface Sink<R> {
    /** Takes the next message; at most as many come as were asked for. */
    void onMessage(R message);

    /** Takes the end: null if all went well. */
    void onEnd(@Nullable AdmiralException failure);
  }

  private final Link link;
  private final MethodDescriptor<Q, R> method;
  private final Q request;
  private final Metadata headers;
  private final CallOptions options;
  private final Executor executor;
  private final RetryPolicy retry;
  private final Sink<R> sink;

  private final Object lock = new Object();
  private @Nullable ClientCall<Q, R> call;
  private long demand;
  private int tries;
  private boolean waiting;
  private boolean cancelled;
  private boolean over;

  Exchange(
      Link link,
      MethodDescriptor<Q, R> method,
      Q request,
      Metadata headers,
      @Nullable Deadline deadline,
      Executor executor,
      RetryPolicy retry,
      Sink<R> sink) {
    this.link = link;
    this.method = method;
    this.request = request;
    this.headers = headers;
    this.options = CallOptions.DEFAULT.withDeadline(deadline).withExecutor(executor);
    this.executor = executor;
    this.retry = retry;
    this.sink = sink;
  }

  /** Begins the first try. */
  void start() {
    synchronized (lock) {
      tries = 1;
    }
    begin(1);
  }

  /** Asks for more messages. */
  void request(int count) {
    ClientCall<Q, R> current;
    synchronized (lock) {
      demand = Math.min(Integer.MAX_VALUE, demand + count);
      current = over ? null : call;
    }
    if (current != null) {
      current.request(count);
    }
  }

  /** Ends the call; the server sees it leave. Does nothing after the end. */
  void cancel() {
    ClientCall<Q, R> current;
    boolean ended;
    synchronized (lock) {
      if (over) {
        return;
      }
      cancelled = true;
      current = call;
      ended = waiting;
      waiting = false;
    }
    if (ended) {
      link.resume(this);
      end(cancellation());
    } else if (current != null) {
      current.cancel("The caller left.", null);
    }
  }

  /** Ends the exchange if it is between two tries, as the client is closed. */
  void leave() {
    synchronized (lock) {
      if (!waiting) {
        return;
      }
      waiting = false;
    }
    link.resume(this);
    try {
      executor.execute(() -> end(closing()));
    } catch (RejectedExecutionException gone) {
      // An executor that was shut down before the client: somebody may wait all the same.
      end(closing());
    }
  }

  private void begin(int number) {
    ClientCall<Q, R> next = link.channel.newCall(method, options);
    // gRPC keeps and changes the headers it is given.
    Metadata own = new Metadata();
    own.merge(headers);
    next.start(new Try(), own);
    next.sendMessage(request);
    next.halfClose();
    boolean left;
    int asked;
    synchronized (lock) {
      if (tries != number) {
        // It failed already, and the next try may have begun.
        return;
      }
      call = next;
      left = cancelled;
      asked = (int) demand;
    }
    if (left) {
      next.cancel("The caller left.", null);
    } else if (asked > 0) {
      next.request(asked);
    }
  }

  private void end(@Nullable AdmiralException failure) {
    synchronized (lock) {
      over = true;
    }
    sink.onEnd(failure);
  }

  private void failed(AdmiralException failure, boolean heard) {
    Optional<Duration> wait = heard ? Optional.empty() : nextTry(failure);
    if (wait.isPresent()) {
      link.pause(this);
      link.timer.after(wait.get(), this::again);
    } else {
      end(failure);
    }
  }

  private Optional<Duration> nextTry(AdmiralException failure) {
    synchronized (lock) {
      if (cancelled || link.isClosed()) {
        return Optional.empty();
      }
      Optional<Duration> wait =
          retry.delay(tries, failure, link.jitter.getAsDouble()).filter(this::isInTime);
      if (wait.isPresent()) {
        tries++;
        waiting = true;
        call = null;
      }
      return wait;
    }
  }

  private boolean isInTime(Duration wait) {
    Deadline deadline = options.getDeadline();
    return deadline == null
        || deadline.timeRemaining(TimeUnit.NANOSECONDS) > TimeUnit.NANOSECONDS.convert(wait);
  }

  private void again() {
    link.resume(this);
    int number;
    synchronized (lock) {
      if (!waiting) {
        return;
      }
      waiting = false;
      number = tries;
    }
    // A server that is back is found at once, however long it was away.
    link.channel.resetConnectBackoff();
    begin(number);
  }

  private static AdmiralException cancellation() {
    return AdmiralException.of(
        ErrorReason.ERROR_REASON_CALL_CANCELLED, Status.Code.CANCELLED, "The call was cancelled.");
  }

  private static AdmiralException closing() {
    return AdmiralException.of(
        ErrorReason.ERROR_REASON_CALL_CANCELLED, Status.Code.CANCELLED, "The client was closed.");
  }

  private final class Try extends ClientCall.Listener<R> {
    private boolean heard;

    @Override
    public void onMessage(R message) {
      heard = true;
      sink.onMessage(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (status.isOk()) {
        end(null);
      } else if (link.isClosed()) {
        end(closing());
      } else {
        failed(AdmiralException.of(status, trailers, link.target), heard);
      }
    }
  }
}
