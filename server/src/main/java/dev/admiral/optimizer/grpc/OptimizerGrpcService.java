package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.OutcomeReports;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.pipeline.RunningVectors;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.CompleteBatchRequest;
import dev.admiral.optimizer.v1.CompleteBatchResponse;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.CountTokensRequest;
import dev.admiral.optimizer.v1.CountTokensResponse;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.EmbedResponse;
import dev.admiral.optimizer.v1.Embedding;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.ReportOutcomeResponse;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.Verdict;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/** The model calls of the contract. */
final class OptimizerGrpcService extends OptimizerServiceGrpc.OptimizerServiceImplBase {
  private static final int BATCH_SIZE = 256;

  private final CallStarter starter;
  private final TokenCounts tokenCounts;
  private final Reports reports;
  private final OutcomeReports outcomes;
  private final Fleet fleet;
  private final Executor virtualThreads;
  private final Time time;

  OptimizerGrpcService(
      CallStarter starter,
      TokenCounts tokenCounts,
      Reports reports,
      OutcomeReports outcomes,
      Fleet fleet,
      Executor virtualThreads) {
    this.starter = starter;
    this.tokenCounts = tokenCounts;
    this.reports = reports;
    this.outcomes = outcomes;
    this.fleet = fleet;
    this.virtualThreads = virtualThreads;
    this.time = starter.time();
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> caller) {
    switch (starter.accept(
        request.getPrompt(), request.getOptions(), request.getRequestId(), false)) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine -> {
        UnaryReply<CompleteResponse> reply = UnaryReply.to(caller);
        RunningCall running = starter.pipeline().start(fine.call(), reply);
        starter.bindEnd(running, (ServerCallStreamObserver<CompleteResponse>) caller);
        reply.bind(running::outcome, answered -> response(running, answered));
      }
    }
  }

  @Override
  public void stream(StreamRequest request, StreamObserver<StreamResponse> observer) {
    ServerCallStreamObserver<StreamResponse> caller =
        (ServerCallStreamObserver<StreamResponse>) observer;
    switch (starter.accept(
        request.getPrompt(), request.getOptions(), request.getRequestId(), true)) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine -> {
        Wake wake = new Wake();
        RunningCall running = starter.pipeline().start(fine.call(), wake);
        Pump<StreamResponse> pump = new Pump<>(caller, new CompletionStream(running, time));
        caller.setOnReadyHandler(pump);
        // A hit is as a rule sent at once, and needs no alarm.
        wake.bind(pump);
        starter.bindEnd(running, pump, caller);
      }
    }
  }

  @Override
  public void completeBatch(
      CompleteBatchRequest request, StreamObserver<CompleteBatchResponse> caller) {
    int count = request.getRequestsCount();
    if (count == 0 || count > BATCH_SIZE) {
      caller.onError(
          Statuses.invalid("requests", "has " + count + " calls; send 1 to " + BATCH_SIZE));
      return;
    }
    BatchReply batch = new BatchReply(caller, count);
    for (int i = 0; i < count; i++) {
      CompleteRequest single = request.getRequests(i);
      switch (starter.accept(
          single.getPrompt(), single.getOptions(), single.getRequestId(), false)) {
        case CallIntake.Accepted.Wrong wrong -> batch.fail(i, wrong.failure());
        case CallIntake.Accepted.Fine fine -> {
          int place = i;
          UnaryReply<CompleteResponse> reply =
              new UnaryReply<>(
                  answer -> batch.answer(place, answer), failure -> batch.fail(place, failure));
          RunningCall running = starter.pipeline().start(fine.call(), reply);
          batch.runs(running);
          reply.bind(running::outcome, answered -> response(running, answered));
        }
      }
    }
    batch.bindEnd(starter, (ServerCallStreamObserver<CompleteBatchResponse>) caller);
  }

  @Override
  public void embed(EmbedRequest request, StreamObserver<EmbedResponse> caller) {
    VectorRequest asked =
        new VectorRequest(
            request.getModel(),
            request.getTextsList(),
            request.hasDimensionCount()
                ? OptionalInt.of(request.getDimensionCount())
                : OptionalInt.empty());
    switch (starter.accept(asked, request.getOptions())) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine -> {
        UnaryReply<EmbedResponse> reply = UnaryReply.to(caller);
        RunningVectors running = starter.pipeline().startVectors(fine.call(), asked, reply);
        starter.bindEnd(running.running(), (ServerCallStreamObserver<EmbedResponse>) caller);
        RunningCall call = running.running();
        reply.bind(call::outcome, answered -> response(call, answered, running.vectors()));
      }
    }
  }

  @Override
  public void countTokens(CountTokensRequest request, StreamObserver<CountTokensResponse> caller) {
    switch (starter.accept(request.getPrompt(), request.getOptions(), "", false)) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine ->
          starter.run(
              virtualThreads,
              (ServerCallStreamObserver<CountTokensResponse>) caller,
              () -> count(fine.call()));
    }
  }

  private CountTokensResponse count(Call call) throws InterruptedException {
    return switch (tokenCounts.count(call)) {
      case TokenCounts.Counted.Failed failed -> throw Statuses.of(failed.failure());
      case TokenCounts.Counted.Tokens tokens ->
          CountTokensResponse.newBuilder()
              .setInputTokenCount(tokens.count())
              .setExact(tokens.exact())
              .setProvider(tokens.provider())
              .setModel(tokens.model())
              .build();
    };
  }

  @Override
  public void reportOutcome(
      ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> caller) {
    CallIdentity.Sender sender = CallIdentity.sender();
    if (request.getVerdict() == Verdict.VERDICT_UNSPECIFIED
        || request.getVerdict() == Verdict.UNRECOGNIZED) {
      caller.onError(Statuses.invalid("verdict", "is not set; say VERDICT_GOOD or VERDICT_BAD"));
      return;
    }
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

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> caller) {
    Blocking.answer(caller, () -> reports.models(request));
  }

  @Override
  public void health(HealthRequest request, StreamObserver<HealthResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<HealthResponse>) caller,
        () -> reports.health(tenant));
  }

  @Override
  public void stats(StatsRequest request, StreamObserver<StatsResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    // They sum thousands of series.
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<StatsResponse>) caller,
        () -> reports.stats(tenant, request));
  }

  @Override
  public void learningQuery(
      LearningQueryRequest request, StreamObserver<LearningQueryResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<LearningQueryResponse>) caller,
        () -> reports.learned(tenant, request));
  }

  private CompleteResponse response(RunningCall running, Answered answered) {
    Answer answer = answered.answer();
    return CompleteResponse.newBuilder()
        .setCallId(running.call().id())
        .setCompletion(answer.completion())
        .setProvider(answer.provider())
        .setModel(answer.model())
        .setUsage(Protos.usage(answer.usage()))
        .setCost(Protos.cost(answer.cost(), Protos.charged(answered)))
        .setServed(Protos.served(running.call(), answered, time.nanos()))
        .setLedgerEntryId(answered.ledgerEntryId())
        .build();
  }

  private EmbedResponse response(RunningCall running, Answered answered, List<Embedding> vectors) {
    Answer answer = answered.answer();
    return EmbedResponse.newBuilder()
        .setCallId(running.call().id())
        .addAllEmbeddings(vectors)
        .setProvider(answer.provider())
        .setModel(answer.model())
        .setUsage(Protos.usage(answer.usage()))
        .setCost(Protos.cost(answer.cost(), Protos.charged(answered)))
        .setServed(Protos.served(running.call(), answered, time.nanos()))
        .setLedgerEntryId(answered.ledgerEntryId())
        .build();
  }
}
