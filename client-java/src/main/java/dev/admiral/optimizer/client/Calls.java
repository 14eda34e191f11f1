package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.SettingsServiceGrpc;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import io.grpc.Deadline;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes the calls of one client, in each of the forms in which they are waited for. Thread-safe.
 */
final class Calls {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AGENT =
      Metadata.Key.of("admiral-agent", Metadata.ASCII_STRING_MARSHALLER);

  /** What must not happen or be paid twice, and has no request_id to keep it from that. */
  private static final Set<MethodDescriptor<?, ?>> ONCE =
      Set.of(
          OptimizerServiceGrpc.getEmbedMethod(),
          FleetServiceGrpc.getCreateKeyMethod(),
          FleetServiceGrpc.getCreateBudgetMethod(),
          SettingsServiceGrpc.getRollBackChangeMethod());

  /** What differs between clients that share a connection. */
  record View(
      Optional<String> key,
      String agentId,
      String agentGroup,
      Duration deadline,
      RetryPolicy retry) {

    View withAgent(String newAgentId, String newAgentGroup) {
      return new View(key, newAgentId, newAgentGroup, deadline, retry);
    }

    View withDeadline(Duration newDeadline) {
      return new View(key, agentId, agentGroup, newDeadline, retry);
    }

    View withRetry(RetryPolicy newRetry) {
      return new View(key, agentId, agentGroup, deadline, newRetry);
    }

    /** Names the agent only: a key is not printed anywhere. */
    @Override
    public String toString() {
      return "View[" + agentId + "]";
    }
  }

  final Link link;
  final View view;
  private final Metadata headers = new Metadata();
  private final Requests requests;

  Calls(Link link, View view) {
    this.link = link;
    this.view = view;
    this.requests = new Requests(view.agentId(), view.agentGroup(), view.retry().maxTries() > 1);
    view.key().ifPresent(key -> headers.put(AUTHORIZATION, "Bearer " + key));
    if (!view.agentId().isEmpty()) {
      headers.put(AGENT, view.agentId());
    }
  }

  /** Makes a call and waits for it on this thread. */
  <Q, R> R await(MethodDescriptor<Q, R> method, Q request) {
    // Nothing of the caller's runs when it ends, so it may end on the connection's own thread.
    CompletableFuture<R> pending = begin(method, request, Runnable::run);
    try {
      return pending.get();
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw MessageQueue.interrupted();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof AdmiralException failure) {
        throw MessageQueue.here(failure);
      }
      throw new IllegalStateException("A call failed in an unforeseen way.", e.getCause());
    }
  }

  /** Begins a call whose stages run on the client's executor. */
  <Q, R> CompletableFuture<R> begin(MethodDescriptor<Q, R> method, Q request) {
    return begin(method, request, link.delivery);
  }

  /** Begins a streamed answer for one reading thread. */
  CompletionStream stream(StreamRequest request) {
    MessageQueue<StreamResponse> queue = new MessageQueue<>();
    queue.start(
        exchange(OptimizerServiceGrpc.getStreamMethod(), request, deadline(), Runnable::run, queue),
        link.streamWindow);
    return new CompletionStream(queue);
  }

  /** Makes a publisher, each of whose subscriptions is a call. */
  Flow.Publisher<StreamResponse> publisher(StreamRequest request) {
    return subscriber -> {
      Subscribed subscribed = new Subscribed(Objects.requireNonNull(subscriber, "subscriber"));
      subscribed.start(
          exchange(
              OptimizerServiceGrpc.getStreamMethod(),
              request,
              deadline(),
              link.delivery,
              subscribed));
    };
  }

  /** Begins to watch events, which has no end, so no deadline either. */
  EventStream watch(WatchEventsRequest request) {
    MessageQueue<WatchEventsResponse> queue = new MessageQueue<>();
    queue.start(
        exchange(EventServiceGrpc.getWatchEventsMethod(), request, null, Runnable::run, queue),
        link.streamWindow);
    return new EventStream(queue);
  }

  private <Q, R> CompletableFuture<R> begin(
      MethodDescriptor<Q, R> method, Q request, Executor executor) {
    PendingCall<R> pending = new PendingCall<>();
    Exchange<Q, R> exchange = exchange(method, request, deadline(), executor, pending);
    // Two, since gRPC tells of the end of a unary call only when a second message is asked for.
    exchange.request(2);
    exchange.start();
    var unused = pending.whenComplete((answer, failure) -> exchange.cancel());
    return pending;
  }

  private <Q, R> Exchange<Q, R> exchange(
      MethodDescriptor<Q, R> method,
      Q request,
      @Nullable Deadline deadline,
      Executor executor,
      Exchange.Sink<R> sink) {
    RetryPolicy retry = ONCE.contains(method) ? RetryPolicy.NONE : view.retry();
    Q prepared = requests.prepare(request);
    return new Exchange<>(
        link,
        method,
        prepared,
        headers,
        deadline,
        executor,
        retry,
        LocalAnswer.of(link.fallback, prepared),
        sink);
  }

  private Deadline deadline() {
    return Deadline.after(TimeUnit.NANOSECONDS.convert(view.deadline()), TimeUnit.NANOSECONDS);
  }
}
