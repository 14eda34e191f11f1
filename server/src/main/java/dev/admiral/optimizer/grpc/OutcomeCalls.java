package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.front.Sender;
import dev.admiral.optimizer.pipeline.OutcomeReports;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.ReportOutcomeResponse;
import dev.admiral.optimizer.v1.Verdict;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.OptionalDouble;
import java.util.concurrent.Executor;

/** What callers say of their answers, of the contract. */
final class OutcomeCalls {
  private final OutcomeReports outcomes;
  private final Fleet fleet;
  private final Executor virtualThreads;

  OutcomeCalls(OutcomeReports outcomes, Fleet fleet, Executor virtualThreads) {
    this.outcomes = outcomes;
    this.fleet = fleet;
    this.virtualThreads = virtualThreads;
  }

  void report(ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> caller) {
    if (request.getVerdict() == Verdict.VERDICT_UNSPECIFIED
        || request.getVerdict() == Verdict.UNRECOGNIZED) {
      caller.onError(Statuses.invalid("verdict", "is not set; say VERDICT_GOOD or VERDICT_BAD"));
      return;
    }
    Sender sender = CallIdentity.sender();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<ReportOutcomeResponse>) caller,
        () ->
            ReportOutcomeResponse.newBuilder()
                .setEvicted(
                    outcomes.report(
                        fleet.arrive(sender.identity(), sender.agent(), ""),
                        request.getCallId(),
                        request.getVerdict() == Verdict.VERDICT_GOOD,
                        request.hasScore()
                            ? OptionalDouble.of(request.getScore())
                            : OptionalDouble.empty()))
                .build());
  }
}
