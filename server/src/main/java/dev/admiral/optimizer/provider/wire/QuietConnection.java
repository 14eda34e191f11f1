package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.admiral.optimizer.call.Time;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.impl.io.DefaultBHttpClientConnection;
import org.apache.hc.core5.http.impl.io.SocketHolder;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A pooled connection that can tell what came between two answers, and that cannot log. The
 * library's own writes headers and bodies, and so keys and prompts, to its log once somebody raises
 * the level.
 *
 * <p>Its socket is a channel's: only that can be asked without waiting what has come.
 */
final class QuietConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {

  /** A process may be held up between the two steps of closing. Rarely waited, so not the least. */
  private static final Duration LEAST_WAIT = Duration.ofMillis(25);

  private static final Duration MOST_WAIT = Duration.ofMillis(300);

  /** Some say it when nobody has asked for long, and close. RFC 9110, 15.5.9. */
  private static final List<String> IDLE_TIMEOUTS = List.of("HTTP/1.1 408", "HTTP/1.0 408");

  /** What it takes to tell that. */
  private static final int FIRST_BYTES = "HTTP/1.1 408".length();

  /** Least bound of a read: what was taken from a TLS connection need not be a whole record. */
  private static final int LEAST_TIMEOUT_MILLIS = 1;

  private volatile boolean closed;
  private Timeout inUse = Timeout.DISABLED;

  /** How long it took to connect, which is at least one round trip. */
  private Duration roundTrip = Duration.ZERO;

  /** Null while no head is awaited. */
  private @Nullable Time headTime;

  private long headDeadlineNanos;
  private String headBegin = "";

  /** What came and was not read yet; known from the first answer with a body on. */
  private @Nullable SessionInputBuffer received;

  QuietConnection(Http1Config config) {
    super(config);
  }

  @Override
  public void bind(Socket socket) throws IOException {
    refuseIfClosed(socket);
    bind(new Holder(socket));
    inUse = Timeout.ofMilliseconds(socket.getSoTimeout());
  }

  @Override
  public void bind(SSLSocket secure, Socket socket) throws IOException {
    refuseIfClosed(socket);
    bind(new Holder(secure, socket));
    inUse = Timeout.ofMilliseconds(socket.getSoTimeout());
  }

  /** The pool may close a connection that is still being made. */
  private void refuseIfClosed(Socket socket) throws IOException {
    if (closed) {
      socket.close();
      throw new InterruptedIOException("closed while it was being made");
    }
  }

  @Override
  protected InputStream createContentInputStream(
      long length, SessionInputBuffer buffer, InputStream socket) {
    received = buffer;
    return super.createContentInputStream(length, buffer, socket);
  }

  /**
   * Returns what was taken from the socket behind the end of the last answer, without looking for
   * more; an end if that is not known.
   */
  Since takenSinceLastAnswer() {
    if (received == null) {
      return Since.END;
    }
    return received.length() > 0 ? Since.SURPLUS : Since.NOTHING;
  }

  /** What has come on a connection since its last answer. */
  enum Since {
    NOTHING,
    /** The other side ended it, or says that it does. */
    END,
    /** Bytes that answer no request. */
    SURPLUS
  }

  /**
   * Returns what the other side has sent since the end of the last answer. Unless it is nothing,
   * whatever is read next belongs to no request, and the connection must be closed: it may not be
   * asked twice. Waits for nothing but the rest of a TLS record, and a millisecond at most. To be
   * called between two exchanges, never in one.
   */
  Since sinceLastAnswer() {
    SocketHolder holder = getSocketHolder();
    if (holder == null) {
      return Since.END;
    }
    Since taken = takenSinceLastAnswer();
    if (taken != Since.NOTHING) {
      return taken;
    }
    try {
      SSLSocket secure = holder.getSSLSocket();
      return since(secure == null ? arrived(holder) : arrived(holder, secure));
    } catch (IOException e) {
      // Reset, or closed meanwhile.
      return Since.END;
    }
  }

  /** Returns the first bytes that have arrived, empty at the end of all; null if nothing has. */
  private static @Nullable String arrived(SocketHolder holder) throws IOException {
    SocketChannel channel = holder.getBaseSocket().getChannel();
    ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES);
    channel.configureBlocking(false);
    try {
      int n = channel.read(bytes);
      return n == 0 ? null : new String(bytes.array(), 0, Math.max(0, n), ISO_8859_1);
    } finally {
      channel.configureBlocking(true);
    }
  }

  /** The same of what was encrypted. What is no data, such as an alert, counts as the end. */
  private static @Nullable String arrived(SocketHolder holder, SSLSocket secure)
      throws IOException {
    boolean any =
        secure.getInputStream().available() > 0
            || holder.getBaseSocket().getInputStream().available() > 0;
    if (!any) {
      return arrived(holder) == null ? null : "";
    }
    secure.setSoTimeout(LEAST_TIMEOUT_MILLIS);
    byte[] bytes = new byte[FIRST_BYTES];
    try {
      int n = secure.getInputStream().read(bytes);
      return new String(bytes, 0, Math.max(0, n), ISO_8859_1);
    } catch (SocketTimeoutException e) {
      return "";
    }
  }

  private static Since since(@Nullable String arrived) {
    if (arrived == null) {
      return Since.NOTHING;
    }
    // Or as far as it has come.
    boolean isIdleTimeout = IDLE_TIMEOUTS.stream().anyMatch(word -> word.startsWith(arrived));
    return isIdleTimeout ? Since.END : Since.SURPLUS;
  }

  /**
   * Bounds the wait for the whole head of an answer, however it comes, until {@link #headCame}.
   *
   * @param nanos the end of the wait, on the scale of {@code time}
   */
  void expectHeadBy(long nanos, Time time) {
    headDeadlineNanos = nanos;
    headTime = time;
    headBegin = "";
  }

  /** Returns the first bytes of the head that was awaited last, as far as they came. */
  String headBegin() {
    return headBegin;
  }

  /** Ends that bound. */
  void headCame() {
    headTime = null;
  }

  /** What is read while a head is awaited is read within its time. */
  private final class Holder extends SocketHolder {
    Holder(Socket socket) {
      super(socket);
    }

    Holder(SSLSocket secure, Socket socket) {
      super(secure, socket);
    }

    @Override
    protected InputStream getInputStream(Socket socket) throws IOException {
      return new HeadBound(super.getInputStream(socket), socket);
    }
  }

  private final class HeadBound extends FilterInputStream {
    private final Socket socket;

    HeadBound(InputStream in, Socket socket) {
      super(in);
      this.socket = socket;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Time time = headTime;
      if (time != null) {
        long left = headDeadlineNanos - time.nanos();
        if (left <= 0) {
          throw new SocketTimeoutException("no whole head came in time");
        }
        // Whole milliseconds, and never zero, which would mean no bound at all.
        socket.setSoTimeout((int) Math.min(Integer.MAX_VALUE, left / 1_000_000 + 1));
      }
      int n = in.read(bytes, offset, length);
      if (time != null && n > 0 && headBegin.length() < FIRST_BYTES) {
        int more = Math.min(n, FIRST_BYTES - headBegin.length());
        headBegin = headBegin.concat(new String(bytes, offset, more, ISO_8859_1));
      }
      return n;
    }
  }

  /** Notes how long it took to connect. */
  void connectedWithin(Duration took) {
    roundTrip = took;
  }

  /**
   * Returns whether the other side had closed before it could read all that was sent last. To be
   * asked once, when a read has told that it closed; waits for about a round trip.
   *
   * <p>Data that reaches a closed socket is answered with a reset, and what was reset takes no more
   * writes. Who has read everything and then closes sends no reset. RFC 9293, 3.10.7.1.
   */
  boolean sentInVain(Time time) throws InterruptedException {
    SocketHolder holder = getSocketHolder();
    if (holder == null) {
      return false;
    }
    Duration wait = roundTrip.compareTo(MOST_WAIT) < 0 ? roundTrip : MOST_WAIT;
    time.sleep(wait.compareTo(LEAST_WAIT) < 0 ? LEAST_WAIT : wait);
    try {
      holder.getBaseSocket().getChannel().write(ByteBuffer.allocate(1));
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Override
  public @Nullable Socket getSocket() {
    SocketHolder holder = getSocketHolder();
    return holder == null ? null : holder.getSocket();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    super.setSocketTimeout(timeout);
    inUse = timeout;
  }

  @Override
  public void passivate() {
    super.setSocketTimeout(Timeout.ZERO_MILLISECONDS);
  }

  @Override
  public void activate() {
    super.setSocketTimeout(inUse);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    super.close();
  }

  @Override
  public void close(CloseMode mode) {
    closed = true;
    super.close(mode);
  }
}
