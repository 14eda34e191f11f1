package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
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
 * A pooled connection that can tell whether it is quiet, and that cannot log. The library's own
 * writes headers and bodies, and so keys and prompts, to its log once somebody raises the level.
 *
 * <p>Its socket is a channel's: only that can be asked without waiting what has come.
 */
final class QuietConnection extends DefaultBHttpClientConnection
    implements ManagedHttpClientConnection {
  private static final Duration LEAST_WAIT = Duration.ofMillis(1);
  private static final Duration MOST_WAIT = Duration.ofMillis(300);

  private volatile boolean closed;
  private Timeout inUse = Timeout.DISABLED;

  /** How long it took to connect, which is at least one round trip. */
  private Duration roundTrip = Duration.ZERO;

  /** What came and was not read yet; known from the first answer with a body on. */
  private @Nullable SessionInputBuffer received;

  QuietConnection(Http1Config config) {
    super(config);
  }

  @Override
  public void bind(Socket socket) throws IOException {
    refuseIfClosed(socket);
    super.bind(socket);
    inUse = Timeout.ofMilliseconds(socket.getSoTimeout());
  }

  @Override
  public void bind(SSLSocket secure, Socket socket) throws IOException {
    refuseIfClosed(socket);
    super.bind(secure, socket);
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

  /** Returns whether more was taken from the socket than answers were read, as far as is known. */
  boolean hasUnread() {
    return received == null || received.length() > 0;
  }

  /**
   * Returns whether the other side, after an answer's end, has sent nothing more and not closed. If
   * not, whatever is read next belongs to no request, and the connection must be closed: it may not
   * be asked twice. Never blocks. To be called between two exchanges, never in one.
   */
  boolean isQuiet() {
    SocketHolder holder = getSocketHolder();
    if (holder == null || hasUnread()) {
      return false;
    }
    SocketChannel channel = holder.getBaseSocket().getChannel();
    try {
      SSLSocket secure = holder.getSSLSocket();
      if (secure != null && secure.getInputStream().available() > 0) {
        return false;
      }
      channel.configureBlocking(false);
      try {
        return channel.read(ByteBuffer.allocate(1)) == 0;
      } finally {
        channel.configureBlocking(true);
      }
    } catch (IOException e) {
      // Reset, or closed meanwhile.
      return false;
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
