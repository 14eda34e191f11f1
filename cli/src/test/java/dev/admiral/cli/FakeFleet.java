package dev.admiral.cli;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.AgentSubject;
import dev.admiral.optimizer.v1.Attempt;
import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.CacheTier;
import dev.admiral.optimizer.v1.CallFinished;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.CallStep;
import dev.admiral.optimizer.v1.CircuitBreaker;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.EventsDropped;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.FeedbackSummary;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.GetMetricsRequest;
import dev.admiral.optimizer.v1.GetMetricsResponse;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.InvalidateCacheResponse;
import dev.admiral.optimizer.v1.Latency;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.LedgerServiceGrpc;
import dev.admiral.optimizer.v1.LimitMetric;
import dev.admiral.optimizer.v1.LimitSubject;
import dev.admiral.optimizer.v1.ListAgentsRequest;
import dev.admiral.optimizer.v1.ListAgentsResponse;
import dev.admiral.optimizer.v1.ListAliasesRequest;
import dev.admiral.optimizer.v1.ListAliasesResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import dev.admiral.optimizer.v1.ListLimitsRequest;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.ModelAlias;
import dev.admiral.optimizer.v1.ModelPrice;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.PartHealth;
import dev.admiral.optimizer.v1.ProviderSubject;
import dev.admiral.optimizer.v1.ReportRow;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.ServerFigures;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import dev.admiral.optimizer.v1.StreamFinished;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.StreamStarted;
import dev.admiral.optimizer.v1.TextDelta;
import dev.admiral.optimizer.v1.Usage;
import dev.admiral.optimizer.v1.UsageLimit;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real port that answers every command with fixed figures, and keeps what it was
 * asked.
 */
final class FakeFleet implements AutoCloseable {
  /** The id of a call, as long as real ones. */
  static final String LONG_ID = "01a1fbeaf8132c1fa89753de4ad4-16c43dbdca70b5be";

  final Queue<Message> requests = new ConcurrentLinkedQueue<>();
  final Queue<Metadata> headers = new ConcurrentLinkedQueue<>();
  volatile HealthState state = HealthState.HEALTH_STATE_SERVING;
  volatile @Nullable StatusRuntimeException failure;
  volatile String text = "Paris – bien sûr.";

  private final Server server;
  private final boolean old;

  FakeFleet() throws IOException {
    this(false);
  }

  /** As the first version of the server was: it knows nothing of limits, single calls, figures. */
  static FakeFleet old() throws IOException {
    return new FakeFleet(true);
  }

  private FakeFleet(boolean old) throws IOException {
    this.old = old;
    ServerBuilder<?> builder = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create());
    if (!old) {
      builder.addService(new Calls());
    }
    server =
        builder
            .addService(new Optimizer())
            .addService(new Fleet())
            .addService(new Ledger())
            .addService(new Cache())
            .addService(new Events())
            .intercept(new Headers())
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  String address() {
    return "127.0.0.1:" + port();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private <R> void reply(Message request, StreamObserver<R> answer, R message) {
    requests.add(request);
    StatusRuntimeException refused = failure;
    if (refused != null) {
      answer.onError(refused);
      return;
    }
    answer.onNext(message);
    answer.onCompleted();
  }

  private static final Cost COST =
      Cost.newBuilder()
          .setState(Cost.State.STATE_EXACT)
          .setListAmount(dollars(1_250_000_000L))
          .setChargedAmount(dollars(1_250_000_000L))
          .build();
  private static final Served SERVED =
      Served.newBuilder().setSource(Source.SOURCE_UPSTREAM).build();
  private static final Timestamp TIME = Timestamp.newBuilder().setSeconds(1_790_000_000).build();
  private static final CallStats STATS =
      CallStats.newBuilder()
          .setCallCount(12_345)
          .setFailureCount(45)
          .setUpstreamCount(2_300)
          .setMemoryHitCount(9_000)
          .setDiskHitCount(200)
          .setCoalescedCount(800)
          .setSavedCallCount(10_000)
          .setSpentAmount(dollars(1_234_567_890_123L))
          .setSavedAmount(dollars(5_000_000_000_000L))
          .setLatency(latency())
          .setOverhead(latency())
          .setSavedDuration(Duration.newBuilder().setSeconds(3_900))
          .build();

  private static Money dollars(long picos) {
    return Amounts.dollars(BigDecimal.valueOf(picos, 12));
  }

  private static Latency latency() {
    Latency.Builder latency = Latency.newBuilder().setCount(12_300);
    latency.getP50Builder().setNanos(210_000);
    latency.getP95Builder().setNanos(34_000_000);
    latency.getP99Builder().setSeconds(1).setNanos(300_000_000);
    latency.getP999Builder().setSeconds(75);
    latency.getMaxBuilder().setSeconds(7_500);
    return latency.build();
  }

  private final class Optimizer extends OptimizerServiceGrpc.OptimizerServiceImplBase {
    @Override
    public void complete(CompleteRequest request, StreamObserver<CompleteResponse> answer) {
      reply(
          request,
          answer,
          CompleteResponse.newBuilder()
              .setCallId("call-1")
              .setProvider("openai")
              .setModel("gpt-5-mini")
              .setCompletion(
                  Completion.newBuilder()
                      .setMessage(Prompts.message(Role.ROLE_ASSISTANT, text))
                      .setFinishReason(FinishReason.FINISH_REASON_STOP))
              .setCost(COST)
              .setServed(SERVED)
              .build());
    }

    @Override
    public void stream(StreamRequest request, StreamObserver<StreamResponse> answer) {
      requests.add(request);
      answer.onNext(
          StreamResponse.newBuilder()
              .setStarted(
                  StreamStarted.newBuilder()
                      .setCallId("call-1")
                      .setProvider("openai")
                      .setModel("gpt-5-mini"))
              .build());
      for (String piece : new String[] {"Paris", "."}) {
        answer.onNext(
            StreamResponse.newBuilder()
                .setDelta(ContentDelta.newBuilder().setText(TextDelta.newBuilder().setText(piece)))
                .build());
      }
      StatusRuntimeException broken = failure;
      if (broken != null) {
        answer.onError(broken);
        return;
      }
      answer.onNext(
          StreamResponse.newBuilder()
              .setFinished(
                  StreamFinished.newBuilder()
                      .setFinishReason(FinishReason.FINISH_REASON_LENGTH)
                      .setCost(
                          COST.toBuilder()
                              .setChargedAmount(dollars(0))
                              .setSavedAmount(dollars(500)))
                      .setServed(SERVED.toBuilder().setSource(Source.SOURCE_MEMORY)))
              .build());
      answer.onCompleted();
    }

    @Override
    public void health(HealthRequest request, StreamObserver<HealthResponse> answer) {
      HealthResponse.Builder health =
          HealthResponse.newBuilder()
              .setState(state)
              .setVersion("0.1.0")
              .setStartTime(TIME)
              .addParts(
                  PartHealth.newBuilder()
                      .setName("provider/openai")
                      .setState(state)
                      .setSinceTime(TIME)
                      .setReason("Answers."));
      if (!old) {
        health.setFigures(
            ServerFigures.newBuilder()
                .setHeapUsedBytes(210L << 20)
                .setHeapLimitBytes(1L << 30)
                .setResidentBytes(402L << 20)
                .setProcessorRate(0.123)
                .setUptimeDuration(Duration.newBuilder().setSeconds(7_500))
                .setFailureRate(0.004)
                .setSavedRate(0.813)
                .setInFlightCount(3));
      }
      reply(request, answer, health.build());
    }

    @Override
    public void stats(StatsRequest request, StreamObserver<StatsResponse> answer) {
      StatsResponse.Builder response =
          StatsResponse.newBuilder().setStartTime(TIME).setTotal(STATS).setInFlightCount(3);
      switch (request.getGrouping()) {
        case STATS_GROUPING_AGENT ->
            response.addRows(StatsRow.newBuilder().setAgentId("triage-1").setStats(STATS));
        case STATS_GROUPING_MODEL ->
            response.addRows(
                StatsRow.newBuilder().setProvider("openai").setModel("gpt-5-mini").setStats(STATS));
        default -> {}
      }
      reply(request, answer, response.build());
    }

    @Override
    public void learningQuery(
        LearningQueryRequest request, StreamObserver<LearningQueryResponse> answer) {
      LearningQueryResponse.Builder response = LearningQueryResponse.newBuilder();
      if (request.hasFailures()) {
        response
            .getFailuresBuilder()
            .addFailures(
                FailureSummary.newBuilder()
                    .setProvider("groq")
                    .setModel("llama")
                    .setReason(ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED)
                    .setCount(7)
                    .setAgentCount(3)
                    .setHttpStatus(429)
                    .setLastSeenTime(TIME));
      } else {
        response
            .getFeedbackBuilder()
            .addFeedback(
                FeedbackSummary.newBuilder()
                    .setProvider("openai")
                    .setModel("gpt-4o")
                    .setTaskType("review")
                    .setGoodCount(1_250)
                    .setBadCount(8)
                    .setScoreCount(1_258)
                    .setMeanScore(0.87549)
                    .setAgentCount(3)
                    .setFirstSeenTime(TIME)
                    .setLastSeenTime(TIME));
      }
      reply(request, answer, response.build());
    }

    @Override
    public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> answer) {
      ListModelsResponse.Builder page = ListModelsResponse.newBuilder();
      if (request.getPageToken().isEmpty()) {
        page.addModels(
            Model.newBuilder()
                .setProvider("openai")
                .setName("gpt-5-mini")
                .setContextTokenCount(400_000)
                .addPrices(
                    ModelPrice.newBuilder()
                        .setInputPerMillionTokens(dollars(250_000_000_000L))
                        .setOutputPerMillionTokens(dollars(2_000_000_000_000L)))
                .setAvailable(true));
        page.setNextPageToken("2");
      } else {
        Model.Builder failing = Model.newBuilder().setProvider("zz").setName("local");
        if (!old) {
          failing.setCircuitBreaker(
              CircuitBreaker.newBuilder()
                  .setState(CircuitBreaker.State.STATE_OPEN)
                  .setRetryTime(Timestamp.newBuilder().setSeconds(TIME.getSeconds() + 12))
                  .setFailureRate(0.8)
                  .setAttemptCount(20));
        }
        page.addModels(failing);
      }
      reply(request, answer, page.build());
    }

    @Override
    public void listAliases(
        ListAliasesRequest request, StreamObserver<ListAliasesResponse> answer) {
      reply(
          request,
          answer,
          ListAliasesResponse.newBuilder()
              .addAliases(ModelAlias.newBuilder().setName("fast").addModels("openai/gpt-5-mini"))
              .build());
    }
  }

  private final class Fleet extends FleetServiceGrpc.FleetServiceImplBase {
    @Override
    public void listAgents(ListAgentsRequest request, StreamObserver<ListAgentsResponse> answer) {
      reply(
          request,
          answer,
          ListAgentsResponse.newBuilder()
              .addAgents(
                  Agent.newBuilder()
                      .setAgentId("triage-1")
                      .setGroup("triage")
                      .setCallCount(12)
                      .setSpentAmount(dollars(1_000_000))
                      .setLastSeenTime(TIME))
              .build());
    }

    @Override
    public void listLimits(ListLimitsRequest request, StreamObserver<ListLimitsResponse> answer) {
      if (old) {
        super.listLimits(request, answer);
        return;
      }
      reply(
          request,
          answer,
          ListLimitsResponse.newBuilder()
              .addLimits(
                  limit(
                      LimitSubject.newBuilder()
                          .setAgent(AgentSubject.newBuilder().setAgentId("triage-1")),
                      2))
              .addLimits(
                  limit(
                      LimitSubject.newBuilder()
                          .setProvider(ProviderSubject.newBuilder().setProvider("openai")),
                      100))
              .build());
    }

    private static UsageLimit limit(LimitSubject.Builder subject, long left) {
      return UsageLimit.newBuilder()
          .setSubject(subject)
          .setMetric(LimitMetric.LIMIT_METRIC_REQUESTS)
          .setPeriod(Duration.newBuilder().setSeconds(60))
          .setLimitCount(6_000)
          .setAvailableCount(left)
          .setBurstCount(100)
          .setRefusedCount(7)
          .build();
    }
  }

  private final class Calls extends CallServiceGrpc.CallServiceImplBase {
    private final CallRecord call =
        CallRecord.newBuilder()
            .setCallId("call-1")
            .setAgentId("triage-1")
            .setTaskType("triage")
            .setRequestedModel("fast")
            .setProvider("openai")
            .setModel("gpt-5-mini")
            .setStreamed(true)
            .setCreateTime(TIME)
            .setDuration(millis(1_000))
            .setServed(
                SERVED.toBuilder()
                    .setUpstreamDuration(millis(800))
                    .setOverheadDuration(millis(1))
                    .addAttempts(
                        Attempt.newBuilder()
                            .setProvider("groq")
                            .setModel("llama")
                            .setDuration(millis(200))
                            .setHttpStatus(429)
                            .setFailure(ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED)))
            .setUsage(Usage.newBuilder().setInputTokenCount(1_200).setOutputTokenCount(34))
            .setCost(COST)
            .setLedgerEntryId("entry-1")
            .build();

    @Override
    public void listCalls(ListCallsRequest request, StreamObserver<ListCallsResponse> answer) {
      reply(
          request,
          answer,
          ListCallsResponse.newBuilder()
              .addCalls(call)
              .addCalls(
                  CallRecord.newBuilder()
                      .setCallId(LONG_ID)
                      .setAgentId("triage-2")
                      .setCreateTime(TIME)
                      .setFailure(ErrorReason.ERROR_REASON_CALL_CANCELLED))
              .build());
    }

    @Override
    public void getCall(GetCallRequest request, StreamObserver<GetCallResponse> answer) {
      if (!List.of("call-1", LONG_ID).contains(request.getCallId())) {
        answer.onError(
            StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.NOT_FOUND.value())
                    .setMessage("There is no such call.")
                    .addDetails(
                        Any.pack(
                            ErrorInfo.newBuilder()
                                .setDomain("optimizer.admiral.dev")
                                .setReason("NOT_FOUND")
                                .build()))
                    .build()));
        return;
      }
      reply(
          request,
          answer,
          GetCallResponse.newBuilder()
              .setCall(
                  call.toBuilder()
                      .addSteps(step(CallStep.Kind.KIND_QUEUE, 0, 200).setDetail("agent/triage-1"))
                      .addSteps(
                          step(CallStep.Kind.KIND_ATTEMPT, 200, 200)
                              .setDetail("groq/llama")
                              .setFailure(ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED))
                      .addSteps(
                          step(CallStep.Kind.KIND_ATTEMPT, 400, 600)
                              .setDetail("openai/gpt-5-mini")))
              .build());
    }

    private static CallStep.Builder step(CallStep.Kind kind, long start, long took) {
      return CallStep.newBuilder()
          .setKind(kind)
          .setStartOffset(millis(start))
          .setDuration(millis(took));
    }

    private static Duration millis(long millis) {
      return Duration.newBuilder()
          .setSeconds(millis / 1_000)
          .setNanos((int) (millis % 1_000) * 1_000_000)
          .build();
    }
  }

  private final class Ledger extends LedgerServiceGrpc.LedgerServiceImplBase {
    @Override
    public void getReport(GetReportRequest request, StreamObserver<GetReportResponse> answer) {
      ReportRow row =
          ReportRow.newBuilder()
              .setGroup("openai/gpt-5-mini")
              .setExactCallCount(2)
              .setExactAmount(dollars(1))
              .setEstimatedCallCount(1)
              .setEstimatedAmount(dollars(2_000_000_000_000L))
              .setUnpricedCallCount(4)
              .setSavedCallCount(9)
              .setSavedAmount(dollars(3_000))
              .setSavedDuration(Duration.newBuilder().setSeconds(75))
              .build();
      reply(request, answer, GetReportResponse.newBuilder().addRows(row).setTotal(row).build());
    }
  }

  private final class Cache extends CacheServiceGrpc.CacheServiceImplBase {
    @Override
    public void getMetrics(GetMetricsRequest request, StreamObserver<GetMetricsResponse> answer) {
      reply(
          request,
          answer,
          GetMetricsResponse.newBuilder()
              .addTiers(
                  CacheTier.newBuilder()
                      .setKind(CacheTier.Kind.KIND_MEMORY)
                      .setEntryCount(10)
                      .setSizeBytes(13_107_200)
                      .setLimitBytes(1 << 28))
              .build());
    }

    @Override
    public void invalidateCache(
        InvalidateCacheRequest request, StreamObserver<InvalidateCacheResponse> answer) {
      reply(request, answer, InvalidateCacheResponse.newBuilder().setEntryCount(1_234).build());
    }
  }

  private final class Events extends EventServiceGrpc.EventServiceImplBase {
    @Override
    public void watchEvents(
        WatchEventsRequest request, StreamObserver<WatchEventsResponse> answer) {
      requests.add(request);
      answer.onNext(
          event(
              FleetEvent.newBuilder()
                  .setCallFinished(
                      CallFinished.newBuilder()
                          .setAgentId("triage-1")
                          .setProvider("openai")
                          .setModel("gpt-5-mini")
                          .setSource(Source.SOURCE_MEMORY)
                          .setCost(COST))));
      answer.onNext(
          event(
              FleetEvent.newBuilder()
                  .setEventsDropped(EventsDropped.newBuilder().setEventCount(5))));
    }

    private WatchEventsResponse event(FleetEvent.Builder event) {
      return WatchEventsResponse.newBuilder().setEvent(event.setCreateTime(TIME)).build();
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
