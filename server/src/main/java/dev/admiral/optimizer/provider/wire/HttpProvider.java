package dev.admiral.optimizer.provider.wire;

import com.fasterxml.jackson.core.JacksonException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderCheck;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.provider.VectorReply;
import dev.admiral.optimizer.provider.wire.Upstream.Exchange;
import dev.admiral.optimizer.provider.wire.Upstream.SendException;
import dev.admiral.optimizer.provider.wire.WireFormat.AnswerReader;
import dev.admiral.optimizer.provider.wire.WireFormat.ErrorInsideException;
import dev.admiral.optimizer.v1.Embedding;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider over HTTP: one try from request to reply, the same for every format.
 *
 * <p>What may be billed follows one rule. Until the request was sent whole, and when the vendor
 * answers with a status that is no success, or something on the way with a page or in another
 * protocol, nothing is. From there on the vendor may have worked: a try that then breaks, for
 * whatever reason, carries the vendor's last counts if they came, and our estimate if not.
 */
public final class HttpProvider implements Provider {
  private static final Logger log = LoggerFactory.getLogger(HttpProvider.class);

  /** Most answers asked for whole fit. */
  private static final int FIRST_READ_BYTES = 2 << 10;

  private static final String CODINGS = "gzip, deflate, br, zstd";

  /** The others may hold back what has come of a piece. */
  private static final String STREAM_CODINGS = "gzip, deflate";

  /** How much of a refusal is read; the rest could only be a page. */
  private static final int MOST_REFUSAL_BYTES = 64 << 10;

  /** After the last piece the connection's end mark is on its way, or never comes. */
  private static final Duration END_PATIENCE = Duration.ofMillis(50);

  /** What is told to wait for a connection to become free; when one will is not known. */
  private static final Duration CONNECTION_WAIT = Duration.ofSeconds(1);

  private final ProviderSettings settings;
  private final WireFormat format;
  private final Upstream upstream;
  private final Failures failures;
  private final Time time;
  private final AtomicReference<ProviderCheck> last = new AtomicReference<>(ProviderCheck.UNTRIED);

  private HttpProvider(ProviderSettings settings, WireFormat format, Upstream upstream, Time time) {
    this.settings = settings;
    this.format = format;
    this.upstream = upstream;
    this.time = time;
    this.failures =
        new Failures(
            settings.name(), settings.vendor().limitHeaders(), new Scrubber(settings.apiKey()));
  }

  /** Returns a provider that speaks a format. Opens no connection. */
  public static Provider of(ProviderSettings settings, WireFormat format, Time time) {
    return new HttpProvider(settings, format, new ApacheUpstream(settings, time), time);
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public ProviderCheck check() {
    return last.get();
  }

  @Override
  public void close() {
    upstream.close();
  }

  @Override
  public Reply complete(ProviderCall call, ReplySink sink)
      throws ProviderException, InterruptedException {
    WireFormat.Request request = format.complete(call);
    LongSupplier input = () -> Tokens.likely(call.prompt());
    Asking asking = asking(call.attemptId(), call.streamed(), call.patience(), input);
    try (Exchange exchange = send(request, asking)) {
      Draft draft =
          new Draft(call.streamed() ? sink : null, call.attemptId(), settings.vendor().name());
      draft.omitted(request.omitted());
      Attempt attempt = new Attempt(exchange, asking, draft);
      attempt.run(attempt::readAnswer);
      Reply reply =
          new Reply(
              draft.completion(),
              draft.usage(input),
              draft.terms(),
              requestId(exchange),
              exchange.status());
      succeeded();
      return reply;
    }
  }

  @Override
  public VectorReply embed(VectorCall call) throws ProviderException, InterruptedException {
    WireFormat.Request request = format.embed(call);
    LongSupplier input = () -> call.input().likelyTokens();
    Asking asking = asking(call.attemptId(), false, call.patience(), input);
    try (Exchange exchange = send(request, asking)) {
      Attempt attempt = new Attempt(exchange, asking, new Draft(null, call.attemptId()));
      WireFormat.Vectors[] vectors = new WireFormat.Vectors[1];
      attempt.run(() -> vectors[0] = readVectors(attempt.readWhole(), call));
      succeeded();
      Usage usage =
          vectors[0].input() < 0
              ? Usage.estimated(input.getAsLong(), 0)
              : Usage.reported(vectors[0].input(), 0);
      return new VectorReply(
          vectors[0].embeddings(), usage, requestId(exchange), exchange.status());
    }
  }

  private WireFormat.Vectors readVectors(byte[] body, VectorCall call)
      throws IOException, ErrorInsideException {
    WireFormat.Vectors vectors = format.readVectors(body);
    if (vectors.embeddings().size() != call.input().count()) {
      throw new WireFormat.MalformedException(
          vectors.embeddings().size() + " vectors came for " + call.input().count() + " texts");
    }
    for (Embedding embedding : vectors.embeddings()) {
      if (embedding.getValuesCount() == 0) {
        throw new WireFormat.MalformedException("a vector is missing");
      }
      if (embedding.getValuesCount() != vectors.embeddings().getFirst().getValuesCount()) {
        throw new WireFormat.MalformedException("its vectors are of different lengths");
      }
      if (!embedding.getValuesList().stream().allMatch(Float::isFinite)) {
        throw new WireFormat.MalformedException("a vector holds what is no finite number");
      }
    }
    return vectors;
  }

  @Override
  public long countTokens(ProviderCall call) throws ProviderException, InterruptedException {
    WireFormat.Request request = format.countTokens(call);
    // Counting is free, so nothing is ever billable.
    Asking asking = asking(call.attemptId(), false, call.patience(), null);
    try (Exchange exchange = send(request, asking)) {
      Attempt attempt = new Attempt(exchange, asking, new Draft(null, call.attemptId()));
      long[] count = new long[1];
      attempt.run(() -> {
        count[0] = format.readCount(attempt.readWhole());
        if (count[0] < 0 || count[0] > Json.MOST_TOKENS) {
          throw new WireFormat.MalformedException("its count of input tokens is none");
        }
      });
      succeeded();
      return count[0];
    }
  }

  /**
   * How a vendor is asked.
   *
   * @param firstPieceTimeout as the settings say, or the patience if that is shorter
   * @param patience longest wait for the first piece, as long as the vendor works on it
   * @param input estimates the prompt's tokens; null if nothing is ever billable
   */
  private record Asking(
      String attemptId,
      boolean streamed,
      Duration firstPieceTimeout,
      Duration patience,
      @Nullable LongSupplier input) {}

  private Asking asking(
      String attemptId, boolean streamed, Duration patience, @Nullable LongSupplier input) {
    Duration own = settings.firstPieceTimeout();
    Duration firstPiece = patience.compareTo(own) < 0 ? patience : own;
    return new Asking(attemptId, streamed, firstPiece, patience, input);
  }

  /** Sends a request and returns the exchange if the vendor accepted it. */
  private Exchange send(WireFormat.Request request, Asking asking)
      throws ProviderException, InterruptedException {
    List<Map.Entry<String, String>> headers = new ArrayList<>(format.headers());
    if (!request.headers().isEmpty()) {
      headers.removeIf(
          each -> request.headers().containsKey(each.getKey().toLowerCase(Locale.ROOT)));
      headers.addAll(request.headers().entrySet());
    }
    headers.add(Map.entry(format.attemptHeader(), asking.attemptId));
    headers.add(Map.entry("User-Agent", "admiral"));
    headers.add(Map.entry("Content-Type", "application/json"));
    headers.add(Map.entry("Accept-Encoding", asking.streamed ? STREAM_CODINGS : CODINGS));
    headers.add(Map.entry("Accept", asking.streamed ? "text/event-stream" : "application/json"));
    Exchange exchange;
    try {
      exchange =
          upstream.post(
              request.path(), headers, request.body(), asking.firstPieceTimeout, asking.patience);
    } catch (SendException e) {
      throw unanswered(e, asking);
    }
    boolean accepted = false;
    try {
      if (exchange.status() >= 200 && exchange.status() < 300) {
        accepted = true;
        return exchange;
      }
      throw refused(exchange);
    } finally {
      if (!accepted) {
        exchange.close();
      }
    }
  }

  private ProviderException unanswered(SendException e, Asking asking) {
    LongSupplier input = asking.input;
    boolean sent =
        switch (e.stage()) {
          case WAITING, INTERIM_ONLY, BAD_HEAD -> true;
          case NO_CONNECTION_FREE, CONNECTING, SENDING, OTHER_PROTOCOL -> false;
        };
    Usage billable = sent && input != null ? Usage.estimated(input.getAsLong(), 0) : null;
    String who = "provider '" + settings.name() + "' ";
    if (e.interrupted()) {
      return new ProviderException(cancelled(), billable, "", 0);
    }
    Failure failure =
        switch (e.stage()) {
          case NO_CONNECTION_FREE ->
              new Failure.LimitReached(
                  ErrorReason.ERROR_REASON_CONCURRENCY_LIMITED,
                  "connections",
                  "provider/" + settings.name(),
                  CONNECTION_WAIT);
          case CONNECTING ->
              new Failure.Broken(
                  ErrorReason.ERROR_REASON_PROVIDER_UNREACHABLE,
                  who
                      + (e.timedOut()
                          ? "took no connection within " + text(settings.connectTimeout())
                          : "cannot be reached; check its base URL and the network"),
                  null);
          case SENDING ->
              new Failure.Broken(
                  ErrorReason.ERROR_REASON_PROVIDER_UNREACHABLE,
                  who + "closed the connection while the call was being sent",
                  null);
          case WAITING ->
              e.timedOut()
                  ? new Failure.Silent(
                      who + "gave no answer within " + text(asking.firstPieceTimeout),
                      isOwn(asking.firstPieceTimeout))
                  : new Failure.Broken(
                      ErrorReason.ERROR_REASON_PROVIDER_FAILED,
                      who + "closed the connection without an answer",
                      null);
          case INTERIM_ONLY ->
              new Failure.Broken(
                  ErrorReason.ERROR_REASON_PROVIDER_MALFORMED,
                  who + "sent interim answers (status 1xx) without end, and no final one",
                  null);
          case BAD_HEAD ->
              new Failure.Broken(
                  ErrorReason.ERROR_REASON_PROVIDER_MALFORMED,
                  who + "answered with a head of HTTP that is cut or cannot be read",
                  null);
          case OTHER_PROTOCOL ->
              new Failure.Broken(
                  ErrorReason.ERROR_REASON_PROVIDER_MALFORMED,
                  who + "answered in another protocol than HTTP/1.1; check its base URL",
                  null);
        };
    failed(failure);
    return new ProviderException(failure, billable, "", 0);
  }

  private ProviderException refused(Exchange exchange) {
    exchange.begun();
    byte[] body;
    try (AnswerStream answer = decoded(exchange)) {
      body = answer.readNBytes(MOST_REFUSAL_BYTES);
      exchange.finish(END_PATIENCE);
    } catch (IOException e) {
      // The status is worth more than the rest of a page that does not come.
      body = new byte[0];
    }
    Failure failure = failures.ofStatus(exchange.status(), exchange.headers(), body, time.now());
    if (Thread.interrupted()) {
      failure = cancelled();
    }
    failed(failure);
    return new ProviderException(failure, null, requestId(exchange), exchange.status());
  }

  private AnswerStream decoded(Exchange exchange) {
    return new AnswerStream(
        exchange.body(), exchange.header("content-encoding"), settings.maxAnswerBytes());
  }

  private String requestId(Exchange exchange) {
    String id = exchange.header(format.requestIdHeader());
    if (id == null) {
      id = exchange.header("x-request-id");
    }
    return id == null ? "" : id;
  }

  private void succeeded() {
    Instant now = time.now();
    last.updateAndGet(before -> before.succeeded(now));
  }

  /** Failures that speak of the call alone say nothing of the provider, or that it is well. */
  private void failed(Failure failure) {
    if (failure.unhealthy()) {
      Instant now = time.now();
      last.updateAndGet(before -> before.failed(failure, now));
    }
  }

  private static Failure cancelled() {
    return new Failure.Refused(
        ErrorReason.ERROR_REASON_CALL_CANCELLED,
        "the call was cancelled before its answer was whole");
  }

  /** Whether a bound of the first piece is the provider's own, and not what one call could wait. */
  private boolean isOwn(Duration bound) {
    return bound.compareTo(settings.firstPieceTimeout()) >= 0;
  }

  private static String text(Duration duration) {
    return duration.toMillis() + " ms";
  }

  /** The part of a try after the vendor accepted it. */
  private final class Attempt {
    private final Exchange exchange;
    private final AnswerStream answer;
    private final Asking asking;
    private final @Nullable LongSupplier input;
    private final Draft draft;

    /** From here on silence is what is bounded. */
    private boolean begun;

    /** A page in the place of an answer comes from something on the way, which bills nothing. */
    private boolean foreign;

    Attempt(Exchange exchange, Asking asking, Draft draft) {
      this.exchange = exchange;
      this.asking = asking;
      this.answer = decoded(exchange);
      this.input = asking.input;
      this.draft = draft;
    }

    /** Runs the reading and turns whatever breaks it into the try's one failure. */
    void run(Reading reading) throws ProviderException {
      Failure failure;
      try (answer) {
        reading.run();
        // Only now: an answer that breaks off or cannot be read leaves no connection to trust.
        exchange.finish(END_PATIENCE);
        return;
      } catch (ErrorInsideException e) {
        failure =
            draft.givenOut()
                ? new Failure.StreamBroken(failures.insideMessage(e.error()))
                : failures.inside(e.error());
      } catch (IOException e) {
        failure = brokenBy(e);
      } catch (RuntimeException | StackOverflowError e) {
        // A shape no reader foresaw: what was accepted may be billed all the same.
        log.error(
            "reading an answer of {} failed: {} at {}",
            settings.name(),
            e.getClass().getName(),
            e.getStackTrace().length == 0 ? "?" : e.getStackTrace()[0]);
        failure = malformed("answered in a form this server cannot read");
      }
      if (Thread.interrupted()) {
        failure = cancelled();
      }
      failed(failure);
      throw new ProviderException(
          failure,
          input == null || foreign ? null : draft.usage(input),
          draft.terms(),
          requestId(exchange),
          exchange.status());
    }

    private Failure brokenBy(IOException e) {
      return switch (e) {
        case Upstream.TooLargeException _ ->
            malformed("answered more than " + settings.maxAnswerBytes() + " bytes");
        case SocketTimeoutException _ when !begun && draft.isAlive() ->
            new Failure.Silent(who() + "was at work and gave no token in time", false);
        case SocketTimeoutException _ -> {
          Duration bound = begun ? settings.silenceTimeout() : asking.firstPieceTimeout;
          String message = who() + "was silent for too long (bound " + text(bound) + ")";
          yield draft.givenOut()
              ? new Failure.StreamBroken(message)
              : new Failure.Silent(message, begun || isOwn(bound));
        }
        case ZipException _ -> malformed("answered in a coding that cannot be decoded");
        // Its message quotes the answer.
        case JacksonException _ -> malformed("answered with something that is not JSON");
        case WireFormat.MalformedException malformed ->
            malformed("does not keep to its protocol: " + malformed.getMessage());
        default ->
            broken(
                ErrorReason.ERROR_REASON_PROVIDER_FAILED,
                who() + "closed the connection before its answer was whole");
      };
    }

    private String who() {
      return "provider '" + settings.name() + "' ";
    }

    private Failure malformed(String what) {
      return broken(ErrorReason.ERROR_REASON_PROVIDER_MALFORMED, who() + what);
    }

    private Failure broken(ErrorReason reason, String message) {
      return draft.givenOut()
          ? new Failure.StreamBroken(message)
          : new Failure.Broken(reason, message, null);
    }

    /** Reads what came, which need not be the form asked for, nor what its label says. */
    void readAnswer() throws IOException, ErrorInsideException {
      AnswerReader reader = format.reader(draft);
      boolean events =
          switch (answer.first()) {
            case '{', '[', '<' -> false;
            // A comment, and the fields data, event, id and retry.
            case ':', 'd', 'e', 'i', 'r' -> true;
            default -> labelledEvents();
          };
      if (events) {
        readEvents(reader);
      } else {
        byte[] whole = readWhole();
        if (whole.length > 0 && whole[0] == '[') {
          refuseError(whole);
        }
        reader.whole(whole);
      }
    }

    /** Gemini and its relays put an error into a list. */
    private static void refuseError(byte[] list) throws ErrorInsideException {
      VendorError error = VendorError.parse(list);
      if (!error.isEmpty()) {
        throw new ErrorInsideException(error);
      }
    }

    private void readEvents(AnswerReader reader) throws IOException, ErrorInsideException {
      SseReader events = new SseReader(answer, this::moved);
      boolean done = false;
      boolean any = labelledEvents();
      while (!done && events.next()) {
        if (events.isError()) {
          // Named an error, whatever it looks like: some are plain text.
          throw new ErrorInsideException(
              VendorError.parse(Arrays.copyOf(events.data(), events.length())));
        }
        any = true;
        boolean alive = events.isSignOfLife();
        boolean matters = alive && mayMatter(events);
        done = events.isDone() || (matters && reader.event(events.data(), events.length()));
        if (draft.hasModelBegun()) {
          begin();
        }
        if (alive && (begun || draft.isAlive())) {
          exchange.alive();
        }
      }
      if (!done && !reader.mayEnd()) {
        if (!any) {
          throw new WireFormat.MalformedException("it answered with plain text");
        }
        throw new IOException("the stream has no proper end");
      }
      reader.end();
    }

    /** Words such as [HEARTBEAT] only say that their sender is alive. */
    private boolean mayMatter(SseReader events) throws ErrorInsideException {
      int i = 0;
      while (i < events.length() && events.data()[i] <= ' ') {
        i++;
      }
      if (i < events.length() && events.data()[i] == '[') {
        refuseError(Arrays.copyOf(events.data(), events.length()));
      }
      return i < events.length() && events.data()[i] == '{';
    }

    byte[] readWhole() throws IOException {
      if (answer.first() == '<') {
        foreign = true;
        throw new WireFormat.MalformedException(
            "it answered with a page of HTML; check its base URL");
      }
      begin();
      // In steps of this size, since InputStream's own methods take 16 KiB for an answer of one.
      byte[] whole = new byte[FIRST_READ_BYTES];
      int length = 0;
      for (int read = 0; read >= 0; read = answer.read(whole, length, whole.length - length)) {
        length += read;
        if (length == whole.length) {
          whole = Arrays.copyOf(whole, 2 * length);
        }
      }
      return Arrays.copyOf(whole, length);
    }

    private void begin() {
      begun = true;
      exchange.begun();
    }

    /** Silence ends with a sign of life; comments and blanks may go on for ever. */
    private void moved() {
      if (begun) {
        exchange.alive();
      }
    }

    private boolean labelledEvents() {
      String type = exchange.header("content-type");
      return type != null && type.toLowerCase(Locale.ROOT).startsWith("text/event-stream");
    }
  }

  @FunctionalInterface
  private interface Reading {
    void run() throws IOException, ErrorInsideException;
  }
}
