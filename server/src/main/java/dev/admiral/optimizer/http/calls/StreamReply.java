package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.front.AnswerSteps;
import dev.admiral.optimizer.front.AnswerSteps.Step;
import dev.admiral.optimizer.front.CallEnd;
import dev.admiral.optimizer.front.Pump;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.http.exchange.EventStream;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.pipeline.RunningCall;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers a client by events, at the client's own pace.
 *
 * <p>A call that fails before anybody answers, and before a first heartbeat, fails with a status of
 * its own; after that the status is sent, and a failure is the vendor's error event.
 */
final class StreamReply extends CallReply implements Pump.Sink<Step> {
  /** Pieces are sent together up to this size, in bytes. */
  private static final int BATCH_BYTES = 16 << 10;

  private final Api api;
  private final Exchange exchange;
  private final AnswerFormat answerFormat;
  private final Time time;
  private final EndNote end = new EndNote();
  private final Pump<Step> pump = new Pump<>(this);

  /** True while the client has yet to take what was sent. */
  private volatile boolean sending;

  /** True if nothing was sent for the time of a heartbeat. */
  private volatile boolean silent;

  /** True if nothing was sent since the last beat. */
  private volatile boolean quiet = true;

  // Set before anything is pumped.
  private @Nullable RunningCall running;
  private @Nullable StreamFormat format;

  // The pumping thread's own.
  private @Nullable EventStream stream;

  /** The headers that were sent. */
  private Map<String, String> told = Map.of();

  StreamReply(Api api, Exchange exchange, AnswerFormat format, Time time) {
    this.api = api;
    this.exchange = exchange;
    this.answerFormat = format;
    this.time = time;
  }

  @Override
  void bind(RunningCall call) {
    running = call;
    format = answerFormat.stream(call);
    pump.bind(new AnswerSteps(call));
  }

  @Override
  boolean ended() {
    return end.ended();
  }

  @Override
  void onEnd(Runnable action) {
    end.then(action);
  }

  /** Sends a comment if nothing else was sent since the last beat. */
  void beat() {
    if (quiet) {
      silent = true;
      run();
    }
    quiet = true;
  }

  @Override
  public void run() {
    pump.run();
  }

  @Override
  public boolean ready() {
    return !sending;
  }

  @Override
  public boolean gone() {
    return end.ended();
  }

  @Override
  public boolean give(Step step) {
    switch (step) {
      case Step.Beginning(Begun begun) -> {
        EventBuffer out = buffer(headers(begun));
        if (out != null) {
          format().begin(begun, out);
        }
      }
      case Step.Piece(var delta) -> {
        EventBuffer out = buffer(Map.of());
        if (out != null) {
          format().piece(delta, out);
        }
      }
      case Step.End(Answered answered) -> {
        EventBuffer out = buffer(Map.of());
        if (out != null) {
          tellRest(answered, out);
          format().finish(answered, out);
          end();
        }
        return false;
      }
      case Step.End(Failed failed) -> {
        tell(failed.failure());
        end();
        return false;
      }
    }
    EventStream open = stream;
    if (open != null && open.buffer().size() >= BATCH_BYTES) {
      send(open);
    }
    return true;
  }

  @Override
  public void flush() {
    boolean beat = silent;
    silent = false;
    EventStream open = stream;
    if (beat && (open == null || open.buffer().size() == 0)) {
      open = open == null ? open(ServedHeaders.requestId(running().call().id())) : open;
      if (open != null) {
        open.buffer().comment("waiting");
      }
    }
    if (open != null && open.buffer().size() > 0) {
      send(open);
    }
  }

  private void send(EventStream open) {
    sending = true;
    silent = false;
    quiet = false;
    open.send(this::sent, this::lost);
  }

  private void sent() {
    sending = false;
    run();
  }

  /** The client left in the middle of a write, and the exchange has ended with it. */
  private void lost() {
    // Perhaps before anybody looked out for its leaving.
    running().leave(CallEnd.CANCELLED);
    end.end();
  }

  /** Sends what there is, and ends. */
  private void end() {
    EventStream open = stream;
    if (open != null && !end.ended()) {
      end.end();
      open.end();
    }
  }

  /** A hit's headers say all; of an answer under way more is known only at its end. */
  private Map<String, String> headers(Begun begun) {
    Call call = running().call();
    Outcome outcome = running().outcome();
    return outcome instanceof Answered answered
        ? ServedHeaders.answered(call, answered, time.nanos())
        : ServedHeaders.begun(call, begun);
  }

  /** Tells in comments what came too late for headers, or has changed since. */
  private void tellRest(Answered answered, EventBuffer out) {
    Call call = running().call();
    Map<String, String> all = new TreeMap<>(ServedHeaders.answered(call, answered, time.nanos()));
    all.forEach((name, value) -> {
      boolean settled = name.equals(ServedHeaders.OVERHEAD) && told.containsKey(name);
      if (name.startsWith(CallHeaders.PREFIX) && !settled && !value.equals(told.get(name))) {
        out.comment(name + " " + value);
      }
    });
  }

  private void tell(Failure failure) {
    Call call = running().call();
    HttpFailure failed = new HttpFailure(answerFormat.inWords(failure, call.prompt()), call.id());
    EventStream open = stream;
    if (open == null) {
      exchange.reply(HttpCalls.withHeaders(api.error(failed), failed, Map.of()));
      end.end();
    } else {
      format().fail(failed, open.buffer());
    }
  }

  /** What came so far must not pass for an answer. */
  @Override
  public void fail(Failure why) {
    if (end.ended()) {
      return;
    }
    EventStream open = stream;
    if (open == null) {
      tell(why);
      return;
    }
    end.end();
    if (sending) {
      open.abort();
      return;
    }
    try {
      open.buffer().dropPartial();
      tell(why);
      open.end();
    } catch (RuntimeException e) {
      // The fault that came first was logged, and this one follows from it.
      open.abort();
    }
  }

  private RunningCall running() {
    return Objects.requireNonNull(running);
  }

  private StreamFormat format() {
    return Objects.requireNonNull(format);
  }

  private @Nullable EventBuffer buffer(Map<String, String> headers) {
    EventStream open = stream == null ? open(headers) : stream;
    return open == null ? null : open.buffer();
  }

  private @Nullable EventStream open(Map<String, String> headers) {
    EventStream opened = exchange.stream(headers);
    stream = opened;
    told = headers;
    if (opened == null) {
      // The client left.
      end.end();
    }
    return opened;
  }
}
