package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.front.CallStart;
import dev.admiral.optimizer.front.Pump;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.pipeline.RunningVectors;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.report.Protos;
import dev.admiral.optimizer.v1.CompleteBatchRequest;
import dev.admiral.optimizer.v1.CompleteBatchResponse;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.CountTokensRequest;
import dev.admiral.optimizer.v1.CountTokensResponse;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.EmbedResponse;
import dev.admiral.optimizer.v1.Embedding;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Executor;

/** The model calls of the contract. */
final class ModelCalls {
  private static final int BATCH_SIZE = 256;

  private final CallStarter starter;
  private final CallStart calls;
  private final Executor virtualThreads;
  private final Time time;

  ModelCalls(CallStart calls, Executor virtualThreads, Time time) {
    this.starter = new CallStarter(calls);
    this.calls = calls;
    this.virtualThreads = virtualThreads;
    this.time = time;
  }

  void complete(CompleteRequest request, StreamObserver<CompleteResponse> caller) {
    switch (starter.accept(
        request.getPrompt(), request.getOptions(), request.getRequestId(), false)) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine -> {
        UnaryReply<CompleteResponse> reply = UnaryReply.to(caller);
        RunningCall running = starter.start(fine.call(), reply);
        starter.bindEnd(running, (ServerCallStreamObserver<CompleteResponse>) caller);
        reply.bind(running::outcome, answered -> response(running, answered));
      }
    }
  }

  void stream(StreamRequest request, StreamObserver<StreamResponse> observer) {
    ServerCallStreamObserver<StreamResponse> caller =
        (ServerCallStreamObserver<StreamResponse>) observer;
    switch (starter.accept(
        request.getPrompt(), request.getOptions(), request.getRequestId(), true)) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine ->
          starter.stream(
              fine.call(), new Pump<>(new CompletionSink(caller, fine.call(), time)), caller);
    }
  }

  void completeBatch(CompleteBatchRequest request, StreamObserver<CompleteBatchResponse> caller) {
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
          RunningCall running = starter.start(fine.call(), reply);
          batch.runs(running);
          reply.bind(running::outcome, answered -> response(running, answered));
        }
      }
    }
    batch.bindEnd(starter, (ServerCallStreamObserver<CompleteBatchResponse>) caller);
  }

  void embed(EmbedRequest request, StreamObserver<EmbedResponse> caller) {
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
        RunningVectors running = starter.startVectors(fine.call(), asked, reply);
        starter.bindEnd(running.running(), (ServerCallStreamObserver<EmbedResponse>) caller);
        RunningCall call = running.running();
        reply.bind(call::outcome, answered -> response(call, answered, running.vectors()));
      }
    }
  }

  void countTokens(CountTokensRequest request, StreamObserver<CountTokensResponse> caller) {
    switch (starter.accept(request.getPrompt(), request.getOptions(), "", false)) {
      case CallIntake.Accepted.Wrong wrong -> caller.onError(Statuses.of(wrong.failure()));
      case CallIntake.Accepted.Fine fine ->
          starter.run(
              virtualThreads,
              (ServerCallStreamObserver<CountTokensResponse>) caller,
              () -> count(fine.call()));
    }
  }

  private CountTokensResponse count(Call call) throws CallException, InterruptedException {
    return switch (calls.countTokens(call)) {
      case TokenCounts.Counted.Failed failed -> throw new CallException(failed.failure());
      case TokenCounts.Counted.Tokens tokens ->
          CountTokensResponse.newBuilder()
              .setInputTokenCount(tokens.count())
              .setExact(tokens.exact())
              .setProvider(tokens.provider())
              .setModel(tokens.model())
              .build();
    };
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
