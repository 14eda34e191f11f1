package dev.admiral.optimizer.telemetry;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Step;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Sampling;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the spans of a call: one of the server, below it one for each step. A call that joined
 * another's flight has the step of waiting alone, which names that call: the tries are in its trace
 * once, where they were paid for. Thread-safe.
 */
final class CallSpans {
  private static final AttributeKey<List<String>> FINISH_REASONS =
      AttributeKey.stringArrayKey("gen_ai.response.finish_reasons");

  private final Tracer tracer;
  private final int contentChars;

  /**
   * @param contentChars most characters sent of a prompt or an answer; 0 to send none
   */
  CallSpans(Tracer tracer, int contentChars) {
    this.tracer = tracer;
    this.contentChars = contentChars;
  }

  void make(FinishedCall finished) {
    Call call = finished.call();
    String operation = GenAiNames.operation(call);
    Instant end = call.arrival().plus(finished.total());
    Span span =
        tracer
            .spanBuilder(operation + " " + call.prompt().getModel())
            .setParent(parent(call.traceParent()))
            .setSpanKind(SpanKind.SERVER)
            .setStartTimestamp(call.arrival())
            .startSpan();
    if (!span.isRecording()) {
      return;
    }
    span.setAttribute("gen_ai.operation.name", operation);
    span.setAttribute("gen_ai.request.model", call.prompt().getModel());
    span.setAttribute("gen_ai.agent.name", call.caller().agent());
    span.setAttribute("admiral.call.id", call.id());
    span.setAttribute("admiral.call.streamed", call.streamed());
    if (!call.taskType().isEmpty()) {
      span.setAttribute("admiral.call.task_type", call.taskType());
    }
    wishes(span, call);
    switch (finished.outcome()) {
      case Answered answered -> answered(span, answered);
      case Failed failed -> failed(span, failed.failure().reason());
    }
    if (contentChars > 0) {
      Contents.asked(span, call.prompt(), contentChars);
      if (finished.outcome() instanceof Answered answered) {
        Contents.answered(span, answered.answer().completion(), contentChars);
      }
    }
    steps(span, call, operation, finished.outcome(), end);
    span.end(end);
  }

  private static void wishes(Span span, Call call) {
    Sampling sampling = call.prompt().getSampling();
    if (sampling.hasMaxOutputTokenCount()) {
      span.setAttribute("gen_ai.request.max_tokens", sampling.getMaxOutputTokenCount());
    }
    if (sampling.hasTemperature()) {
      span.setAttribute("gen_ai.request.temperature", sampling.getTemperature());
    }
    if (sampling.hasTopP()) {
      span.setAttribute("gen_ai.request.top_p", sampling.getTopP());
    }
    if (sampling.hasTopK()) {
      span.setAttribute("gen_ai.request.top_k", sampling.getTopK());
    }
    if (sampling.hasFrequencyPenalty()) {
      span.setAttribute("gen_ai.request.frequency_penalty", sampling.getFrequencyPenalty());
    }
    if (sampling.hasPresencePenalty()) {
      span.setAttribute("gen_ai.request.presence_penalty", sampling.getPresencePenalty());
    }
    if (sampling.hasSeed()) {
      span.setAttribute("gen_ai.request.seed", sampling.getSeed());
    }
    if (sampling.getCandidateCount() > 1) {
      span.setAttribute("gen_ai.request.choice.count", sampling.getCandidateCount());
    }
    ResponseFormat form = call.prompt().getResponseFormat();
    if (form.hasJsonObject() || form.hasJsonSchema()) {
      span.setAttribute("gen_ai.output.type", "json");
    }
  }

  private static void answered(Span span, Answered answered) {
    span.setAttribute("gen_ai.provider.name", GenAiNames.provider(answered.answer().provider()));
    span.setAttribute("gen_ai.response.model", answered.answer().model());
    span.setAttribute(
        FINISH_REASONS, List.of(Words.of(answered.answer().completion().getFinishReason())));
    usage(span, answered.answer().usage());
    span.setAttribute("admiral.served.source", Words.of(answered.source()));
    Duration age = answered.timing().age();
    if (age != null) {
      span.setAttribute("admiral.served.age_seconds", age.toSeconds());
    }
    if (answered.answer().cost() instanceof Cost.Known known) {
      span.setAttribute("admiral.cost.pico_usd", known.amount().picoUsd());
    }
  }

  private static void usage(Span span, Usage usage) {
    span.setAttribute("gen_ai.usage.input_tokens", usage.input());
    span.setAttribute("gen_ai.usage.output_tokens", usage.output());
    if (usage.cachedInput() > 0) {
      span.setAttribute("gen_ai.usage.cache_read.input_tokens", usage.cachedInput());
    }
    if (usage.cacheWrite() + usage.cacheWrite1h() > 0) {
      span.setAttribute(
          "gen_ai.usage.cache_creation.input_tokens", usage.cacheWrite() + usage.cacheWrite1h());
    }
  }

  private static void failed(Span span, ErrorReason reason) {
    span.setAttribute("error.type", Words.of(reason));
    // A caller that left got what it wanted.
    if (reason != ErrorReason.ERROR_REASON_CALL_CANCELLED) {
      span.setStatus(StatusCode.ERROR);
    }
  }

  private void steps(Span server, Call call, String operation, Outcome outcome, Instant end) {
    List<Step> steps = outcome.steps();
    boolean joined = steps.stream().anyMatch(step -> step.kind() == Step.Kind.JOIN);
    int attempt = 0;
    for (Step step : steps) {
      Attempt made =
          step.kind() == Step.Kind.ATTEMPT && attempt < outcome.attempts().size()
              ? outcome.attempts().get(attempt++)
              : null;
      if (!joined || step.kind() == Step.Kind.JOIN) {
        step(server, call, operation, step, made, end);
      }
    }
  }

  private void step(
      Span server, Call call, String operation, Step step, @Nullable Attempt attempt, Instant end) {
    Instant began = at(call, step.startNanos(), end);
    boolean isTry = step.kind() == Step.Kind.ATTEMPT;
    int slash = step.detail().indexOf('/');
    String model = attempt != null ? attempt.model() : step.detail().substring(slash + 1);
    SpanBuilder builder =
        tracer
            .spanBuilder(isTry ? operation + " " + model : step.kind().word())
            .setParent(Context.root().with(server))
            .setSpanKind(isTry ? SpanKind.CLIENT : SpanKind.INTERNAL)
            .setStartTimestamp(began);
    if (isTry) {
      String provider = attempt != null ? attempt.provider() : step.detail().substring(0, slash);
      builder.setAttribute("gen_ai.operation.name", operation);
      builder.setAttribute("gen_ai.provider.name", GenAiNames.provider(provider));
      builder.setAttribute("gen_ai.request.model", model);
    } else if (step.kind() == Step.Kind.JOIN) {
      builder.setAttribute("admiral.joined.call.id", step.detail());
    } else if (!step.detail().isEmpty()) {
      builder.setAttribute("admiral.step.detail", step.detail());
    }
    Span span = builder.startSpan();
    if (attempt != null) {
      if (attempt.httpStatus() != 0) {
        span.setAttribute("http.response.status_code", attempt.httpStatus());
      }
      Duration first = attempt.firstToken();
      if (first != null) {
        span.addEvent("gen_ai.first_token", began.plus(first));
      }
    }
    if (step.failure() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
      failed(span, step.failure());
    }
    span.end(at(call, step.endNanos(), end));
  }

  /** Returns the time of day of a moment of the call, within the call. */
  private static Instant at(Call call, long nanos, Instant end) {
    Instant at = call.arrival().plusNanos(Math.max(0, nanos - call.arrivalNanos()));
    return at.isAfter(end) ? end : at;
  }

  /**
   * Reads the header of W3C's trace context.
   *
   * @return no parent if there is none or it is not what it should be, as the standard wants
   */
  private static Context parent(@Nullable String traceParent) {
    return TraceParent.read(traceParent)
        .map(parent ->
            Context.root()
                .with(
                    Span.wrap(
                        SpanContext.createFromRemoteParent(
                            parent.traceId(),
                            parent.spanId(),
                            parent.sampled() ? TraceFlags.getSampled() : TraceFlags.getDefault(),
                            TraceState.getDefault()))))
        .orElse(Context.root());
  }
}
