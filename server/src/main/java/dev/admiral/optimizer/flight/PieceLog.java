package dev.admiral.optimizer.flight;

import dev.admiral.optimizer.v1.ContentDelta;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The pieces of one answer in order, appended by one thread and read by any number of cursors, each
 * at its own speed.
 *
 * <p>A linked list: a cursor holds the piece it read last, so what every cursor has passed is
 * garbage as soon as {@link #close()} lets go of the head. Neither side takes a lock. A cursor that
 * finds nothing puts itself on a stack of parked cursors and looks again; the writer links its
 * piece and then takes the whole stack. Both steps are volatile, so one of the two always sees the
 * other and no wake-up is lost. A cursor may be woken although it has read everything; that is
 * cheaper than telling.
 */
final class PieceLog {
  /** What a piece weighs beside its content: the message and its parts, two strings, the link. */
  static final int PIECE_OVERHEAD_BYTES = 192;

  private final AtomicReference<@Nullable Cursor> parked = new AtomicReference<>();
  private volatile @Nullable Piece head;
  private Piece tail;

  PieceLog() {
    tail = new Piece(ContentDelta.getDefaultInstance(), 0);
    head = tail;
  }

  /** Adds a piece and wakes nobody. Only the writer may call it. */
  void add(ContentDelta delta) {
    Piece piece = new Piece(delta, tail.end + delta.getSerializedSize() + PIECE_OVERHEAD_BYTES);
    tail.next = piece;
    tail = piece;
  }

  /** Wakes every cursor that found nothing to read. Only the writer may call it. */
  void wakeParked(Consumer<Runnable> waker) {
    Cursor cursor = parked.getAndSet(null);
    while (cursor != null) {
      // Once it is no longer marked, it may be pushed again by its reader: its link is read before.
      Cursor following = cursor.below;
      cursor.below = null;
      cursor.isParked = false;
      waker.accept(cursor.wake);
      cursor = following;
    }
  }

  /** Returns the bytes appended so far. Only the writer may call it. */
  long bytes() {
    return tail.end;
  }

  /** Returns true if nothing was appended yet. Only the writer may call it. */
  boolean isEmpty() {
    return tail.end == 0;
  }

  /** Takes no further cursors and forgets what every cursor has read. */
  void close() {
    head = null;
  }

  /** Returns a cursor before the first piece; null once the log is closed. */
  @Nullable Cursor open(Runnable wake) {
    Piece first = head;
    return first == null ? null : new Cursor(this, first, wake);
  }

  private static final class Piece {
    final ContentDelta delta;

    /** Bytes of the log up to and including this piece. */
    final long end;

    volatile @Nullable Piece next;

    Piece(ContentDelta delta, long end) {
      this.delta = delta;
      this.end = end;
    }
  }

  /** One reader's place. Read by one thread at a time; cut by any. */
  static final class Cursor {
    private final PieceLog log;

    /** The piece read last; null once the cursor was cut. */
    private final AtomicReference<@Nullable Piece> at;

    private final Runnable wake;

    /** True from before it is pushed on the stack until the writer took it from there. */
    private volatile boolean isParked;

    /** The next cursor of the stack; published by the compareAndSet of its head. */
    private @Nullable Cursor below;

    private Cursor(PieceLog log, Piece first, Runnable wake) {
      this.log = log;
      this.at = new AtomicReference<>(first);
      this.wake = wake;
    }

    /**
     * Returns the next piece; null if there is none yet, and then the next one wakes the reader.
     */
    @Nullable ContentDelta poll() {
      while (true) {
        Piece here = at.get();
        if (here == null) {
          return null;
        }
        Piece next = here.next;
        if (next == null) {
          park();
          next = here.next;
          if (next == null) {
            return null;
          }
        }
        if (at.compareAndSet(here, next)) {
          return next.delta;
        }
      }
    }

    /** Returns true if every piece appended so far was read, or the cursor was cut. */
    boolean atEnd() {
      Piece here = at.get();
      return here == null || here.next == null;
    }

    /** Returns the bytes appended but not read. Only the writer may call it. */
    long lag() {
      Piece here = at.get();
      return here == null ? 0 : log.tail.end - here.end;
    }

    /** Ends the cursor: it reads nothing more and keeps no piece alive. */
    void cut() {
      at.set(null);
    }

    private void park() {
      if (isParked) {
        return;
      }
      isParked = true;
      Cursor top;
      do {
        top = log.parked.get();
        below = top;
      } while (!log.parked.compareAndSet(top, this));
    }
  }
}
