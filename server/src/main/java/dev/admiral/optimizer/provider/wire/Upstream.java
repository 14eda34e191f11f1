package dev.admiral.optimizer.provider.wire;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way to one provider: connections, and one POST at a time over each. Blocks; interrupting the
 * virtual thread that waits closes the connection.
 */
interface Upstream extends AutoCloseable {

  /**
   * Sends a request and waits for the head of the answer. The deadline of the first piece begins
   * when the request is sent.
   *
   * @param path path and query
   * @param headers names and values in turn
   * @param firstPieceTimeout longest wait for the first piece of the answer, or for a sign that it
   *     is being worked on
   * @param patience longest wait for the first piece, whatever signs there are
   * @throws SendException if no head came
   * @throws InterruptedException if the thread was interrupted before the request was sent whole
   */
  Exchange post(
      String path,
      List<Map.Entry<String, String>> headers,
      byte[] body,
      Duration firstPieceTimeout,
      Duration patience)
      throws SendException, InterruptedException;

  @Override
  void close();

  /** An answer whose head has come. Used by one thread. */
  interface Exchange extends AutoCloseable {
    int status();

    /** Returns a header's value, or null. */
    @Nullable String header(String name);

    /** Returns all headers, names in lower case. */
    Map<String, String> headers();

    /**
     * Returns the body. Reading throws {@link java.net.SocketTimeoutException} when the provider is
     * silent for too long, {@link TooLargeException} when it says too much.
     */
    InputStream body();

    /** Ends the deadline of the first piece; from now on each read may take as long as silence. */
    void begun();

    /**
     * Says that what was read is a sign of life; called once, only such a sign ends a silence, and
     * no read by itself does. Before the first piece it puts that off, by as much silence as there
     * may be, and never beyond the patience.
     */
    void alive();

    /**
     * Gives the connection back for the next request if the body ends within {@code patience}, and
     * closes it if not.
     */
    void finish(Duration patience);

    /** Closes the connection, unless it was given back. */
    @Override
    void close();
  }

  /** The answer is larger than the settings allow. */
  final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** No head of an answer came. */
  final class SendException extends Exception {
    private static final long serialVersionUID = 1L;

    /** How far the request got. */
    enum Stage {
      /** All connections were in use. */
      NO_CONNECTION_FREE,
      /** No connection came about. */
      CONNECTING,
      /** The connection broke while the request was sent. */
      SENDING,
      /** The request was sent whole; nothing came back. */
      WAITING,
      /** The request was sent whole; interim answers came back, and no final one behind them. */
      INTERIM_ONLY,
      /** The request was sent whole; the head of a successful answer began, and cannot be read. */
      BAD_HEAD,
      /**
       * The request was sent whole; what came back is no answer of HTTP 1, or leads away from it.
       */
      OTHER_PROTOCOL
    }

    private final Stage stage;
    private final boolean timedOut;
    private final boolean interrupted;

    SendException(Stage stage, boolean timedOut, boolean interrupted, @Nullable Throwable cause) {
      super(stage.name(), cause, false, false);
      this.stage = stage;
      this.timedOut = timedOut;
      this.interrupted = interrupted;
    }

    Stage stage() {
      return stage;
    }

    boolean timedOut() {
      return timedOut;
    }

    boolean interrupted() {
      return interrupted;
    }
  }
}
