package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One call over all of its tries.
 *
 * <p>A try is a gRPC call. When it fails before its first message and the policy allows, another
 * takes its place; after the first message the exchange and its last try are one. If the last try
 * ends with Admiral away and the caller has an answer of its own, that answer's messages come
 * instead. The sink hears of messages in order and then of exactly one end, never two things at
 * once.
 *
 * <p>Demand ({@link #request}) and {@link #cancel} may come from any thread at any time, also
 * before a try has begun or between two. gRPC allows neither on a call that has not started, so a
 * try is published to them only once it has, and takes over the demand that came until then. Since
 * no message can have arrived before a try is replaced, that is all demand there ever was, and a
 * local answer takes it over in the same way. The lock guards the fields below it and is never held
 * while gRPC, the caller's own answer or the sink runs.
 */
final class Exchange<Q, R> {
  /** Where an exchange delivers. */
  interface Sink<R> {
    /** Takes the next message; at most as many come as were asked for. */
    void onMessage(R message);

    /** Takes the end: null if all went well. */
    void onEnd(@Nullable AdmiralException failure);
  }

  /** The caller's own answer where Admiral is away. */
  interface Substitute<R> {
    /** Returns the messages of the answer; none if there is no answer. */
    List<R> messages(AdmiralException.Unavailable failure);
  }

  private final Link link;
  private final MethodDescriptor<Q, R> method;
  private final Q request;
  private final Metadata headers;
  private final CallOptions options;
  private final Executor executor;
  private final RetryPolicy retry;
  private final Optional<Substitute<R>> substitute;
  private final Sink<R> sink;
  private final long startNanos;

  /** Touched by one delivery at a time. */
  private @Nullable R last;

  private final Object lock = new Object();
  private @Nullable ClientCall<Q, R> call;
  private @Nullable Queue<R> local;
  private long demand;
  private int tries;
  private boolean waiting;
  private boolean delivering;
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
      Optional<Substitute<R>> substitute,
      Sink<R> sink) {
    this.link = link;
    this.method = method;
    this.request = request;
    this.headers = headers;
    this.options = CallOptions.DEFAULT.withDeadline(deadline).withExecutor(executor);
    this.executor = executor;
    this.retry = retry;
    this.substitute = substitute;
    this.sink = sink;
    this.startNanos = link.nanoTime.getAsLong();
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
    boolean deliver;
    synchronized (lock) {
      demand = Math.min(Integer.MAX_VALUE, demand + count);
      current = over ? null : call;
      deliver = beginDelivery();
    }
    if (current != null) {
      current.request(count);
    } else if (deliver) {
      executor.execute(this::deliver);
    }
  }

  /** Ends the call; the server sees it leave. Does nothing after the end. */
  void cancel() {
    ClientCall<Q, R> current;
    boolean ended;
    boolean deliver;
    synchronized (lock) {
      if (over) {
        return;
      }
      cancelled = true;
      current = call;
      ended = waiting;
      waiting = false;
      deliver = beginDelivery();
    }
    if (ended) {
      link.resume(this);
      end(Failures.cancelled("The call was cancelled."));
    } else if (current != null) {
      current.cancel("The caller left.", null);
    } else if (deliver) {
      executor.execute(this::deliver);
    }
  }

  /** Ends the exchange if no try runs, as the client is closed. */
  void leave() {
    synchronized (lock) {
      if (!waiting) {
        return;
      }
      waiting = false;
    }
    link.resume(this);
    executor.execute(() -> end(closing()));
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
      if (tries != number || waiting || local != null) {
        // It failed already, and something else may have taken its place.
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
    int made;
    boolean isLocal;
    synchronized (lock) {
      over = true;
      made = tries;
      isLocal = local != null;
    }
    try {
      if (link.listener.isPresent()) {
        Duration took = Duration.ofNanos(link.nanoTime.getAsLong() - startNanos);
        link.listener
            .get()
            .onCallEnded(
                CallSummary.of(method.getBareMethodName(), made, took, failure, isLocal, last));
      }
    } finally {
      sink.onEnd(failure);
    }
  }

  private void failed(AdmiralException failure) {
    Optional<Duration> wait = last == null ? nextTry(failure) : Optional.empty();
    if (wait.isPresent()) {
      link.pause(this);
      link.timer.after(wait.get(), this::again);
    } else if (last == null
        && failure instanceof AdmiralException.Unavailable unavailable
        && unavailable.isAway()
        && substitute.isPresent()
        && mayAnswerLocally()) {
      link.pause(this);
      answerLocally(substitute.get(), unavailable);
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

  private boolean mayAnswerLocally() {
    synchronized (lock) {
      if (cancelled || link.isClosed()) {
        return false;
      }
      waiting = true;
      call = null;
      return true;
    }
  }

  /** Asks the caller for its own answer, on a thread that may be held up, or not at all. */
  private void answerLocally(Substitute<R> own, AdmiralException.Unavailable failure) {
    try {
      link.callbacks.execute(() -> {
        List<R> messages = List.of();
        try {
          messages = own.messages(failure);
        } catch (RuntimeException | Error fault) {
          if (fault != failure) {
            failure.addSuppressed(fault);
          }
        }
        deliver(messages, failure);
      });
    } catch (RejectedExecutionException gone) {
      deliver(List.of(), failure);
    }
  }

  private void deliver(List<R> messages, AdmiralException failure) {
    link.resume(this);
    synchronized (lock) {
      if (!waiting) {
        return;
      }
      waiting = false;
      if (!messages.isEmpty()) {
        local = new ArrayDeque<>(messages);
        delivering = true;
      }
    }
    if (messages.isEmpty()) {
      end(failure);
    } else {
      deliver();
    }
  }

  /** Whether the caller is to run {@link #deliver}, which runs once at a time. Under the lock. */
  private boolean beginDelivery() {
    if (local == null || delivering || over) {
      return false;
    }
    delivering = true;
    return true;
  }

  /** Delivers of the local answer what is asked for. */
  private void deliver() {
    while (true) {
      R next;
      boolean left;
      synchronized (lock) {
        Queue<R> messages = local;
        left = cancelled;
        next = messages == null || left ? null : messages.peek();
        if (next != null && messages != null) {
          if (demand == 0) {
            delivering = false;
            return;
          }
          demand--;
          messages.remove();
        }
      }
      if (next == null) {
        end(left ? Failures.cancelled("The call was cancelled.") : null);
        return;
      }
      last = next;
      try {
        sink.onMessage(next);
      } catch (RuntimeException | Error broken) {
        end(Failures.cancelled("The reader of the answer failed."));
        throw broken;
      }
    }
  }

  private boolean isStream() {
    return method.equals(OptimizerServiceGrpc.getStreamMethod());
  }

  private boolean isFinished() {
    return last instanceof StreamResponse event && event.hasFinished();
  }

  private static AdmiralException closing() {
    return Failures.cancelled("The client was closed.");
  }

  private final class Try extends ClientCall.Listener<R> {
    @Override
    public void onMessage(R message) {
      last = message;
      sink.onMessage(message);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      if (isFinished()) {
        // What comes after a whole answer, such as its reader leaving, does not make it a failure.
        end(null);
      } else if (status.isOk()) {
        end(isStream() ? Failures.unfinished() : null);
      } else if (link.isClosed()) {
        end(closing());
      } else {
        failed(Failures.of(status, trailers, link.target));
      }
    }
  }
}
