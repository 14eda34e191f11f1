package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.front.AnswerSteps.Step;
import dev.admiral.optimizer.report.Protos;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.StreamStarted;
import io.grpc.stub.ServerCallStreamObserver;

/** Tells a streamed answer: Started, deltas, Finished; or a failure. */
final class CompletionSink extends GrpcSink<Step, StreamResponse> {
  private final Call call;
  private final Time time;

  CompletionSink(ServerCallStreamObserver<StreamResponse> caller, Call call, Time time) {
    super(caller);
    this.call = call;
    this.time = time;
  }

  @Override
  public boolean give(Step step) {
    switch (step) {
      case Step.Beginning(Begun begun) ->
          send(StreamResponse.newBuilder().setStarted(started(begun)).build());
      case Step.Piece(ContentDelta delta) ->
          send(StreamResponse.newBuilder().setDelta(delta).build());
      case Step.End(Failed failed) -> {
        fail(failed.failure());
        return false;
      }
      case Step.End(Answered answered) -> {
        send(StreamResponse.newBuilder().setFinished(finished(answered)).build());
        end();
        return false;
      }
    }
    return true;
  }

  private StreamStarted started(Begun begun) {
    return StreamStarted.newBuilder()
        .setCallId(call.id())
        .setProvider(begun.provider())
        .setModel(begun.model())
        .setSource(begun.source())
        .build();
  }

  private StreamFinished finished(Answered answered) {
    Completion completion = answered.answer().completion();
    StreamFinished.Builder finished =
        StreamFinished.newBuilder()
            .setFinishReason(completion.getFinishReason())
            .setStopSequence(completion.getStopSequence())
            .setServedModel(completion.getServedModel())
            .setServiceTier(completion.getServiceTier())
            .setUsage(Protos.usage(answered.answer().usage()))
            .setCost(Protos.cost(answered.answer().cost(), Protos.charged(answered)))
            .setServed(Protos.served(call, answered, time.nanos()))
            .setLedgerEntryId(answered.ledgerEntryId())
            .addAllOmittedFields(completion.getOmittedFieldsList())
            .addAllMessageVendorData(Completions.vendorData(completion));
    if (completion.hasFinishDetails()) {
      finished.setFinishDetails(completion.getFinishDetails());
    }
    for (Candidate alternative : completion.getAlternativesList()) {
      finished.addAlternativeFinishReasons(alternative.getFinishReason());
    }
    return finished.build();
  }
}
