package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.flight.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.pipeline.AnswerSteps;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.Finished;
import dev.admiral.optimizer.v1.Started;
import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * The steps of one streamed answer: Started, deltas, Finished; or a failure. Pulled by one thread
 * at a time.
 */
final class CompletionStream implements Pump.Source<StreamResponse> {
  private final RunningCall running;
  private final AnswerSteps steps;
  private final Time time;

  CompletionStream(RunningCall running, Time time) {
    this.running = running;
    this.steps = new AnswerSteps(running);
    this.time = time;
  }

  @Override
  public Pump.@Nullable Step<StreamResponse> next() {
    return switch (steps.next()) {
      case null -> null;
      case AnswerSteps.Step.Beginning(Begun begun) ->
          new Pump.Step.Send<>(StreamResponse.newBuilder().setStarted(started(begun)).build());
      case AnswerSteps.Step.Piece(ContentDelta delta) ->
          new Pump.Step.Send<>(StreamResponse.newBuilder().setDelta(delta).build());
      case AnswerSteps.Step.End(Outcome.Failed failed) ->
          new Pump.Step.Fail<>(Statuses.of(failed.failure()));
      case AnswerSteps.Step.End(Answered answered) ->
          new Pump.Step.Finish<>(
              StreamResponse.newBuilder().setFinished(finished(answered)).build());
    };
  }

  @Override
  public @Nullable StatusRuntimeException failure() {
    return running.outcome() instanceof Outcome.Failed failed
        ? Statuses.of(failed.failure())
        : null;
  }

  @Override
  public void leave(Failure why) {
    running.leave(why);
  }

  private Started started(Begun begun) {
    return Started.newBuilder()
        .setCallId(running.call().id())
        .setProvider(begun.provider())
        .setModel(begun.model())
        .setSource(begun.source())
        .build();
  }

  private Finished finished(Answered answered) {
    Call call = running.call();
    Finished.Builder finished =
        Finished.newBuilder()
            .setFinishReason(answered.answer().completion().getFinishReason())
            .setStopSequence(answered.answer().completion().getStopSequence())
            .setUsage(Protos.usage(answered.answer().usage()))
            .setCost(Protos.cost(answered.answer().cost(), Protos.charged(answered)))
            .setServed(Protos.served(call, answered, time.nanos()))
            .setLedgerEntryId(answered.ledgerEntryId());
    for (Candidate alternative : answered.answer().completion().getAlternativesList()) {
      finished.addAlternativeFinishReasons(alternative.getFinishReason());
    }
    return finished.build();
  }
}
