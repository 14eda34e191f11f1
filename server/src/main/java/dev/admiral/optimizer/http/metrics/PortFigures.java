package dev.admiral.optimizer.http.metrics;

import java.util.function.IntSupplier;
import java.util.function.IntToLongFunction;

/** Tells what the ports do. */
final class PortFigures implements Figures {
  private final IntSupplier grpcConnections;
  private final IntSupplier httpConnections;
  private final IntToLongFunction httpRequests;

  /**
   * @param grpcConnections open connections that speak gRPC
   * @param httpConnections open connections that speak HTTP
   * @param httpRequests HTTP requests answered so far, by the first digit of their status
   */
  PortFigures(
      IntSupplier grpcConnections, IntSupplier httpConnections, IntToLongFunction httpRequests) {
    this.grpcConnections = grpcConnections;
    this.httpConnections = httpConnections;
    this.httpRequests = httpRequests;
  }

  @Override
  public void tell(Exposition to) {
    to.put(Metric.CONNECTIONS, grpcConnections.getAsInt(), "grpc");
    to.put(Metric.CONNECTIONS, httpConnections.getAsInt(), "http");
    for (int status = 2; status <= 5; status++) {
      to.put(Metric.HTTP_REQUESTS, httpRequests.applyAsLong(status), status + "xx");
    }
  }
}
