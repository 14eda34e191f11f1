package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.GetMetricsRequest;
import dev.admiral.optimizer.v1.GetMetricsResponse;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.InvalidateCacheResponse;
import dev.admiral.optimizer.v1.OptimizeRequest;
import dev.admiral.optimizer.v1.OptimizeResponse;
import dev.admiral.optimizer.v1.WarmRequest;
import dev.admiral.optimizer.v1.WarmResponse;

/** The response cache of the caller's tenant. Thread-safe. */
public final class CacheClient {
  private final Calls calls;

  CacheClient(Calls calls) {
    this.calls = calls;
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
}
