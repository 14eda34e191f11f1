package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.flight.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.http.exchange.EventStream;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.pipeline.AnswerSteps;
import dev.admiral.optimizer.pipeline.AnswerSteps.Step;
import dev.admiral.optimizer.pipeline.RunningCall;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Answers a client by events, at the client's own pace. It may be run by any thread at any time:
 * whoever comes first pumps, the others leave a note and go.
 *
 * <p>A call that fails before anybody answers, and before a first heartbeat, fails with a status of
 * its own; after that the status is sent, and a failure is the vendor's error event.
 */
final class StreamReply extends CallReply {
  /** Pieces are sent together up to this size, in bytes. */
  private static final int BATCH_BYTES = 16 << 10;

  private final Api api;
  private final Exchange exchange;
  private final AnswerFormat answerFormat;
  private final Time time;
  private final EndNote end = new EndNote();
  private final AtomicInteger wanted = new AtomicInteger();

  /** True while the client has yet to take what was sent. */
  private volatile boolean sending;

  /** True if nothing was sent for the time of a heartbeat. */
  private volatile boolean silent;

  /** True if nothing was sent since the last beat. */
  private volatile boolean quiet = true;

  private volatile @Nullable Pumped pumped;

  // The pumping thread's own.
  private @Nullable EventStream stream;

  /** The headers that were sent. */
  private Map<String, String> told = Map.of();

  /** The call and what reads and writes it. */
  private record Pumped(RunningCall running, AnswerSteps steps, StreamFormat format) {}

  StreamReply(Api api, Exchange exchange, AnswerFormat format, Time time) {
    this.api = api;
    this.exchange = exchange;
    this.answerFormat = format;
    this.time = time;
  }

  @Override
  void bind(RunningCall running) {
    pumped = new Pumped(running, new AnswerSteps(running), answerFormat.stream(running));
    run();
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
    Pumped now = pumped;
    if (now == null || wanted.getAndIncrement() != 0) {
      return;
    }
    int seen = 1;
    do {
      try {
        pump(now);
      } catch (RuntimeException e) {
        breakOff(now, e);
      }
      seen = wanted.addAndGet(-seen);
    } while (seen != 0);
  }

  private void pump(Pumped now) {
    while (!sending && !end.ended()) {
      boolean beat = silent;
      silent = false;
      boolean last = gather(now);
      EventStream open = stream;
      if (end.ended()) {
        return;
      }
      if (beat && (open == null || open.buffer().size() == 0)) {
        open = open == null ? open(ServedHeaders.requestId(now.running.call().id())) : open;
        if (open != null) {
          open.buffer().comment("waiting");
        }
      }
      if (open == null || open.buffer().size() == 0) {
        return;
      }
      if (last) {
        end.end();
        open.end();
        return;
      }
      sending = true;
      quiet = false;
      open.send(this::sent, this::lost);
    }
  }

  private void sent() {
    sending = false;
    run();
  }

  /** The client left in the middle of a write, and the exchange has ended with it. */
  private void lost() {
    Pumped now = pumped;
    if (now != null) {
      // Perhaps before anybody looked out for its leaving.
      now.running.leave(HttpCalls.CANCELLED);
    }
    end.end();
  }

  /** Takes what there is; returns true if nothing follows. */
  private boolean gather(Pumped now) {
    while (stream == null || stream.buffer().size() < BATCH_BYTES) {
      switch (now.steps.next()) {
        case null -> {
          return false;
        }
        case Step.Beginning(Begun begun) -> {
          EventBuffer out = buffer(headers(now.running, begun));
          if (out == null) {
            return false;
          }
          now.format.begin(begun, out);
        }
        case Step.Piece(var delta) -> {
          EventBuffer out = buffer(Map.of());
          if (out == null) {
            return false;
          }
          now.format.piece(delta, out);
        }
        case Step.End(Answered answered) -> {
          EventBuffer out = buffer(Map.of());
          if (out != null) {
            tellRest(now.running.call(), answered, out);
            now.format.finish(answered, out);
          }
          return true;
        }
        case Step.End(Failed failed) -> {
          fail(now, failed.failure());
          return true;
        }
      }
    }
    return false;
  }

  /** A hit's headers say all; of an answer under way more is known only at its end. */
  private Map<String, String> headers(RunningCall running, Begun begun) {
    Call call = running.call();
    Outcome outcome = running.outcome();
    return outcome instanceof Answered answered
        ? ServedHeaders.answered(call, answered, time.nanos())
        : ServedHeaders.begun(call, begun);
  }

  /** Tells in comments what came too late for headers, or has changed since. */
  private void tellRest(Call call, Answered answered, EventBuffer out) {
    Map<String, String> all = new TreeMap<>(ServedHeaders.answered(call, answered, time.nanos()));
    all.forEach((name, value) -> {
      boolean settled = name.equals(ServedHeaders.OVERHEAD) && told.containsKey(name);
      if (name.startsWith(CallHeaders.PREFIX) && !settled && !value.equals(told.get(name))) {
        out.comment(name + " " + value);
      }
    });
  }

  private void fail(Pumped now, Failure failure) {
    Call call = now.running.call();
    HttpFailure told = new HttpFailure(answerFormat.inWords(failure, call.prompt()), call.id());
    EventStream open = stream;
    if (open == null) {
      exchange.reply(HttpCalls.withHeaders(api.error(told), told, Map.of()));
      end.end();
    } else {
      now.format.fail(told, open.buffer());
    }
  }

  /** A piece could not be written: what came so far must not pass for an answer. */
  private void breakOff(Pumped now, RuntimeException fault) {
    Failure failure = HttpCalls.internal(fault);
    now.running.leave(failure);
    if (end.ended()) {
      return;
    }
    EventStream open = stream;
    if (open == null) {
      fail(now, failure);
      return;
    }
    end.end();
    if (sending) {
      open.abort();
      return;
    }
    try {
      open.buffer().dropPartial();
      fail(now, failure);
      open.end();
    } catch (RuntimeException e) {
      fault.addSuppressed(e);
      open.abort();
    }
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
