package dev.admiral.optimizer.client;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.ErrorInfo;
import dev.admiral.optimizer.v1.CompleteBatchRequest;
import dev.admiral.optimizer.v1.CompleteBatchResponse;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.EmbedResponse;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.ReportOutcomeResponse;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.StreamStarted;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.Verdict;
import io.grpc.BindableService;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/** A server on a real port whose answers each test decides. */
final class FakeServer implements AutoCloseable {
  /** Requests in the order in which they came. */
  final Queue<CompleteRequest> completes = new ConcurrentLinkedQueue<>();

  final Queue<StreamRequest> streams = new ConcurrentLinkedQueue<>();

  final Queue<ReportOutcomeRequest> outcomes = new ConcurrentLinkedQueue<>();

  /** Headers in the order in which they came. */
  final Queue<Metadata> headers = new ConcurrentLinkedQueue<>();

  volatile BiConsumer<CompleteRequest, StreamObserver<CompleteResponse>> onComplete =
      (request, answer) -> {
        answer.onNext(answer("hello"));
        answer.onCompleted();
      };

  volatile BiConsumer<StreamRequest, ServerCallStreamObserver<StreamResponse>> onStream =
      (request, answer) -> {
        answer.onNext(started());
        answer.onNext(text("hel"));
        answer.onNext(text("lo"));
        answer.onNext(finished());
        answer.onCompleted();
      };

  volatile BiConsumer<EmbedRequest, StreamObserver<EmbedResponse>> onEmbed =
      (request, answer) -> {
        answer.onNext(EmbedResponse.getDefaultInstance());
        answer.onCompleted();
      };

  private final Server server;
  private final int port;

  private FakeServer(ServerBuilder<?> builder, BindableService... more) throws IOException {
    for (BindableService service : more) {
      builder.addService(service);
    }
    server = builder.addService(new Optimizer()).intercept(new Headers()).build().start();
    port = server.getPort();
  }

  static FakeServer start(BindableService... more) throws IOException {
    return startOn(0, more);
  }

  static FakeServer startOn(int port, BindableService... more) throws IOException {
    return new FakeServer(
        Grpc.newServerBuilderForPort(port, InsecureServerCredentials.create()), more);
  }

  static FakeServer startWith(ServerCredentials credentials) throws IOException {
    return new FakeServer(Grpc.newServerBuilderForPort(0, credentials));
  }

  /** A server that tells each connection to go after a second, and lets its calls end. */
  static FakeServer startRestless(ServerTransportFilter connections) throws IOException {
    return new FakeServer(
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .maxConnectionAge(1, TimeUnit.SECONDS)
            .addTransportFilter(connections));
  }

  int port() {
    return port;
  }

  /** A client of this server; further settings are the test's. */
  AdmiralClient.Builder client() {
    return AdmiralClient.builder().address("127.0.0.1:" + port());
  }

  @Override
  public void close() {
    stop();
  }

  /** Ends every call and gives the port back. */
  void stop() {
    server.shutdownNow();
    awaitEnd();
  }

  /** Takes no more calls, and gives the port back when those that run have ended. */
  void drain() {
    server.shutdown();
    awaitEnd();
  }

  private void awaitEnd() {
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static CompleteResponse answer(String text) {
    return CompleteResponse.newBuilder()
        .setCallId("call-1")
        .setCompletion(
            Completion.newBuilder()
                .setMessage(Prompts.message(Role.ROLE_ASSISTANT, text))
                .setFinishReason(FinishReason.FINISH_REASON_STOP))
        .build();
  }

  static StreamResponse started() {
    return StreamResponse.newBuilder()
        .setStarted(StreamStarted.newBuilder().setCallId("call-1"))
        .build();
  }

  static StreamResponse text(String piece) {
    return delta(ContentDelta.newBuilder().setText(TextDelta.newBuilder().setText(piece)));
  }

  static StreamResponse delta(ContentDelta.Builder delta) {
    return StreamResponse.newBuilder().setDelta(delta).build();
  }

  static StreamResponse finished() {
    return StreamResponse.newBuilder()
        .setFinished(StreamFinished.newBuilder().setFinishReason(FinishReason.FINISH_REASON_STOP))
        .build();
  }

  /** An error as the contract wants it. */
  static StatusRuntimeException error(Status.Code code, String reason, Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage("what was wrong: " + reason)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("optimizer.admiral.dev")
                        .setReason(reason)
                        .putMetadata("limitBytes", "20")
                        .build()));
    for (Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private final class Optimizer extends OptimizerServiceGrpc.OptimizerServiceImplBase {
    @Override
    public void complete(CompleteRequest request, StreamObserver<CompleteResponse> answer) {
      completes.add(request);
      onComplete.accept(request, answer);
    }

    @Override
    public void stream(StreamRequest request, StreamObserver<StreamResponse> answer) {
      streams.add(request);
      onStream.accept(request, (ServerCallStreamObserver<StreamResponse>) answer);
    }

    /** Answers with the group of each call, and fails those for the model "none". */
    @Override
    public void completeBatch(
        CompleteBatchRequest request, StreamObserver<CompleteBatchResponse> answer) {
      CompleteBatchResponse.Builder batch = CompleteBatchResponse.newBuilder();
      for (CompleteRequest one : request.getRequestsList()) {
        if (one.getPrompt().getModel().equals("none")) {
          batch
              .addResultsBuilder()
              .getFailureBuilder()
              .setCode(Status.Code.NOT_FOUND.value())
              .setReason(ErrorReason.ERROR_REASON_MODEL_UNKNOWN)
              .setMessage("No such model.");
        } else {
          batch.addResultsBuilder().setResponse(answer(one.getOptions().getAgentGroup()));
        }
      }
      answer.onNext(batch.build());
      answer.onCompleted();
    }

    @Override
    public void reportOutcome(
        ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> answer) {
      outcomes.add(request);
      answer.onNext(
          ReportOutcomeResponse.newBuilder()
              .setEvicted(request.getVerdict() == Verdict.VERDICT_BAD)
              .build());
      answer.onCompleted();
    }

    @Override
    public void embed(EmbedRequest request, StreamObserver<EmbedResponse> answer) {
      onEmbed.accept(request, answer);
    }
  }

  private final class Headers implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
      headers.add(metadata);
      return next.startCall(call, metadata);
    }
  }
}
