package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.front.CallFaults;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.pipeline.RunningCall;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers a client in one piece, exactly once, on whichever thread brings the outcome. */
final class WholeReply extends CallReply {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int INITIAL_BYTES = 1024;

  private final Api api;
  private final Exchange exchange;
  private final WholeFormat format;
  private final Time time;
  private final EndNote end = new EndNote();
  private volatile @Nullable RunningCall bound;

  WholeReply(Api api, Exchange exchange, WholeFormat format, Time time) {
    this.api = api;
    this.exchange = exchange;
    this.format = format;
    this.time = time;
  }

  @Override
  void bind(RunningCall running) {
    bound = running;
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

  @Override
  public void run() {
    RunningCall running = bound;
    Outcome outcome = running == null ? null : running.outcome();
    if (running == null || outcome == null || !end.begin()) {
      return;
    }
    exchange.reply(reply(running.call(), outcome));
    end.end();
  }

  private Reply reply(Call call, Outcome outcome) {
    try {
      return switch (outcome) {
        case Answered done -> answer(call, done);
        case Failed failed -> error(call, format.inWords(failed.failure(), call.prompt()));
      };
    } catch (RuntimeException e) {
      return error(call, CallFaults.of(e));
    }
  }

  private Reply answer(Call call, Answered done) {
    ByteArrayOutputStream body = new ByteArrayOutputStream(INITIAL_BYTES);
    try (JsonGenerator json = JSON.createGenerator(body)) {
      format.whole(json, call, done);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Reply.json(200, body.toByteArray())
        .with(ServedHeaders.answered(call, done, time.nanos()));
  }

  private Reply error(Call call, Failure failure) {
    HttpFailure told = new HttpFailure(failure, call.id());
    return HttpCalls.withHeaders(api.error(told), told, Map.of());
  }
}
