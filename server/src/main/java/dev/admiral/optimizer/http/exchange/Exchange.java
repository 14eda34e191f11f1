package dev.admiral.optimizer.http.exchange;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.front.Bearer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.Invocable;
import org.jspecify.annotations.Nullable;

/** One request in hand. Its reading is for one thread at a time; replies may come from any. */
public final class Exchange {
  /** Room that is made for a body before any of it has come. */
  private static final int FIRST_BYTES = 16 << 10;

  /** Most bytes that are read of a body which nobody asked for. */
  private static final int UNASKED_BYTES = 64 << 10;

  /** How long such a body may take to come. */
  private static final Duration UNASKED_TIME = Duration.ofSeconds(1);

  private final Request request;
  private final Response response;
  private final Callback completion;
  private final BooleanSupplier farewell;
  private final AtomicBoolean replied = new AtomicBoolean();

  @GuardedBy("this")
  private @Nullable Runnable gone;

  @GuardedBy("this")
  private boolean left;

  private volatile @Nullable CloseWatch watch;

  /** True once the last bytes of the reply are on their way: it is too late to leave. */
  private volatile boolean ending;

  /** True if a byte of the client's next request was taken for its leaving. */
  private volatile boolean spoiled;

  /** True once the body was read, or given up. */
  private volatile boolean bodyEnded;

  /**
   * @param farewell true once clients are to close their connections after the reply
   */
  public Exchange(
      Request request, Response response, Callback completion, BooleanSupplier farewell) {
    this.request = request;
    this.response = response;
    this.completion = completion;
    this.farewell = farewell;
  }

  /** What became of the reading of a body. */
  public sealed interface Body {
    /** It was read. */
    @SuppressWarnings("ArrayRecordComponent") // Handed on once, compared never.
    record Whole(byte[] bytes) implements Body {}

    /** It is larger than the bound; the rest was not read. */
    record TooLarge(int limitBytes) implements Body {}

    /** It did not come in time. */
    record TooSlow() implements Body {}

    /** The client left, or broke off. */
    record Broken() implements Body {}
  }

  /** Returns the method, in upper case. */
  public String method() {
    return request.getMethod();
  }

  /** Returns the path, decoded and without its query. */
  public String path() {
    return Request.getPathInContext(request);
  }

  /** Returns the first value of a header; null if there is none. */
  public @Nullable String header(String name) {
    return request.getHeaders().get(name);
  }

  /**
   * Returns the name and port by which the server was asked, as the client wrote them: the header
   * "host", or what HTTP/2 has in its place; null if there is neither.
   */
  public @Nullable String host() {
    String host = header("host");
    return host != null ? host : request.getHttpURI().getAuthority();
  }

  /** Returns the key that was sent, in either vendor's way; null if none was. */
  public @Nullable String key() {
    String bearer = Bearer.key(header("authorization"));
    return bearer == null ? header("x-api-key") : bearer;
  }

  /** Returns all headers in their order. */
  public Iterable<HttpField> headers() {
    return request.getHeaders();
  }

  /** Returns the parameters behind the '?'. */
  public Fields query() {
    return Request.extractQueryParameters(request);
  }

  /**
   * Reads the whole body.
   *
   * @param timeout how long it may take to come, looked at whenever a part of it comes; of one that
   *     stops coming, the idle timeout of the connection tells
   * @param then told once, on this thread or on a selector thread
   */
  public void read(int limitBytes, Duration timeout, Consumer<Body> then) {
    new Reading(limitBytes, timeout, then).run();
  }

  /**
   * Replies, unless somebody already did. A body that nobody read is read first, unless it is
   * large: to leave it unread resets the connection, and a client may see that before it sees the
   * reply.
   */
  public void reply(Reply reply) {
    if (!replied.compareAndSet(false, true)) {
      return;
    }
    stopWatching();
    if (bodyEnded || request.getHeaders().contains(HttpHeader.EXPECT)) {
      send(reply);
    } else {
      read(UNASKED_BYTES, UNASKED_TIME, _ -> send(reply));
    }
  }

  private void send(Reply reply) {
    response.setStatus(reply.status());
    put(reply.contentType(), reply.headers());
    ByteBuffer body = ByteBuffer.wrap(reply.body());
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, reply.body().length);
    response.write(
        true, request.getMethod().equals("HEAD") ? ByteBuffer.allocate(0) : body, completion);
  }

  /**
   * Begins a reply of server-sent events, unless somebody already replied.
   *
   * @return the stream; null if the reply is another's
   */
  public @Nullable EventStream stream(Map<String, String> headers) {
    if (!replied.compareAndSet(false, true)) {
      return null;
    }
    response.setStatus(200);
    put("text/event-stream; charset=utf-8", headers);
    response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache, no-transform");
    // Proxies of some kinds hold events back unless told not to.
    response.getHeaders().put("X-Accel-Buffering", "no");
    return new EventStream(this);
  }

  /**
   * Names what to do when the client leaves before its reply is complete; done at once if it has.
   * From now on a leaving is looked out for.
   */
  public void onGone(Runnable action) {
    boolean now;
    synchronized (this) {
      gone = action;
      now = left;
    }
    if (now) {
      action.run();
      return;
    }
    try {
      // HTTP/2 tells by itself.
      request.addFailureListener(_ -> leave());
      request.addIdleTimeoutListener(_ -> false);
    } catch (IllegalStateException e) {
      // The reply was complete on another thread meanwhile: nobody is left who could leave.
      return;
    }
    if (request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
      CloseWatch close =
          new CloseWatch(
              request.getConnectionMetaData().getConnection().getEndPoint(), this::leave);
      watch = close;
      // Whoever ends the reply at this moment has seen the watch, or is seen here.
      if (!ending) {
        close.arm();
      }
    }
  }

  private void leave() {
    Runnable action;
    synchronized (this) {
      if (left) {
        return;
      }
      left = true;
      action = gone;
    }
    if (action != null) {
      action.run();
    }
    if (replied.compareAndSet(false, true)) {
      completion.failed(new IOException("the client left"));
    }
  }

  /** Sends a part of a stream; the callback tells when more can be taken. */
  void write(boolean last, ByteBuffer bytes, Callback sent) {
    if (last) {
      stopWatching();
    }
    response.write(last, bytes, sent);
  }

  /** Ends a stream that was written to its end. */
  void complete() {
    CloseWatch close = watch;
    if (spoiled && close != null) {
      // The headers, which could have said so, were sent before anybody knew.
      close.closeConnection();
    }
    completion.succeeded();
  }

  /** Cuts the connection: what was sent so far is no whole reply. */
  void abort(Throwable cause) {
    stopWatching();
    completion.failed(cause);
    leave();
  }

  private void stopWatching() {
    ending = true;
    CloseWatch armed = watch;
    if (armed != null && !armed.disarm()) {
      spoiled = true;
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
  }

  private void put(String contentType, Map<String, String> headers) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    if (farewell.getAsBoolean()
        && request.getConnectionMetaData().getHttpVersion() != HttpVersion.HTTP_2) {
      response.getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
    headers.forEach((name, value) -> response.getHeaders().put(name, value));
  }

  /** Reads a body to its end or its bound. */
  private final class Reading implements Invocable.Task {
    private final int limit;
    private final long timeoutNanos;
    private final Consumer<Body> then;
    private byte[] body = new byte[0];
    private int size;

    Reading(int limit, Duration timeout, Consumer<Body> then) {
      this.limit = limit;
      this.timeoutNanos = timeout.toNanos();
      this.then = then;
    }

    @Override
    public InvocationType getInvocationType() {
      return InvocationType.NON_BLOCKING;
    }

    @Override
    public void run() {
      if (request.getLength() > limit) {
        end(new Body.TooLarge(limit));
        return;
      }
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          if (System.nanoTime() - request.getHeadersNanoTime() > timeoutNanos) {
            end(new Body.TooSlow());
          } else {
            request.demand(this);
          }
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          end(failed(chunk.getFailure()));
          return;
        }
        boolean fits = chunk.remaining() <= limit - size;
        if (fits) {
          add(chunk);
        }
        chunk.release();
        if (!fits) {
          end(new Body.TooLarge(limit));
          return;
        }
        if (chunk.isLast()) {
          end(new Body.Whole(size == body.length ? body : Arrays.copyOf(body, size)));
          return;
        }
      }
    }

    private void end(Body read) {
      bodyEnded = true;
      then.accept(read);
    }

    private Body failed(Throwable cause) {
      for (Throwable t = cause; t != null; t = t.getCause()) {
        if (t instanceof TimeoutException) {
          return new Body.TooSlow();
        }
      }
      return new Body.Broken();
    }

    private void add(Content.Chunk chunk) {
      int more = chunk.remaining();
      if (size + more > body.length) {
        // What is announced is believed only as far as it has come: room is memory.
        long announced = request.getLength() < 0 ? limit : request.getLength();
        long room = Math.min(announced, Math.max(FIRST_BYTES, 4L * size));
        body = Arrays.copyOf(body, (int) Math.max(size + more, room));
      }
      chunk.getByteBuffer().get(body, size, more);
      size += more;
    }
  }
}
