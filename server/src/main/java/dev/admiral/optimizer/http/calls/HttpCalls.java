package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.front.Bearer;
import dev.admiral.optimizer.front.CallEnd;
import dev.admiral.optimizer.front.CallFaults;
import dev.admiral.optimizer.front.CallStart;
import dev.admiral.optimizer.front.Sender;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Exchange.Body;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.pipeline.CallIntake.Accepted;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.pipeline.RunningVectors;
import dev.admiral.optimizer.pipeline.TokenCounts.Counted;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Prompt;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Brings requests of the vendors' APIs to the pipeline: who sends them, what they wish, until when,
 * and that the client has left. Thread-safe; never blocks.
 */
public final class HttpCalls {
  private static final byte[] EMPTY = {'{', '}'};
  private static final Failure DRAINING =
      new Failure.Refused(
          ErrorReason.ERROR_REASON_SERVER_DRAINING,
          "this server shut down before the answer was complete; ask again, or another replica");

  /** Those that did not end where they began. */
  private final Set<RunningCall> unended = ConcurrentHashMap.newKeySet();

  private final CallStart calls;
  private final Keys keys;
  private final ScheduledExecutorService timer;
  private final Time time;
  private final Settings settings;

  /**
   * What is told once.
   *
   * @param maxRequestBytes largest body taken
   * @param bodyTimeout how long a body may take to come
   * @param heartbeat silence on a stream after which a comment is sent
   * @param traced true if clients' own traces are of interest
   */
  public record Settings(
      int maxRequestBytes, Duration bodyTimeout, Duration heartbeat, boolean traced) {}

  /**
   * @param timer breaks the silence of streams
   */
  public HttpCalls(
      CallStart calls, Keys keys, ScheduledExecutorService timer, Time time, Settings settings) {
    this.calls = calls;
    this.keys = keys;
    this.timer = timer;
    this.time = time;
    this.settings = settings;
  }

  /** Does something with a request that was read. */
  @FunctionalInterface
  public interface Handling {
    /**
     * Handles a request, which must be replied to once, now or later.
     *
     * @throws CallException with what is wrong with the request
     */
    void handle(Incoming incoming) throws CallException;
  }

  /** Returns the endpoint at which an API is asked for answers. */
  public Endpoint completions(Api api) {
    return post(api, incoming -> complete(api, incoming));
  }

  /**
   * Returns an endpoint that takes JSON objects from those who have a key.
   *
   * @param api in whose words it fails
   */
  public Endpoint post(Api api, Handling handling) {
    return exchange -> post(api, exchange, handling);
  }

  /** Returns an endpoint that takes no body, for those who have a key. */
  public Endpoint get(Api api, Handling handling) {
    return exchange -> {
      if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
        refuseMethod(api, exchange, "GET");
        return;
      }
      Optional<Identity> identity = keys.authenticate(exchange.key());
      if (identity.isEmpty()) {
        refuseKey(api, exchange);
        return;
      }
      handle(api, exchange, () -> handling.handle(incoming(api, exchange, identity.get(), EMPTY)));
    };
  }

  private void post(Api api, Exchange exchange, Handling handling) {
    if (!exchange.method().equals("POST")) {
      refuseMethod(api, exchange, "POST");
      return;
    }
    Optional<Identity> identity = keys.authenticate(exchange.key());
    if (identity.isEmpty()) {
      refuseKey(api, exchange);
      return;
    }
    String type = exchange.header("content-type");
    if (type == null || !isJson(type)) {
      fail(
          api,
          exchange,
          415,
          "the content-type must be application/json" + (type == null ? ", and is missing" : ""));
      return;
    }
    String coding = exchange.header("content-encoding");
    if (coding != null && !coding.isBlank() && !coding.equalsIgnoreCase("identity")) {
      String shown = coding.matches("[\\w, -]{1,64}") ? coding : "not a known one";
      fail(api, exchange, 415, "the content-encoding is " + shown + "; send the body without one");
      return;
    }
    exchange.read(
        settings.maxRequestBytes(),
        settings.bodyTimeout(),
        body -> {
          switch (body) {
            case Body.Whole(byte[] bytes) ->
                handle(
                    api,
                    exchange,
                    () -> handling.handle(incoming(api, exchange, identity.get(), bytes)));
            case Body.TooLarge(int limit) ->
                fail(
                    api,
                    exchange,
                    new Failure.TooLarge(
                        "the body is larger than the "
                            + limit
                            + " bytes this server takes; send less, or raise"
                            + " http.max_request_bytes",
                        limit));
            case Body.TooSlow slow ->
                fail(api, exchange, 408, "the body did not come in time; send it in one go");
            case Body.Broken broken -> fail(api, exchange, CallEnd.CANCELLED);
          }
        });
  }

  private interface Work {
    void run() throws CallException;
  }

  private static void handle(Api api, Exchange exchange, Work work) {
    try {
      work.run();
    } catch (CallException e) {
      fail(api, exchange, CallHeaders.inWords(e.failure()));
    } catch (RuntimeException e) {
      fail(api, exchange, CallFaults.of(e));
    }
  }

  private Incoming incoming(Api api, Exchange exchange, Identity identity, byte[] body)
      throws CallException {
    CallHeaders.Wishes wishes = CallHeaders.read(exchange);
    long deadlineNanos =
        wishes.timeoutMillis() > 0
            ? calls.deadlineNanos(TimeUnit.MILLISECONDS.toNanos(wishes.timeoutMillis()))
            : calls.deadlineNanos();
    String trace = settings.traced() ? exchange.header("traceparent") : null;
    return new Incoming(
        this,
        api,
        exchange,
        new Sender(identity, "", trace),
        wishes.options(),
        wishes.requestId(),
        deadlineNanos,
        JsonBody.read(body));
  }

  private void complete(Api api, Incoming incoming) throws CallException {
    Asked asked = api.read(incoming);
    Accepted accepted =
        calls.accept(
            incoming.sender(),
            asked.prompt(),
            incoming.options(),
            incoming.requestId(),
            asked.streamed(),
            incoming.deadlineNanos());
    switch (accepted) {
      case Accepted.Wrong wrong -> throw new CallException(wrong.failure());
      case Accepted.Fine fine -> {
        CallReply reply =
            asked.streamed()
                ? new StreamReply(api, incoming.exchange(), asked.format(), time)
                : new WholeReply(api, incoming.exchange(), asked.format(), time);
        RunningCall running = calls.start(fine.call(), reply);
        reply.bind(running);
        bindEnd(running, incoming.exchange(), reply);
      }
    }
  }

  /** Checks a prompt that nobody is to answer. */
  Accepted accept(Incoming incoming, Prompt prompt) {
    return calls.accept(
        incoming.sender(), prompt, incoming.options(), "", false, incoming.deadlineNanos());
  }

  /** Counts the tokens of a call's prompt. Blocks. */
  Counted countTokens(Call call) throws InterruptedException {
    return calls.countTokens(call);
  }

  /**
   * Starts a call for vectors, and replies to the request when it has ended.
   *
   * @throws CallException if the call is none
   */
  void embed(Incoming incoming, VectorRequest request, VectorFormat format) throws CallException {
    Accepted accepted =
        calls.accept(incoming.sender(), request, incoming.options(), incoming.deadlineNanos());
    switch (accepted) {
      case Accepted.Wrong wrong -> throw new CallException(format.inWords(wrong.failure()));
      case Accepted.Fine fine -> {
        VectorAnswer answer = new VectorAnswer(format);
        WholeReply reply = new WholeReply(incoming.api(), incoming.exchange(), answer, time);
        RunningVectors running = calls.startVectors(fine.call(), request, reply);
        answer.of(running);
        reply.bind(running.running());
        bindEnd(running.running(), incoming.exchange(), reply);
      }
    }
  }

  /** Returns how many calls have an end to come: their clients have yet to be told of theirs. */
  public int unended() {
    return unended.size();
  }

  /** Ends the calls that still run, telling their clients that the server shuts down. */
  public void endAll() {
    unended.forEach(call -> call.leave(DRAINING));
  }

  /** Lets a call end when its client leaves or its deadline passes. */
  private void bindEnd(RunningCall running, Exchange exchange, CallReply reply) {
    if (reply.ended()) {
      return;
    }
    CallEnd callEnd = calls.end(List.of(running), () -> {});
    ScheduledFuture<?> beat =
        reply instanceof StreamReply stream
            ? timer.scheduleWithFixedDelay(
                stream::beat,
                settings.heartbeat().toNanos(),
                settings.heartbeat().toNanos(),
                TimeUnit.NANOSECONDS)
            : null;
    unended.add(running);
    reply.onEnd(() -> {
      unended.remove(running);
      callEnd.over();
      if (beat != null) {
        beat.cancel(false);
      }
    });
    exchange.onGone(callEnd::left);
  }

  /** Replies that a request cannot be served, whatever its body. */
  public void refuse(Api api, Exchange exchange, Failure failure) {
    fail(api, exchange, failure);
  }

  private static boolean isJson(String contentType) {
    String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return type.equals("application/json") || type.endsWith("+json");
  }

  private static void refuseKey(Api api, Exchange exchange) {
    fail(
        api,
        exchange,
        Bearer.refusal(
            exchange.key(), "the header 'authorization: Bearer KEY' or 'x-api-key: KEY'"));
  }

  private static void refuseMethod(Api api, Exchange exchange, String allowed) {
    HttpFailure failure =
        new HttpFailure(
            JsonBody.invalid("the method must be " + allowed).failure(), newRequestId());
    exchange.reply(
        withHeaders(api.error(failure), failure, Map.of("allow", allowed)).withStatus(405));
  }

  private static void fail(Api api, Exchange exchange, int status, String message) {
    HttpFailure failure = new HttpFailure(JsonBody.invalid(message).failure(), newRequestId());
    exchange.reply(withHeaders(api.error(failure), failure, Map.of()).withStatus(status));
  }

  /** Replies with a failure that was met before there was a call. */
  static void fail(Api api, Exchange exchange, Failure failure) {
    HttpFailure told = new HttpFailure(failure, newRequestId());
    exchange.reply(withHeaders(api.error(told), told, Map.of()));
  }

  /** Returns an error with the headers that clients of every vendor act on. */
  static Reply withHeaders(Reply error, HttpFailure failure, Map<String, String> more) {
    Map<String, String> headers = new HashMap<>(failure.retryHeaders());
    headers.putAll(ServedHeaders.requestId(failure.requestId()));
    headers.putAll(more);
    return error.with(headers);
  }

  /** For what fails before there is a call. */
  private static String newRequestId() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }
}
