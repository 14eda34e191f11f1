package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.cache.Selector;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ProtoTimes;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.report.CacheReport;
import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.GetMetricsRequest;
import dev.admiral.optimizer.v1.GetMetricsResponse;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.InvalidateCacheResponse;
import dev.admiral.optimizer.v1.OptimizeRequest;
import dev.admiral.optimizer.v1.OptimizeResponse;
import dev.admiral.optimizer.v1.WarmRequest;
import dev.admiral.optimizer.v1.WarmResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;

/** The response cache of the contract. */
final class CacheGrpcService extends CacheServiceGrpc.CacheServiceImplBase {
  private static final Pattern KEY_HASH = Pattern.compile("[0-9a-f]{16}");

  private final ResponseCache cache;
  private final CacheReport report;
  private final EventBus events;
  private final Executor virtualThreads;

  CacheGrpcService(
      ResponseCache cache, CacheReport report, EventBus events, Executor virtualThreads) {
    this.cache = cache;
    this.report = report;
    this.events = events;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void getMetrics(GetMetricsRequest request, StreamObserver<GetMetricsResponse> caller) {
    Blocking.run(
        virtualThreads, (ServerCallStreamObserver<GetMetricsResponse>) caller, report::metrics);
  }

  @Override
  public void invalidateCache(
      InvalidateCacheRequest request, StreamObserver<InvalidateCacheResponse> caller) {
    Identity identity = CallIdentity.sender().identity();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<InvalidateCacheResponse>) caller,
        () -> {
          if (!identity.operator()) {
            throw new CallException(
                new Failure.Refused(
                    ErrorReason.ERROR_REASON_NOT_PERMITTED,
                    "removing answers from the cache needs an operator's key"));
          }
          long count = cache.invalidate(identity.tenant(), selector(request));
          events.publish(identity.tenant(), new Event.CacheInvalidated(count));
          return InvalidateCacheResponse.newBuilder().setEntryCount(count).build();
        });
  }

  private static Selector selector(InvalidateCacheRequest request) throws CallException {
    return switch (request.getSelectorCase()) {
      case KEY -> {
        String hash = request.getKey().getKeyHash();
        if (!KEY_HASH.matcher(hash).matches()) {
          throw invalid("key.key_hash", "must be 16 hex digits, as Served.key_hash");
        }
        yield new Selector.ByHash(hash);
      }
      case MODEL ->
          new Selector.ByModel(request.getModel().getProvider(), request.getModel().getModel());
      case AGENT -> new Selector.ByAgent(request.getAgent().getAgentId());
      case AGE -> {
        Duration age = ProtoTimes.duration(request.getAge().getMinAge());
        if (age == null || !age.isPositive()) {
          throw invalid("age.min_age", "must be a duration above zero");
        }
        yield new Selector.OlderThan(age);
      }
      case ALL -> new Selector.All();
      case SELECTOR_NOT_SET ->
          throw invalid("selector", "is not set; set key, model, agent, age or all");
    };
  }

  private static CallException invalid(String field, String description) {
    return new CallException(Failure.Invalid.of(field, description));
  }

  @Override
  public void optimize(OptimizeRequest request, StreamObserver<OptimizeResponse> caller) {
    caller.onError(Unimplemented.method("Optimize"));
  }

  @Override
  public void warm(WarmRequest request, StreamObserver<WarmResponse> caller) {
    caller.onError(Unimplemented.method("Warm"));
  }
}
