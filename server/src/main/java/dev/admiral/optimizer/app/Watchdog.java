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
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that the server is alive, as long as it is: each time, both ports are
 * asked over a connection as any client's, and what counts is that the threads behind them answer.
 * A timer alone would go on in a server whose threads are all stuck; and one shared with work for
 * stores, which may wait for a disk while calls go on, would end a server that is well.
 *
 * <p>Connections are shared out among the threads of a port. So an answer that is late, as in a
 * long pause of the JVM or on a machine with too much to do, is waited for where it was asked,
 * until the manager loses its own patience: another connection might be with a thread that is well
 * and hide the one that is stuck. What says nothing of those threads never counts against them: a
 * port at its bound of connections, or a process that has no descriptor left for one more.
 */
final class Watchdog implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

  /** How a client of HTTP/2 begins: the preface of RFC 9113, and settings that set nothing. */
  private static final String HTTP2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";

  private static final String HTTP1 =
      "GET /health/live HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

  /** One that fails leaves time for others. */
  private static final int LOOKS_IN_A_LIMIT = 4;

  /** A port of the server, what makes it answer, and whether it takes connections now. */
  record Door(String name, InetSocketAddress address, String knock, BooleanSupplier open) {

    /** Returns the port that speaks gRPC. */
    static Door grpc(InetAddress address, int port) {
      return new Door("gRPC", reachable(address, port), HTTP2, () -> true);
    }

    /**
     * Returns the port that speaks HTTP.
     *
     * @param open false while it has as many connections as it may
     */
    static Door http(InetAddress address, int port, BooleanSupplier open) {
      return new Door("HTTP", reachable(address, port), HTTP1, open);
    }

    private static InetSocketAddress reachable(InetAddress address, int port) {
      return new InetSocketAddress(
          address.isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address, port);
    }
  }

  private final ServiceManager manager;
  private final List<Door> doors;
  private final ScheduledExecutorService timer;
  private final int limitMillis;
  private final int pauseMillis;

  /** Set once ports may be closed on purpose. */
  private volatile boolean closed;

  /** What was wrong last and has been logged; used by the timer's thread alone. */
  private String trouble = "";

  /**
   * @param limit after how long without a word the manager restarts the server
   * @param timer used for nothing else, as it may be kept waiting; closed with this
   */
  Watchdog(
      ServiceManager manager, Duration limit, List<Door> doors, ScheduledExecutorService timer) {
    this.manager = manager;
    this.doors = doors;
    this.timer = timer;
    this.limitMillis = Math.clamp(limit.toMillis(), 1, Integer.MAX_VALUE);
    this.pauseMillis = Math.max(1, limitMillis / LOOKS_IN_A_LIMIT);
  }

  /** Looks at once, and from now on. */
  void start() {
    // It never ends by itself, so its future has nothing to say.
    var _ = timer.scheduleWithFixedDelay(this::look, 0, pauseMillis, TimeUnit.MILLISECONDS);
  }

  /**
   * Looks once, and tells the manager if all is well. Where nobody answers it takes somewhat longer
   * than the manager waits.
   */
  void look() {
    try {
      for (Door door : doors) {
        if (!answers(door)) {
          silent(door);
          return;
        }
      }
      manager.alive();
      if (!trouble.isEmpty()) {
        trouble = "";
        log.info("the service manager is told again that the server is alive");
      }
    } catch (IOException e) {
      if (found("the service manager cannot be told that the server is alive")) {
        log.warn("{}, and that is tried again: {}", trouble, e.getMessage());
      }
    } catch (RuntimeException e) {
      // A timer would forget the task without a word, and a server that is well would be ended.
      if (found("the watchdog failed")) {
        log.error("{} and looks again", trouble, e);
      }
    }
  }

  private void silent(Door door) {
    if (found(door.name() + " on " + door.address() + " does not answer")) {
      log.error("{}; unless it does soon, the service manager restarts the server", trouble);
    }
  }

  /** Returns whether it is new, and so to be logged. */
  private boolean found(String what) {
    boolean fresh = !closed && !trouble.equals(what);
    trouble = what;
    return fresh;
  }

  /** An answer is anything: to what it does not understand, a port that speaks TLS hangs up. */
  private boolean answers(Door door) {
    try (Socket socket = new Socket()) {
      socket.connect(door.address(), pauseMillis);
      socket.getOutputStream().write(door.knock().getBytes(StandardCharsets.US_ASCII));
      socket.setSoTimeout(pauseMillis);
      try {
        int _ = socket.getInputStream().read();
      } catch (SocketTimeoutException e) {
        if (door.open().getAsBoolean()) {
          silent(door);
          socket.setSoTimeout(limitMillis);
          int _ = socket.getInputStream().read();
        }
      }
      return true;
    } catch (SocketTimeoutException e) {
      return !door.open().getAsBoolean();
    } catch (ConnectException e) {
      return false;
    } catch (SocketException e) {
      // The other side ended the connection in the middle of a word, or this side got none.
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
