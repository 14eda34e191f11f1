package dev.admiral.simulator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;

/**
 * Notices that the caller closed its connection while its answer is still being made.
 *
 * <p>The server reads nothing from an HTTP/1.1 connection between the end of a request and the end
 * of its response, so a close would be noticed only by a failing write, which a stalled or slow
 * answer never makes. While armed, the watch therefore asks the selector for readability itself and
 * reads: end of stream or an error is the caller's close. It must be released before the last bytes
 * of the response are written, since what comes after them belongs to the next request; callers
 * that pipeline requests are not supported, and their connection is closed after the answer.
 */
final class CloseWatch implements Callback {
  private final EndPoint endPoint;
  private final Runnable closed;
  private final ByteBuffer probe = BufferUtil.allocate(1);
  private final AtomicBoolean armed = new AtomicBoolean();
  private boolean released;
  private boolean spoiled;

  CloseWatch(EndPoint endPoint, Runnable closed) {
    this.endPoint = endPoint;
    this.closed = closed;
  }

  /** Starts to watch; does nothing when it already does. */
  void arm() {
    if (armed.compareAndSet(false, true) && !endPoint.tryFillInterested(this)) {
      armed.set(false);
    }
  }

  /** Stops to watch. Afterwards nothing is read from the connection any more. */
  void release() {
    synchronized (this) {
      released = true;
    }
    if (armed.get() && endPoint instanceof AbstractEndPoint abstractEndPoint) {
      abstractEndPoint.getFillInterest().fillable();
    }
  }

  /** Whether a byte of a next request was swallowed, so that the connection is of no more use. */
  synchronized boolean spoiled() {
    return spoiled;
  }

  @Override
  public void succeeded() {
    boolean gone = false;
    synchronized (this) {
      if (!released) {
        try {
          int filled = endPoint.fill(probe);
          gone = filled < 0;
          spoiled |= filled > 0;
          if (filled == 0) {
            armed.set(false);
            arm();
          }
        } catch (IOException e) {
          gone = true;
        }
      }
    }
    if (gone) {
      closed.run();
    }
  }

  @Override
  public void failed(Throwable cause) {
    closed.run();
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }
}
