package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Reads server-sent events from a stream of bytes, however they are split. The data of an event is
 * given as the bytes that came, undecoded, so a character may lie across any number of reads.
 * Comments, fields other than event and data, and events without data that are no pings are
 * skipped; lines may end in LF, CRLF or CR. Used by one thread.
 */
final class SseReader {
  /** Room for the usual event; ten thousand open streams each keep two buffers of this. */
  private static final int INITIAL_BYTES = 1024;

  /** No word that only keeps a connection open is as long. */
  private static final int LONG_BYTES = 1024;

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
  private static final byte[] DATA = "data".getBytes(US_ASCII);
  private static final byte[] EVENT = "event".getBytes(US_ASCII);
  private static final byte[] ERROR = "error".getBytes(US_ASCII);
  private static final byte[] PING = "ping".getBytes(US_ASCII);
  private static final byte[] DONE = "[DONE]".getBytes(US_ASCII);

  private final InputStream in;
  private final Runnable more;

  /** Bytes from position to limit were read and not yet consumed. */
  private byte[] buffer = new byte[INITIAL_BYTES];

  private int position;
  private int limit;
  private boolean first = true;
  private boolean skipLineFeed;

  /** The line found last lies from lineStart to lineEnd. */
  private int lineStart;

  private int lineEnd;
  private boolean lineCut;

  private byte[] data = new byte[INITIAL_BYTES];
  private int length;
  private boolean error;
  private boolean ping;

  /**
   * @param more is run whenever more has come of a line of data that is long already
   */
  SseReader(InputStream in, Runnable more) {
    this.in = in;
    this.more = more;
  }

  /**
   * Returns the bytes of the event's data, from 0 to {@link #length()}; valid until the next call.
   */
  byte[] data() {
    return data;
  }

  int length() {
    return length;
  }

  /** Returns true if the event is named "error". */
  boolean isError() {
    return error;
  }

  /** Returns true if the event is named "ping", or has any data: its sender is alive. */
  boolean isSignOfLife() {
    for (int i = 0; i < length; i++) {
      if (data[i] > ' ' || data[i] < 0) {
        return true;
      }
    }
    return ping;
  }

  /** Returns true if the data is the end mark of OpenAI's streams. */
  boolean isDone() {
    return Arrays.equals(data, 0, length, DONE, 0, DONE.length);
  }

  /**
   * Moves to the next event that has data or is a ping. An event whose last line was cut by the end
   * of the stream is dropped, except the end mark; a missing blank line after the last event is
   * forgiven.
   *
   * @return false at the end
   */
  boolean next() throws IOException {
    length = 0;
    error = false;
    ping = false;
    boolean hasData = false;
    while (nextLine()) {
      if (lineStart == lineEnd) {
        if (hasData || ping) {
          return true;
        }
        error = false;
        continue;
      }
      int colon = lineStart;
      while (colon < lineEnd && buffer[colon] != ':') {
        colon++;
      }
      int value = Math.min(colon + 1, lineEnd);
      if (value < lineEnd && buffer[value] == ' ') {
        value++;
      }
      if (Arrays.equals(buffer, lineStart, colon, DATA, 0, DATA.length)) {
        append(value, hasData);
        hasData = true;
      } else if (Arrays.equals(buffer, lineStart, colon, EVENT, 0, EVENT.length)) {
        error = Arrays.equals(buffer, value, lineEnd, ERROR, 0, ERROR.length);
        ping = Arrays.equals(buffer, value, lineEnd, PING, 0, PING.length);
      }
    }
    return hasData && (!lineCut || isDone());
  }

  private void append(int value, boolean continued) {
    int size = lineEnd - value;
    int needed = length + size + 1;
    if (needed > data.length) {
      data = Arrays.copyOf(data, Math.max(needed, 2 * data.length));
    }
    if (continued) {
      data[length++] = '\n';
    }
    System.arraycopy(buffer, value, data, length, size);
    length += size;
  }

  /** Finds the next line; at the end of the stream also one without an end, which is then cut. */
  private boolean nextLine() throws IOException {
    int scan = position;
    while (true) {
      while (scan < limit) {
        byte b = buffer[scan];
        if (b == '\n' && skipLineFeed && scan == position) {
          skipLineFeed = false;
          position = ++scan;
        } else if (b == '\n' || b == '\r') {
          line(scan, scan + 1);
          skipLineFeed = b == '\r';
          return true;
        } else {
          scan++;
        }
      }
      int kept = limit - position;
      if (!fill()) {
        if (kept == 0) {
          return false;
        }
        lineCut = true;
        line(limit, limit);
        return true;
      }
      scan = position + kept;
    }
  }

  private void line(int end, int next) {
    lineStart = position;
    lineEnd = end;
    position = next;
    skipLineFeed = false;
    if (first) {
      first = false;
      int mark = Math.min(lineEnd, lineStart + BYTE_ORDER_MARK.length);
      if (Arrays.equals(buffer, lineStart, mark, BYTE_ORDER_MARK, 0, BYTE_ORDER_MARK.length)) {
        lineStart = mark;
      }
    }
  }

  /** Reads more behind what is kept, which moves to the front; false at the end. */
  private boolean fill() throws IOException {
    int kept = limit - position;
    if (kept == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    } else if (position > 0) {
      System.arraycopy(buffer, position, buffer, 0, kept);
    }
    position = 0;
    limit = kept;
    int n = in.read(buffer, limit, buffer.length - limit);
    if (n < 0) {
      return false;
    }
    limit += n;
    if (kept >= LONG_BYTES && buffer[0] == DATA[0]) {
      more.run();
    }
    return true;
  }
}
