package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CacheChange;
import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.GetMetricsRequest;
import dev.admiral.optimizer.v1.GetMetricsResponse;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.InvalidateCacheResponse;
import dev.admiral.optimizer.v1.ListChangesRequest;
import dev.admiral.optimizer.v1.ListChangesResponse;
import dev.admiral.optimizer.v1.OptimizeRequest;
import dev.admiral.optimizer.v1.OptimizeResponse;
import dev.admiral.optimizer.v1.RollBackChangeRequest;
import dev.admiral.optimizer.v1.RollBackChangeResponse;
import dev.admiral.optimizer.v1.WarmRequest;
import dev.admiral.optimizer.v1.WarmResponse;
import java.util.stream.Stream;

/** The response cache of the caller's tenant. Thread-safe. */
public final class CacheClient {
  private final Calls calls;

  CacheClient(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists changes of settings, newest first.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<CacheChange> changes(ListChangesRequest request) {
    return Pages.all(
        token ->
            calls.await(
                CacheServiceGrpc.getListChangesMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListChangesResponse::getChangesList,
        ListChangesResponse::getNextPageToken);
  }

  /** As {@link #changes(ListChangesRequest)}, without narrowing. */
  public Stream<CacheChange> changes() {
    return changes(ListChangesRequest.getDefaultInstance());
  }

  /**
   * Tells what the cache holds and how it fares.
   *
   * @throws AdmiralException if the call failed
   */
  public GetMetricsResponse metrics() {
    return calls.await(
        CacheServiceGrpc.getGetMetricsMethod(), GetMetricsRequest.getDefaultInstance());
  }

  /**
   * Asks the cache to look for better settings now.
   *
   * @throws AdmiralException if the call failed
   */
  public OptimizeResponse optimize(OptimizeRequest request) {
    return calls.await(CacheServiceGrpc.getOptimizeMethod(), request);
  }

  /**
   * Brings answers from disk to memory.
   *
   * @throws AdmiralException if the call failed
   */
  public WarmResponse warm(WarmRequest request) {
    return calls.await(CacheServiceGrpc.getWarmMethod(), request);
  }

  /**
   * Removes answers.
   *
   * @throws AdmiralException if the call failed
   */
  public InvalidateCacheResponse invalidate(InvalidateCacheRequest request) {
    return calls.await(CacheServiceGrpc.getInvalidateCacheMethod(), request);
  }

  /**
   * Undoes one change of settings. Never tried again.
   *
   * @throws AdmiralException if the call failed
   */
  public RollBackChangeResponse rollBackChange(RollBackChangeRequest request) {
    return calls.await(CacheServiceGrpc.getRollBackChangeMethod(), request);
  }
}
