package dev.admiral.bench;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.RetryPolicy;

/** Clients of the benchmarks: no retries, callbacks on the connection's own thread. */
final class Clients {
  private Clients() {}

  static AdmiralClient of(Child server) {
    return AdmiralClient.builder()
        .address(server.address())
        .agent("bench")
        .retry(RetryPolicy.NONE)
        .executor(Runnable::run)
        .build();
  }
}
