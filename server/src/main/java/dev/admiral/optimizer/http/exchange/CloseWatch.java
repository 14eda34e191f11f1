package dev.admiral.optimizer.http.exchange;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that a client closed its HTTP/1.1 connection while its answer is still being made.
 *
 * <p>The server reads nothing between the end of a request and the end of its response, so a close
 * would show only in a failing write, which a call that waits for its provider never makes. While
 * armed, the watch therefore asks for readability itself and reads one byte: the end of the stream,
 * or an error, is the client's leaving. Before the last bytes of the response are written it must
 * be disarmed, since what comes after them belongs to the next request. A client that sends its
 * next request before the answer to this one (pipelining, which no client of this API does) loses
 * that connection after the answer.
 */
final class CloseWatch implements Callback {
  private static final int DISCARDED_BYTES = 4096;

  private final EndPoint endPoint;
  private final Runnable left;

  @GuardedBy("this")
  private final ByteBuffer probe = BufferUtil.allocate(1);

  @GuardedBy("this")
  private boolean disarmed;

  @GuardedBy("this")
  private boolean spoiled;

  /** True while the endpoint is asked for readability. */
  @GuardedBy("this")
  private boolean armed;

  CloseWatch(EndPoint endPoint, Runnable left) {
    this.endPoint = endPoint;
    this.left = left;
  }

  /** Begins to watch, unless it is disarmed already. Called once. */
  synchronized void arm() {
    armed = !disarmed && endPoint.tryFillInterested(this);
  }

  /**
   * Stops to watch; nothing is read from the connection afterwards.
   *
   * @return false if a byte of a next request was swallowed, so that the connection must be closed
   */
  boolean disarm() {
    boolean clean;
    boolean interested;
    synchronized (this) {
      disarmed = true;
      clean = !spoiled;
      interested = armed;
      armed = false;
    }
    if (interested && endPoint instanceof AbstractEndPoint selected) {
      // Takes the interest back, so that the connection can ask for the next request.
      selected.getFillInterest().fillable();
    }
    return clean;
  }

  /** Closes the connection, once the reply was written. */
  void closeConnection() {
    ByteBuffer rest = BufferUtil.allocate(DISCARDED_BYTES);
    try {
      // A connection that is closed with something unread may take its last bytes back.
      while (endPoint.fill(rest) > 0) {
        BufferUtil.clear(rest);
      }
    } catch (IOException e) {
      // The client has closed it.
    }
    endPoint.close();
  }

  @Override
  public void succeeded() {
    boolean gone = false;
    synchronized (this) {
      if (!disarmed) {
        try {
          int filled = endPoint.fill(probe);
          gone = filled < 0;
          spoiled |= filled > 0;
          armed = filled == 0 && endPoint.tryFillInterested(this);
        } catch (IOException e) {
          gone = true;
        }
      }
    }
    if (gone) {
      left.run();
    }
  }

  @Override
  public void failed(Throwable cause) {
    left.run();
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }
}
