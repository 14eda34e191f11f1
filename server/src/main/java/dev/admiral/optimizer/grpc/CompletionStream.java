package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.cache.SingleFlight.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
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
  private final Time time;
  private boolean started;

  /** A piece that was pulled and not yet sent. */
  private @Nullable ContentDelta held;

  CompletionStream(RunningCall running, Time time) {
    this.running = running;
    this.time = time;
  }

  @Override
  public Pump.@Nullable Step<StreamResponse> next() {
    // Pulled even before the beginning is told: only who found nothing to pull is woken for more.
    ContentDelta piece = held == null ? running.poll() : held;
    held = piece;
    if (!started) {
      Begun begun = running.begun();
      if (begun != null) {
        started = true;
        return new Pump.Step.Send<>(StreamResponse.newBuilder().setStarted(started(begun)).build());
      }
    }
    if (piece != null) {
      held = null;
      return new Pump.Step.Send<>(StreamResponse.newBuilder().setDelta(piece).build());
    }
    return switch (running.outcome()) {
      case null -> null;
      case Outcome.Failed failed -> new Pump.Step.Fail<>(Statuses.of(failed.failure()));
      // The flight landed between the two looks: its beginning and its pieces come first.
      case Answered answered when !started -> next();
      case Answered answered ->
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
