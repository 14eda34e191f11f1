package dev.admiral.optimizer.app;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that the server is alive, as long as it is: each time, both ports are
 * asked over a connection as any client's, and what counts is that the threads behind them answer.
 * A timer alone would go on in a server whose threads are all stuck; and one shared with work for
 * stores, which may wait for a disk while calls go on, would end a server that is well.
 */
final class Watchdog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  /** How a client of HTTP/2 begins: the preface of RFC 9113, and settings that set nothing. */
  private static final String HTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

  private static final String HTTP1 =
      "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

  /** A port of the server, and what makes it answer. */
  record Door(String name, InetSocketAddress address, String knock) {

    /** Returns the port that speaks gRPC. */
    static Door grpc(InetAddress address, int port) {
      return new Door("gRPC", reachable(address, port), HTTP2);
    }

    /** Returns the port that speaks HTTP. */
    static Door http(InetAddress address, int port) {
      return new Door("HTTP", reachable(address, port), HTTP1);
    }

    private static InetSocketAddress reachable(InetAddress address, int port) {
      return new InetSocketAddress(
          address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, port);
    }
  }

  private final ServiceManager manager;
  private final List<Door> doors;
  private final ScheduledExecutorService timer;
  private final Duration pause;

  /** Set once ports may be closed on purpose. */
  private volatile boolean closed;

  /** The door that did not answer last; used by the timer's thread alone. */
  private String silent = "";

  /**
   * @param limit after how long without a word the manager restarts the server
   * @param timer used for nothing else, as it may be kept waiting; closed with this
   */
  Watchdog(
      ServiceManager manager, Duration limit, List<Door> doors, ScheduledExecutorService timer) {
    this.manager = manager;
    this.doors = doors;
    this.timer = timer;
    this.pause = limit.dividedBy(2);
  }

  /** Looks from now on, twice as often as must be. */
  void start() {
    // It never ends by itself, so its future has nothing to say.
    var _ = timer.scheduleAtFixedRate(this::look, 0, pause.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Looks once, and tells the manager if all is well. Takes half the pause at most. */
  void look() {
    for (Door door : doors) {
      if (!answers(door)) {
        if (!closed && !silent.equals(door.name())) {
          silent = door.name();
          log.error(
              "{} on {} does not answer; unless it does soon, the service manager restarts the"
                  + " server",
              door.name(),
              door.address());
        }
        return;
      }
    }
    try {
      manager.alive();
      if (!silent.isEmpty()) {
        log.info("{} answers again", silent);
        silent = "";
      }
    } catch (IOException e) {
      log.warn("the service manager cannot be told that the server is alive: {}", e.getMessage());
    }
  }

  /** An answer is anything: to what it does not understand, a port that speaks TLS hangs up. */
  private boolean answers(Door door) {
    // To connect, and then to read.
    int millis = (int) Math.max(1, pause.toMillis() / (4L * doors.size()));
    try (Socket socket = new Socket()) {
      socket.connect(door.address(), millis);
      socket.setSoTimeout(millis);
      socket.getOutputStream().write(door.knock().getBytes(StandardCharsets.US_ASCII));
      int _ = socket.getInputStream().read();
      return true;
    } catch (SocketTimeoutException | ConnectException e) {
      return false;
    } catch (SocketException e) {
      // The connection was made and then ended from the other side, in the middle of a word.
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Does not wait: a port that does not answer must not hold up a stop. */
  @Override
  public void close() {
    closed = true;
    timer.shutdownNow();
  }
}
