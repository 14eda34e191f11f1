package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.GrpcSettings;
import dev.admiral.optimizer.v1.HealthState;
import io.grpc.Attributes;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port that gRPC listens on, with health probes and reflection beside the contract's services.
 */
final class GrpcPort implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(GrpcPort.class);

  /** For connections to be closed in good order. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Server server;
  private final Connections connections;
  private final HealthStatusManager health;
  private final Duration drainTimeout;

  /** When callers were told that the server goes away; null before. */
  private volatile @Nullable Long leftNanos;

  private GrpcPort(
      Server server, Connections connections, HealthStatusManager health, Duration drainTimeout) {
    this.server = server;
    this.connections = connections;
    this.health = health;
    this.drainTimeout = drainTimeout;
  }

  /**
   * Listens.
   *
   * @param transportLimit largest message the transport takes, in bytes
   * @throws StartException if the port cannot be taken
   */
  static GrpcPort open(
      GrpcSettings grpc,
      InetAddress address,
      ServerCredentials credentials,
      int transportLimit,
      List<ServerServiceDefinition> services)
      throws StartException {
    HealthStatusManager health = new HealthStatusManager();
    Connections connections = new Connections();
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(address, grpc.port()), credentials)
            // A cache hit is answered where it arrived; nothing on this path blocks.
            .directExecutor()
            .maxInboundMessageSize(transportLimit)
            .keepAliveTime(grpc.keepaliveInterval().toMillis(), TimeUnit.MILLISECONDS)
            .keepAliveTimeout(grpc.keepaliveTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveTime(grpc.minClientKeepalive().toMillis(), TimeUnit.MILLISECONDS)
            .permitKeepAliveWithoutCalls(true)
            .addTransportFilter(connections)
            .addServices(services)
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance())
            .addService(olderReflection());
    try {
      return new GrpcPort(builder.build().start(), connections, health, grpc.drainTimeout());
    } catch (IOException e) {
      throw PortTrouble.of("gRPC", "grpc", grpc.host(), grpc.port(), e);
    }
  }

  /** Returns the port that was taken. */
  int port() {
    return server.getPort();
  }

  /** Returns how many connections are open. */
  int connections() {
    return connections.open.get();
  }

  /** Counts connections. */
  private static final class Connections extends ServerTransportFilter {
    private final AtomicInteger open = new AtomicInteger();

    @Override
    public Attributes transportReady(Attributes attributes) {
      open.incrementAndGet();
      return attributes;
    }

    @Override
    public void transportTerminated(Attributes attributes) {
      open.decrementAndGet();
    }
  }

  /** Tells health probes how the whole server is; once it leaves, nothing else is told. */
  void report(HealthState state) {
    health.setStatus(
        HealthStatusManager.SERVICE_NAME_ALL_SERVICES,
        state == HealthState.HEALTH_STATE_NOT_SERVING
            ? ServingStatus.NOT_SERVING
            : ServingStatus.SERVING);
  }

  /** Tells health probes from now on that the server goes away. */
  void leave() {
    leftNanos = System.nanoTime();
    health.enterTerminalState();
  }

  /** Waits until the port is closed. */
  void await() throws InterruptedException {
    server.awaitTermination();
  }

  /**
   * Takes no new calls, waits for running ones until they had as long as configured since {@link
   * #leave}, and then ends them.
   */
  @Override
  public void close() {
    server.shutdown();
    // Both ports leave together: what HTTP took of the time, calls by gRPC had, too.
    Long left = leftNanos;
    long waited = left == null ? 0 : System.nanoTime() - left;
    long rest = Math.max(LAST_WORDS.toNanos(), drainTimeout.toNanos() - waited);
    try {
      if (!server.awaitTermination(rest, TimeUnit.NANOSECONDS)) {
        log.warn("ending the calls that still run after {} s", drainTimeout.toSeconds());
        server.shutdownNow();
        server.awaitTermination(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  /** Tools of some years ago ask for the version that the library calls outdated. */
  @SuppressWarnings("deprecation")
  private static BindableService olderReflection() {
    return ProtoReflectionService.newInstance();
  }
}
