package dev.admiral.optimizer.app;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.config.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process, if one wants to be told how it is: systemd, or
 * another that names a socket in {@code NOTIFY_SOCKET}. One that is not there, or does not listen,
 * never hurts the server. Safe for use by several threads.
 *
 * @see <a href="https://www.freedesktop.org/software/systemd/man/sd_notify.html">sd_notify</a>
 */
final class ServiceManager {
  private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

  /** Nobody to tell. */
  private static final ServiceManager NONE = new ServiceManager(null, Optional.empty());

  private final @Nullable NotifySocket socket;
  private final Optional<Duration> watchdog;

  /** The status told last; null before the manager knows that the server is ready. */
  @GuardedBy("this")
  private @Nullable String told;

  @GuardedBy("this")
  private boolean stopping;

  private ServiceManager(@Nullable NotifySocket socket, Optional<Duration> watchdog) {
    this.socket = socket;
    this.watchdog = watchdog;
  }

  /**
   * Returns the manager that the variables name.
   *
   * @param pid this process
   */
  static ServiceManager of(Environment environment, long pid) {
    String name = environment.variable("NOTIFY_SOCKET");
    if (name == null || name.isEmpty()) {
      return NONE;
    }
    try {
      return new ServiceManager(new NotifySocket(name), watchdog(environment, pid));
    } catch (IOException e) {
      log.warn("the service manager at {} is told nothing: {}", name, e.getMessage());
      return NONE;
    }
  }

  private static Optional<Duration> watchdog(Environment environment, long pid) {
    String whose = environment.variable("WATCHDOG_PID");
    String micros = environment.variable("WATCHDOG_USEC");
    if (micros == null || (whose != null && !whose.equals(Long.toString(pid)))) {
      return Optional.empty();
    }
    try {
      long span = Long.parseLong(micros);
      return span > 0
          ? Optional.of(Duration.of(span, TimeUnit.MICROSECONDS.toChronoUnit()))
          : Optional.empty();
    } catch (NumberFormatException e) {
      log.warn("WATCHDOG_USEC '{}' is no whole number and is left alone", micros);
      return Optional.empty();
    }
  }

  /** Returns whether there is anybody to tell. */
  boolean listens() {
    return socket != null;
  }

  /** Returns after how long without {@link #alive} the server is restarted; empty if never. */
  Optional<Duration> watchdog() {
    return watchdog;
  }

  /**
   * Tells that the server answers, and, if that changed, what people should read about it.
   *
   * @param status one line
   * @throws IOException if the manager did not take it; then it is told with the next call
   */
  synchronized void serving(String status) throws IOException {
    if (socket == null || stopping || status.equals(told)) {
      return;
    }
    socket.send((told == null ? "READY=1\n" : "") + "STATUS=" + status);
    told = status;
  }

  /**
   * Tells that the server is alive, which it must be whenever this is called.
   *
   * @throws IOException if the manager did not take it
   */
  void alive() throws IOException {
    if (socket != null) {
      socket.send("WATCHDOG=1");
    }
  }

  /**
   * Tells that the server stops.
   *
   * @param atMost how long that may take; the manager waits at least so long, whatever it is set to
   * @throws IOException if the manager did not take it
   */
  synchronized void stopping(Duration atMost) throws IOException {
    stopping = true;
    if (socket != null) {
      socket.send(
          "STOPPING=1\nSTATUS=waiting for running calls to end\nEXTEND_TIMEOUT_USEC="
              + TimeUnit.MILLISECONDS.toMicros(atMost.toMillis()));
    }
  }
}
