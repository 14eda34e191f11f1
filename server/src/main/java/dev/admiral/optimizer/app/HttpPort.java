package dev.admiral.optimizer.app;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.config.HttpSettings;
import dev.admiral.optimizer.http.HttpFront;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The port that HTTP listens on. */
final class HttpPort implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(HttpPort.class);

  /** A whole fleet may come at once, after a network fault. */
  private static final int ACCEPT_QUEUE = 1_024;

  /** Nothing on these threads blocks: a selector for each processor, one acceptor, some spare. */
  private static final int SPARE_THREADS = 6;

  /**
   * For clients to be told, with the reply to whatever they ask, that their connection is of no
   * more use: one that is closed without a word loses the request that is on its way.
   */
  private static final Duration FAREWELL = Duration.ofMillis(500);

  /** For clients to be told that their calls end, and to take it. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(1);

  private final Server server;

  /** Knows which requests run. */
  private final GracefulHandler running;

  private final ServerConnector connector;
  private final HttpAccessLog requests;
  private final HttpFront front;
  private final Duration drainTimeout;

  @GuardedBy("this")
  private @Nullable CompletableFuture<Void> draining;

  private HttpPort(
      Server server,
      GracefulHandler running,
      ServerConnector connector,
      HttpAccessLog requests,
      HttpFront front,
      Duration drainTimeout) {
    this.server = server;
    this.running = running;
    this.connector = connector;
    this.requests = requests;
    this.front = front;
    this.drainTimeout = drainTimeout;
  }

  /**
   * Listens.
   *
   * @param tls certificate and key; empty for plain text
   * @param drainTimeout how long running requests may go on when the port closes
   * @throws StartException if the port cannot be taken
   */
  static HttpPort open(
      HttpSettings http,
      InetAddress address,
      Optional<SslContextFactory.Server> tls,
      Duration drainTimeout,
      HttpFront front)
      throws StartException {
    int selectors = Runtime.getRuntime().availableProcessors();
    QueuedThreadPool threads = new QueuedThreadPool(selectors + 1 + SPARE_THREADS);
    threads.setName("http");
    threads.setReservedThreads(0);
    Server server = new Server(threads);
    ServerConnector connector =
        new ServerConnector(server, null, null, null, 1, selectors, protocols(settings(http), tls));
    connector.setHost(address.getHostAddress());
    connector.setPort(http.port());
    connector.setAcceptQueueSize(ACCEPT_QUEUE);
    connector.setIdleTimeout(http.idleTimeout().toMillis());
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(http.maxConnections(), server));
    server.setErrorHandler(new HttpErrors());
    HttpAccessLog requests = new HttpAccessLog();
    server.setRequestLog(requests);
    GracefulHandler running = new GracefulHandler(front);
    server.setHandler(running);
    server.setStopTimeout(LAST_WORDS.toMillis());
    try {
      server.start();
      return new HttpPort(server, running, connector, requests, front, drainTimeout);
    } catch (Exception e) {
      stop(server);
      throw PortTrouble.of("HTTP", "http", http.host(), http.port(), e);
    }
  }

  private static HttpConfiguration settings(HttpSettings http) {
    HttpConfiguration settings = new HttpConfiguration();
    settings.setSendServerVersion(false);
    settings.setRequestHeaderSize(http.maxHeaderBytes());
    // Names of models hold slashes, which clients encode in a path; "%2F" stays so in what handlers
    // see, and so is never taken for a separator.
    settings.setUriCompliance(
        UriCompliance.DEFAULT.with(
            "encoded slashes",
            UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
            // A base URL that ends in a slash: an address nobody has, but no broken request.
            UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT));
    return settings;
  }

  private static ConnectionFactory[] protocols(
      HttpConfiguration settings, Optional<SslContextFactory.Server> tls) {
    if (tls.isEmpty()) {
      return List.of(new HttpConnectionFactory(settings), new PlainHttp2(settings))
          .toArray(ConnectionFactory[]::new);
    }
    settings.addCustomizer(new SecureRequestCustomizer(false));
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol("http/1.1");
    return List.of(
            new SslConnectionFactory(tls.get(), alpn.getProtocol()),
            alpn,
            new HTTP2ServerConnectionFactory(settings),
            new HttpConnectionFactory(settings))
        .toArray(ConnectionFactory[]::new);
  }

  /**
   * HTTP/2 without encryption, for clients that begin with it. The change to it in the middle of a
   * connection, which RFC 9113 took out, is declined: a request that brings it may be answered
   * before the connection has changed, and then its answer is lost and it never ends.
   */
  private static final class PlainHttp2 extends HTTP2CServerConnectionFactory {
    PlainHttp2(HttpConfiguration settings) {
      super(settings);
    }

    @Override
    public @Nullable Connection upgradeConnection(
        Connector connector,
        EndPoint endPoint,
        MetaData.Request request,
        HttpFields.Mutable response) {
      return HttpMethod.PRI.is(request.getMethod())
          ? super.upgradeConnection(connector, endPoint, request, response)
          : null;
    }
  }

  /** Returns the port that was taken. */
  int port() {
    return connector.getLocalPort();
  }

  /** Returns how many requests were answered with a status that begins with this digit. */
  long requests(int statusClass) {
    return requests.requests(statusClass);
  }

  /** Returns how many calls have clients that wait for the end. */
  int unendedCalls() {
    return front.unendedCalls();
  }

  /** Returns whether connections are taken, which they are not at the bound of them. */
  boolean open() {
    return connector.isAccepting();
  }

  /** Returns how many connections are open. */
  int connections() {
    return connector.getConnectedEndPoints().size();
  }

  /**
   * Tells clients to go, and soon takes no new requests; those that run go on. Does not block.
   *
   * @return done when none runs any more
   */
  @CanIgnoreReturnValue
  synchronized CompletableFuture<Void> drain() {
    if (draining == null) {
      front.drain();
      Duration farewell = connections() == 0 ? Duration.ZERO : FAREWELL;
      draining =
          CompletableFuture.runAsync(
                  () -> {},
                  CompletableFuture.delayedExecutor(farewell.toMillis(), TimeUnit.MILLISECONDS))
              // Connections after the requests on them: to close them, the library gives each a
              // second of idleness, which is too little for a client that is slow to read.
              .thenCompose(_ -> running.shutdown())
              .thenCompose(_ -> Graceful.shutdown(server));
    }
    return draining;
  }

  /** Takes no new requests, waits for running ones as long as configured, and then ends them. */
  @Override
  public void close() {
    if (!ended(drainTimeout)) {
      int calls = unendedCalls();
      if (calls > 0) {
        log.warn(
            "ending {} calls by HTTP that still run after {} s", calls, drainTimeout.toSeconds());
      }
      front.endCalls();
      if (!ended(LAST_WORDS)) {
        log.warn("some HTTP clients did not take the end of their streams");
      }
    }
    stop(server);
  }

  private boolean ended(Duration atMost) {
    try {
      drain().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static void stop(Server server) {
    try {
      server.stop();
    } catch (Exception e) {
      log.warn("ending the requests that still run: {}", String.valueOf(e.getMessage()));
    }
  }
}
