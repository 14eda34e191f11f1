package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.fleet.Keys;
import io.grpc.BindableService;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/**
 * The services of the contract, ready to be put into a gRPC server whose executor is the calling
 * thread: guarded against what is no request, and against those who have no key.
 */
public final class GrpcServices {
  /**
   * What the transport may take beyond the limit on requests, so that the contract's own error
   * speaks first.
   */
  private static final int TRANSPORT_MARGIN_BYTES = 64 << 20;

  private final List<ServerServiceDefinition> definitions;
  private final int transportLimit;
  private final EventGrpcService watchers;

  /**
   * What the services are told once.
   *
   * @param maxRequestBytes largest request taken
   * @param traced true if callers' own traces are of interest
   */
  public record Settings(int maxRequestBytes, boolean traced) {}

  /**
   * Guards the services.
   *
   * @param watchers the one of the services whose calls do not end by themselves
   * @param keys who may call
   */
  GrpcServices(
      List<? extends BindableService> services,
      EventGrpcService watchers,
      Keys keys,
      Settings settings) {
    this.watchers = watchers;
    RequestGuard guard = new RequestGuard(settings.maxRequestBytes());
    CallIdentity identity = new CallIdentity(keys, settings.traced());
    this.definitions =
        services.stream()
            .map(service ->
                ServerInterceptors.intercept(guard.guard(service.bindService()), identity))
            .toList();
    this.transportLimit =
        (int)
            Math.min(Integer.MAX_VALUE, settings.maxRequestBytes() + (long) TRANSPORT_MARGIN_BYTES);
  }

  /** Returns the services, to be put into a server. */
  public List<ServerServiceDefinition> definitions() {
    return definitions;
  }

  /** Ends every watch of events, now and from now on. */
  public void drain() {
    watchers.drain();
  }

  /** Returns the limit the transport is to be given: above {@link Settings#maxRequestBytes()}. */
  public int transportLimit() {
    return transportLimit;
  }
}
