package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.wire.Upstream.SendException.Stage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.HttpRoute;
import org.apache.hc.client5.http.SchemePortResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.DefaultHttpClientConnectionOperator;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.ConnectionEndpoint;
import org.apache.hc.client5.http.io.HttpClientConnectionOperator;
import org.apache.hc.client5.http.io.LeaseRequest;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionReuseStrategy;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpStatus;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.io.HttpClientConnection;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpRequest;
import org.apache.hc.core5.http.message.MessageSupport;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Upstream over the connection pool of Apache HttpClient 5, without its chain of handlers: a call
 * to a model follows no redirect, keeps no cookie and is never repeated behind the pipeline's back,
 * and the pool alone tells exactly whether a request was sent before its connection broke.
 *
 * <p>A virtual thread that is interrupted in a socket operation has the socket closed under it by
 * the JDK; between operations {@link Body#read} looks at the flag.
 */
final class ApacheUpstream implements Upstream {
  /** Buffer of a connection, each way. Twice this is most of what an open stream costs. */
  private static final int BUFFER_BYTES = 4096;

  private static final Http1Config HTTP1 =
      Http1Config.custom().setBufferSize(BUFFER_BYTES).setChunkSizeHint(BUFFER_BYTES).build();

  private static final Pattern KEEP_ALIVE = Pattern.compile("(?i)\\btimeout\\s*=\\s*\"?(\\d{1,7})");

  /** What a head begins with behind which a vendor may have worked. */
  private static final Pattern SUCCESS = Pattern.compile("HTTP/1\\.\\d 2");

  /** How much sooner than its vendor a connection is given up. */
  private static final Duration MARGIN = Duration.ofSeconds(1);

  /** Nobody needs more than a 100 and some 102 and 103. */
  private static final int MOST_INTERIM_ANSWERS = 16;

  private static final ConnectionReuseStrategy REUSE = DefaultConnectionReuseStrategy.INSTANCE;

  private final PoolingHttpClientConnectionManager pool;
  private final HttpHost host;
  private final HttpRoute route;
  private final ProviderSettings settings;
  private final Time time;
  private final Trust trust;

  ApacheUpstream(ProviderSettings settings, Time time) {
    this.settings = settings;
    this.time = time;
    this.trust = new Trust(settings.name(), time);
    boolean secure = settings.baseUrl().getScheme().equalsIgnoreCase("https");
    int port = settings.baseUrl().getPort();
    host =
        new HttpHost(
            secure ? "https" : "http",
            settings.baseUrl().getHost(),
            port >= 0 ? port : secure ? 443 : 80);
    route = new HttpRoute(host, null, secure);
    pool =
        new ChannelConnections()
            .setMaxConnTotal(settings.maxConnections())
            .setMaxConnPerRoute(settings.maxConnections())
            .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.STRICT)
            .setDefaultConnectionConfig(
                ConnectionConfig.custom()
                    .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                    .setSocketTimeout(Timeout.of(settings.firstPieceTimeout()))
                    // Each is asked by us before it is used, and without waiting.
                    .setValidateAfterInactivity(TimeValue.NEG_ONE_MILLISECOND)
                    .build())
            .setConnectionFactory(socket -> new QuietConnection(HTTP1))
            .build();
  }

  @Override
  public Exchange post(
      String path,
      List<Map.Entry<String, String>> headers,
      byte[] body,
      Duration firstPieceTimeout,
      Duration patience)
      throws SendException, InterruptedException {
    BasicClassicHttpRequest request = new BasicClassicHttpRequest("POST", host, path);
    request.addHeader("Host", host.toHostString());
    headers.forEach(header -> request.addHeader(header.getKey(), header.getValue()));
    request.addHeader("Content-Length", body.length);
    Payload payload = new Payload(body);
    request.setEntity(payload);
    for (int round = 0; ; round++) {
      ConnectionEndpoint endpoint = lease(shorter(settings.connectionWait(), firstPieceTimeout));
      boolean answered = false;
      try {
        HttpClientContext context = HttpClientContext.create();
        boolean used = endpoint.isConnected();
        long before = time.nanos();
        if (!used) {
          connect(endpoint, shorter(settings.connectTimeout(), firstPieceTimeout), context);
        }
        Transmission transmission =
            new Transmission(used, time.nanos() - before, firstPieceTimeout, patience);
        Exchange exchange = exchange(endpoint, transmission, request, payload, context);
        answered = true;
        return exchange;
      } catch (NotTakenException e) {
        if (round > 0) {
          // Where two are gone the others tend to be, and to find out may take a round trip each.
          closeIdle();
        }
      } finally {
        if (!answered) {
          discard(endpoint);
        }
      }
    }
  }

  /** Makes connections whose sockets belong to channels, as {@link QuietConnection} wants. */
  private static final class ChannelConnections extends PoolingHttpClientConnectionManagerBuilder {
    @Override
    protected HttpClientConnectionOperator createConnectionOperator(
        SchemePortResolver ports, DnsResolver names, TlsSocketStrategy tls) {
      return new DefaultHttpClientConnectionOperator(
          _ -> SocketChannel.open().socket(),
          ports,
          names,
          RegistryBuilder.<TlsSocketStrategy>create().register("https", tls).build());
    }
  }

  private ConnectionEndpoint lease(Duration atMost) throws SendException, InterruptedException {
    Timeout wait = Timeout.of(atMost);
    LeaseRequest request;
    try {
      request = pool.lease(host.getHostName(), route, wait, null);
    } catch (IllegalStateException e) {
      // The pool is closed.
      throw new SendException(Stage.CONNECTING, false, false, e);
    }
    try {
      return request.get(wait);
    } catch (TimeoutException e) {
      throw new SendException(Stage.NO_CONNECTION_FREE, true, false, e);
    } catch (InterruptedException e) {
      giveBack(request);
      throw e;
    } catch (ExecutionException | CancellationException e) {
      if (Thread.interrupted()) {
        throw interruption(e);
      }
      throw new SendException(Stage.CONNECTING, false, false, e);
    }
  }

  /** Or a connection would be kept for a caller that is gone. */
  private void giveBack(LeaseRequest request) {
    if (request.cancel()) {
      return;
    }
    // It was given a connection in the same moment.
    try {
      discard(request.get(Timeout.ONE_MILLISECOND));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException | CancellationException e) {
      // Then it had none.
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  private void connect(ConnectionEndpoint endpoint, Duration atMost, HttpClientContext context)
      throws SendException, InterruptedException {
    try {
      pool.connect(endpoint, TimeValue.of(atMost), context);
    } catch (IOException | RuntimeException e) {
      if (Thread.interrupted()) {
        throw interruption(e);
      }
      throw new SendException(Stage.CONNECTING, e instanceof InterruptedIOException, false, e);
    }
  }

  private Exchange exchange(
      ConnectionEndpoint endpoint,
      Transmission transmission,
      BasicClassicHttpRequest request,
      Payload payload,
      HttpClientContext context)
      throws SendException, NotTakenException, InterruptedException {
    // The round before may have written it to a connection that did not take it.
    payload.lastWrite = false;
    try {
      endpoint.setSocketTimeout(Timeout.of(transmission.firstPieceTimeout));
      ClassicHttpResponse response =
          endpoint.execute(host.getHostName(), request, transmission, context);
      boolean reusable = !isAmbiguous(response) && REUSE.keepAlive(request, response, context);
      if (transmission.used && !reusable && response.getCode() == HttpStatus.SC_REQUEST_TIMEOUT) {
        // Said of the time without a request, on its way while ours was sent. RFC 9110, 15.5.9.
        throw new NotTakenException();
      }
      return new Answer(transmission, endpoint, response, reusable);
    } catch (NotTakenException e) {
      throw e;
    } catch (IOException | HttpException | RuntimeException e) {
      boolean late = e instanceof SocketTimeoutException;
      if (Thread.interrupted()) {
        // What an interrupted write had sent by then is not known.
        if (!payload.lastWrite) {
          throw interruption(e);
        }
        throw new SendException(Stage.WAITING, late, true, e);
      }
      if (transmission.used && !transmission.sent && !late) {
        throw new NotTakenException();
      }
      throw new SendException(stage(transmission, e), late, false, e);
    }
  }

  private static Stage stage(Transmission transmission, Exception broken) {
    if (!transmission.sent) {
      return Stage.SENDING;
    }
    if (!(broken instanceof HttpException)) {
      return Stage.WAITING;
    }
    if (transmission.interimOnly) {
      return Stage.INTERIM_ONLY;
    }
    QuietConnection connection = transmission.connection;
    boolean began = connection != null && SUCCESS.matcher(connection.headBegin()).lookingAt();
    return began ? Stage.BAD_HEAD : Stage.OTHER_PROTOCOL;
  }

  /** Two ways to tell where an answer ends may tell two ends. RFC 9112, 6.3. */
  private static boolean isAmbiguous(ClassicHttpResponse response) {
    return response.containsHeader("Transfer-Encoding")
        && response.containsHeader("Content-Length");
  }

  private static InterruptedException interruption(Throwable cause) {
    InterruptedException interruption = new InterruptedException("interrupted before it was sent");
    interruption.initCause(cause);
    return interruption;
  }

  private void closeIdle() {
    pool.closeIdle(TimeValue.ZERO_MILLISECONDS);
  }

  private void discard(ConnectionEndpoint endpoint) {
    endpoint.close(CloseMode.IMMEDIATE);
    pool.release(endpoint, null, TimeValue.ZERO_MILLISECONDS);
  }

  @Override
  public void close() {
    pool.close(CloseMode.IMMEDIATE);
  }

  /** A connection that was kept took no request: it was closed, or not quiet. */
  private static final class NotTakenException extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public synchronized Throwable fillInStackTrace() {
      return this;
    }
  }

  /** A request's body, with a note of how far it was written. */
  private static final class Payload extends AbstractHttpEntity {
    private static final int STEP_BYTES = 64 << 10;

    private final byte[] bytes;

    /** True once all but the last step is written, and that may be. */
    private boolean lastWrite;

    Payload(byte[] bytes) {
      super((ContentType) null, null);
      this.bytes = bytes;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      int offset = 0;
      for (; bytes.length - offset > STEP_BYTES; offset += STEP_BYTES) {
        out.write(bytes, offset, STEP_BYTES);
      }
      lastWrite = true;
      out.write(bytes, offset, bytes.length - offset);
    }

    @Override
    public InputStream getContent() {
      return new ByteArrayInputStream(bytes);
    }

    @Override
    public long getContentLength() {
      return bytes.length;
    }

    @Override
    public boolean isStreaming() {
      return false;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }

  /** One request and the head of its answer, with a note of when the request had gone out. */
  private final class Transmission implements ConnectionEndpoint.RequestExecutor {
    private final boolean used;
    private final long connectNanos;
    private final Duration firstPieceTimeout;
    private final Duration patience;
    private @Nullable QuietConnection connection;
    private boolean sent;
    private boolean interimOnly;
    private long sentNanos;

    /**
     * @param used whether the connection carried an exchange before
     * @param connectNanos if not, how long it took to connect
     */
    Transmission(boolean used, long connectNanos, Duration firstPieceTimeout, Duration patience) {
      this.used = used;
      this.connectNanos = connectNanos;
      this.firstPieceTimeout = firstPieceTimeout;
      this.patience = patience;
    }

    /**
     * Returns whether nothing came with the answer behind its end; what comes later is seen later.
     */
    boolean isClean() {
      return connection != null && isNothing(connection.takenSinceLastAnswer()) && !trust.isLost();
    }

    private boolean isNothing(QuietConnection.Since since) {
      if (since == QuietConnection.Since.SURPLUS && trust.lose()) {
        closeIdle();
      }
      return since == QuietConnection.Since.NOTHING;
    }

    @Override
    public ClassicHttpResponse execute(
        ClassicHttpRequest request, HttpClientConnection lent, HttpContext context)
        throws IOException, HttpException {
      QuietConnection lentTo = (QuietConnection) lent;
      connection = lentTo;
      if (!used) {
        lentTo.connectedWithin(Duration.ofNanos(connectNanos));
      } else if (trust.isLost() || !isNothing(lentTo.sinceLastAnswer())) {
        throw new NotTakenException();
      }
      lentTo.sendRequestHeader(request);
      lentTo.sendRequestEntity(request);
      lentTo.flush();
      sent = true;
      sentNanos = time.nanos();
      lentTo.expectHeadBy(sentNanos + firstPieceTimeout.toNanos(), time);
      ClassicHttpResponse response = firstHead(lentTo);
      for (int i = 0; response.getCode() < HttpStatus.SC_OK; i++) {
        if (response.getCode() == HttpStatus.SC_SWITCHING_PROTOCOLS) {
          throw new ProtocolException("nobody asked for another protocol");
        }
        interimOnly = true;
        if (i == MOST_INTERIM_ANSWERS) {
          throw new ProtocolException("no final answer");
        }
        response = lentTo.receiveResponseHeader();
      }
      interimOnly = false;
      lentTo.headCame();
      if (MessageSupport.canResponseHaveBody("POST", response)) {
        lentTo.receiveResponseEntity(response);
      }
      return response;
    }

    private ClassicHttpResponse firstHead(QuietConnection from) throws IOException, HttpException {
      try {
        return from.receiveResponseHeader();
      } catch (NoHttpResponseException e) {
        if (used && sentInVain(from)) {
          throw new NotTakenException();
        }
        throw e;
      }
    }

    private boolean sentInVain(QuietConnection on) {
      try {
        return on.sentInVain(time);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  private final class Answer implements Exchange {
    private final Transmission transmission;
    private final ConnectionEndpoint endpoint;
    private final ClassicHttpResponse response;
    private final boolean reusable;
    private final Body body;
    private boolean released;

    Answer(
        Transmission transmission,
        ConnectionEndpoint endpoint,
        ClassicHttpResponse response,
        boolean reusable)
        throws IOException {
      this.transmission = transmission;
      this.endpoint = endpoint;
      this.response = response;
      this.reusable = reusable;
      HttpEntity entity = response.getEntity();
      InputStream content = entity == null ? InputStream.nullInputStream() : entity.getContent();
      this.body =
          new Body(
              endpoint,
              content,
              transmission.sentNanos + transmission.firstPieceTimeout.toNanos(),
              transmission.sentNanos + transmission.patience.toNanos());
    }

    @Override
    public int status() {
      return response.getCode();
    }

    @Override
    public @Nullable String header(String name) {
      Header header = response.getFirstHeader(name);
      return header == null ? null : header.getValue();
    }

    @Override
    public Map<String, String> headers() {
      Map<String, String> headers = new HashMap<>();
      for (Header header : response.getHeaders()) {
        String value = header.getValue();
        headers.putIfAbsent(header.getName().toLowerCase(Locale.ROOT), value == null ? "" : value);
      }
      return headers;
    }

    @Override
    public InputStream body() {
      return body;
    }

    @Override
    public void begun() {
      body.begun();
    }

    @Override
    public void alive() {
      body.alive();
    }

    @Override
    public void finish(Duration patience) {
      Duration keep = keepFor();
      if (!released
          && reusable
          && keep.isPositive()
          && body.endsWithin(patience)
          && transmission.isClean()) {
        released = true;
        pool.release(endpoint, null, TimeValue.of(keep));
      } else {
        close();
      }
    }

    /**
     * Returns how long the connection may wait for its next request: as set, or less if the vendor
     * says so ({@code Keep-Alive: timeout=5}), by a margin, as its clock runs already.
     */
    private Duration keepFor() {
      Duration keep = settings.keepAlive();
      Header header = response.getFirstHeader("Keep-Alive");
      Matcher said = KEEP_ALIVE.matcher(header == null ? "" : header.getValue());
      if (!said.find()) {
        return keep;
      }
      Duration theirs = Duration.ofSeconds(Integer.parseInt(said.group(1)));
      Duration half = theirs.dividedBy(2);
      Duration bound = theirs.minus(half.compareTo(MARGIN) < 0 ? half : MARGIN);
      return bound.compareTo(keep) < 0 ? bound : keep;
    }

    @Override
    public void close() {
      if (!released) {
        released = true;
        discard(endpoint);
      }
    }
  }

  /** The body under its bounds: the first piece, silence, size, interruption. */
  private final class Body extends InputStream {
    private static final int MOST_REST_BYTES = 64;

    private final ConnectionEndpoint endpoint;
    private final InputStream content;
    private boolean begun;
    private boolean ended;
    private long count;

    /** End of the wait for the first piece, then for the next sign of life if somebody tells. */
    private long deadlineNanos;

    /** Whether the deadline holds; if not, each read by itself is bounded. */
    private boolean hasDeadline = true;

    /** End of all patience with a vendor that has given no piece. */
    private final long patienceEndNanos;

    Body(
        ConnectionEndpoint endpoint,
        InputStream content,
        long deadlineNanos,
        long patienceEndNanos) {
      this.endpoint = endpoint;
      this.content = content;
      this.deadlineNanos = deadlineNanos;
      this.patienceEndNanos = patienceEndNanos;
    }

    void begun() {
      if (!begun) {
        begun = true;
        hasDeadline = false;
        bound(Timeout.of(settings.silenceTimeout()));
      }
    }

    void alive() {
      long silent = time.nanos() + settings.silenceTimeout().toNanos();
      if (begun) {
        deadlineNanos = silent;
      } else if (silent - deadlineNanos > 0) {
        deadlineNanos = patienceEndNanos - silent < 0 ? patienceEndNanos : silent;
      }
      hasDeadline = true;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (ended) {
        return -1;
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("interrupted between two reads");
      }
      if (hasDeadline) {
        long left = deadlineNanos - time.nanos();
        if (left <= 0) {
          throw new SocketTimeoutException("nothing that matters came in time");
        }
        // Whole milliseconds, and never zero, which would mean no bound at all.
        bound(Timeout.ofMilliseconds(left / 1_000_000 + 1));
      }
      int n = content.read(bytes, offset, length);
      if (n < 0) {
        ended = true;
        return -1;
      }
      count += n;
      if (count > settings.maxAnswerBytes()) {
        throw new TooLargeException();
      }
      return n;
    }

    private void bound(Timeout timeout) {
      try {
        endpoint.setSocketTimeout(timeout);
      } catch (IllegalStateException e) {
        // Closed meanwhile with the whole pool, as the read that follows will say.
      }
    }

    /**
     * Reads what is left if that is little more than the end, which tends to come a moment later:
     * line ends, or a coding's trailer. An interruption costs the connection only; the flag stays
     * set.
     */
    boolean endsWithin(Duration patience) {
      byte[] rest = new byte[MOST_REST_BYTES];
      try {
        for (int left = rest.length; !ended && left > 0; ) {
          bound(Timeout.of(patience));
          int n = content.read(rest, 0, left);
          ended = n < 0;
          left -= n;
        }
      } catch (IOException e) {
        // Not reusable then; the answer itself is complete.
        return false;
      }
      return ended;
    }
  }
}
