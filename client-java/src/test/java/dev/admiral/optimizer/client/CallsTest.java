package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.AgentSubject;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.LimitSubject;
import dev.admiral.optimizer.v1.ListAgentsRequest;
import dev.admiral.optimizer.v1.ListAgentsResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import dev.admiral.optimizer.v1.ListLimitsRequest;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.UsageLimit;
import dev.admiral.optimizer.v1.Verdict;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Unary calls: what is sent, what comes back, and how they end early. */
final class CallsTest {
  private static final LimitSubject AGENT_A =
      LimitSubject.newBuilder().setAgent(AgentSubject.newBuilder().setAgentId("a")).build();

  private static final Prompt SAMPLED =
      Prompts.of("fast", "hi").toBuilder()
          .setSampling(Sampling.newBuilder().setTemperature(0.7))
          .build();

  private FakeServer server;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.start(new TwoPages(), new LatestCalls());
  }

  @AfterEach
  void stop() {
    server.stop();
  }

  @Test
  void ask_oneQuestion_givesTextOfAnswer() {
    try (AdmiralClient client = server.client().build()) {
      assertThat(client.ask("fast", "hi")).isEqualTo("hello");
    }
    Prompt sent = server.completes.element().getPrompt();
    assertThat(sent).isEqualTo(Prompts.of("fast", "hi"));
  }

  @Test
  void prompt_withInstructions_putsThemFirst() {
    assertThat(Prompts.of("fast", "be brief", "hi").getMessagesList())
        .containsExactly(
            Prompts.message(Role.ROLE_SYSTEM, "be brief"), Prompts.message(Role.ROLE_USER, "hi"));
  }

  @Test
  void keyAndAgent_setOnce_travelWithEachCall() {
    try (AdmiralClient client =
        server.client().key("s3cret").agent("triage-1").agentGroup("triage").build()) {
      client.ask("fast", "hi");
      assertThat(client.toString()).doesNotContain("s3cret");
    }
    Metadata headers = server.headers.element();
    assertThat(headers.get(ascii("authorization"))).isEqualTo("Bearer s3cret");
    assertThat(headers.get(ascii("admiral-agent"))).isEqualTo("triage-1");
    assertThat(server.completes.element().getOptions().getAgentGroup()).isEqualTo("triage");
  }

  @Test
  void forAgent_ofSharedConnection_speaksForThatAgent() {
    try (AdmiralClient client = server.client().agent("one").build()) {
      client.forAgent("two", "pair").ask("fast", "hi");
    }
    assertThat(server.headers.element().get(ascii("admiral-agent"))).isEqualTo("two");
    assertThat(server.completes.element().getOptions().getAgentGroup()).isEqualTo("pair");
  }

  @Test
  void agentGroup_callOfAnotherAgent_isLeftAlone() {
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(Prompts.of("fast", "hi"))
            .setOptions(CallOptions.newBuilder().setAgentId("two"))
            .build();
    try (AdmiralClient client = server.client().agent("one").agentGroup("group").build()) {
      client.complete(request);
    }
    assertThat(server.completes.element()).isEqualTo(request);
  }

  @Test
  void requestId_callTheCacheCovers_isLeftOut() {
    try (AdmiralClient client = server.client().build()) {
      client.ask("fast", "hi");
      client.complete(
          CompleteRequest.newBuilder()
              .setPrompt(SAMPLED)
              .setOptions(policy(CachePolicy.newBuilder().setIncludeSampled(true)))
              .build());
    }
    assertThat(server.completes).allMatch(request -> request.getRequestId().isEmpty());
  }

  @Test
  void requestId_callTheCacheDoesNotCover_isAdded() throws Exception {
    CompleteRequest bypassing =
        CompleteRequest.newBuilder()
            .setPrompt(Prompts.of("fast", "hi"))
            .setOptions(policy(CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_BYPASS)))
            .build();
    try (AdmiralClient client = server.client().build()) {
      client.complete(SAMPLED);
      client.complete(SAMPLED);
      client.completeAsync(bypassing).get();
      client.stream(SAMPLED).collect();
    }
    List<String> ids = server.completes.stream().map(CompleteRequest::getRequestId).toList();
    assertThat(ids).hasSize(3).doesNotHaveDuplicates().allMatch(id -> id.length() == 36);
    assertThat(server.streams).allMatch(request -> request.getRequestId().length() == 36);
  }

  @Test
  void requestId_ofTheCallerOrWithoutRetries_isNotTouched() {
    CompleteRequest named =
        CompleteRequest.newBuilder().setPrompt(SAMPLED).setRequestId("mine").build();
    try (AdmiralClient client = server.client().build()) {
      client.complete(named);
      client.withRetry(RetryPolicy.NONE).complete(SAMPLED);
    }
    assertThat(server.completes.stream().map(CompleteRequest::getRequestId))
        .containsExactly("mine", "");
  }

  @Test
  void future_cancelled_reachesServer() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    CountDownLatch arrived = new CountDownLatch(1);
    server.onComplete =
        (request, answer) -> {
          Context.current().addListener(context -> left.countDown(), Runnable::run);
          arrived.countDown();
        };
    try (AdmiralClient client = server.client().build()) {
      CompletableFuture<CompleteResponse> answer = client.completeAsync(sampled());
      arrived.await();
      answer.cancel(true);
      left.await();
      assertThat(answer).isCancelled();
    }
  }

  @Test
  void future_whoseExecutorTakesNoMore_endsAllTheSame() throws Exception {
    Executor full =
        task -> {
          throw new RejectedExecutionException("full");
        };
    try (AdmiralClient client = server.client().executor(full).build()) {
      CompleteRequest request =
          CompleteRequest.newBuilder().setPrompt(Prompts.of("fast", "hi")).build();
      assertThat(client.completeAsync(request).get(20, TimeUnit.SECONDS).getCallId())
          .isEqualTo("call-1");
    }
  }

  @Test
  void thread_interruptedWhileWaiting_cancelsAndStaysInterrupted() throws Exception {
    CountDownLatch left = new CountDownLatch(1);
    Thread waiting = Thread.currentThread();
    server.onComplete =
        (request, answer) -> {
          Context.current().addListener(context -> left.countDown(), Runnable::run);
          waiting.interrupt();
        };
    try (AdmiralClient client = server.client().build()) {
      assertThatThrownBy(() -> client.ask("fast", "hi"))
          .isInstanceOf(AdmiralException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
      left.await();
    }
  }

  @Test
  void deadline_passed_isTyped() {
    server.onComplete = (request, answer) -> {};
    try (AdmiralClient client = server.client().deadline(Duration.ofMillis(50)).build()) {
      assertThatThrownBy(() -> client.ask("fast", "hi"))
          .isInstanceOfSatisfying(
              AdmiralException.class,
              e -> assertThat(e.reasonName()).isEqualTo("DEADLINE_EXCEEDED"));
      // Of one deadline, at most the default is left to see.
      assertThat(client.withDeadline(Duration.ofNanos(1))).isNotSameAs(client);
    }
  }

  @Test
  void agents_onTwoPages_areOneStream() {
    try (AdmiralClient client = server.client().build()) {
      assertThat(client.fleet().agents().map(Agent::getAgentId)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void agents_readInPart_fetchesNoMorePagesThanRead() {
    try (AdmiralClient client = server.client().build()) {
      assertThat(client.fleet().agents().limit(2).map(Agent::getAgentId)).containsExactly("a", "b");
    }
    assertThat(TwoPages.FETCHED.get()).isEqualTo(1);
  }

  @Test
  void limitsAndCalls_areAskedForAsGiven() {
    try (AdmiralClient client = server.client().build()) {
      assertThat(client.fleet().limits().map(UsageLimit::getSubject)).containsExactly(AGENT_A);
      assertThat(
              client
                  .calls()
                  .latest(ListCallsRequest.newBuilder().setAgentId("a").build())
                  .map(CallRecord::getCallId))
          .containsExactly("call-of-a-1", "call-of-a-2");
      assertThat(client.calls().get(GetCallRequest.newBuilder().setCallId("one").build()).getCall())
          .isEqualTo(CallRecord.newBuilder().setCallId("one").build());
    }
  }

  @Test
  void prompts_inABatch_eachAnswersOrFailsByItself() {
    try (AdmiralClient client = server.client().agentGroup("group").build()) {
      List<BatchAnswer> answers =
          client.completeAll(List.of(Prompts.of("fast", "hi"), Prompts.of("none", "hi")));
      assertThat(answers).hasSize(2);
      assertThat(Prompts.text(answers.get(0).get().getCompletion())).isEqualTo("group");
      assertThat(answers.get(0).failure()).isEmpty();
      BatchAnswer failed = answers.get(1);
      assertThat(failed.response()).isEmpty();
      assertThat(failed.failure())
          .containsInstanceOf(AdmiralException.CallRefused.class)
          .hasValueSatisfying(e -> assertThat(e.reasonName()).isEqualTo("MODEL_UNKNOWN"));
      assertThatThrownBy(failed::get).hasMessage("No such model.");
    }
  }

  @Test
  void outcome_ofACall_isReportedWithAndWithoutAGrade() {
    try (AdmiralClient client = server.client().build()) {
      assertThat(client.reportOutcome("call-1", Verdict.VERDICT_GOOD).getEvicted()).isFalse();
      assertThat(client.reportOutcome("call-2", Verdict.VERDICT_BAD, 0.25).getEvicted()).isTrue();
    }
    assertThat(server.outcomes)
        .containsExactly(
            ReportOutcomeRequest.newBuilder()
                .setCallId("call-1")
                .setVerdict(Verdict.VERDICT_GOOD)
                .build(),
            ReportOutcomeRequest.newBuilder()
                .setCallId("call-2")
                .setVerdict(Verdict.VERDICT_BAD)
                .setScore(0.25)
                .build());
  }

  @Test
  void call_manyAtOnce_eachGetsItsOwnAnswer() {
    server.onComplete =
        (request, answer) -> {
          answer.onNext(
              FakeServer.answer(
                  request.getPrompt().getMessages(0).getParts(0).getText().getText()));
          answer.onCompleted();
        };
    try (AdmiralClient client = server.client().build()) {
      List<CompletableFuture<CompleteResponse>> answers =
          IntStream.range(0, 2_000)
              .mapToObj(i ->
                  client.completeAsync(
                      CompleteRequest.newBuilder()
                          .setPrompt(Prompts.of("fast", "say " + i))
                          .build()))
              .toList();
      for (int i = 0; i < answers.size(); i++) {
        assertThat(Prompts.text(answers.get(i).join().getCompletion())).isEqualTo("say " + i);
      }
    }
  }

  private static CompleteRequest sampled() {
    return CompleteRequest.newBuilder().setPrompt(SAMPLED).build();
  }

  private static CallOptions.Builder policy(CachePolicy.Builder policy) {
    return CallOptions.newBuilder().setCachePolicy(policy);
  }

  private static Metadata.Key<String> ascii(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  /** Lists agents a and b, then c. */
  private static final class TwoPages extends FleetServiceGrpc.FleetServiceImplBase {
    static final AtomicInteger FETCHED = new AtomicInteger();

    TwoPages() {
      FETCHED.set(0);
    }

    @Override
    public void listAgents(ListAgentsRequest request, StreamObserver<ListAgentsResponse> answer) {
      FETCHED.incrementAndGet();
      ListAgentsResponse.Builder page = ListAgentsResponse.newBuilder();
      if (request.getPageToken().isEmpty()) {
        page.addAgents(Agent.newBuilder().setAgentId("a"));
        page.addAgents(Agent.newBuilder().setAgentId("b"));
        page.setNextPageToken("2");
      } else {
        page.addAgents(Agent.newBuilder().setAgentId("c"));
      }
      answer.onNext(page.build());
      answer.onCompleted();
    }

    @Override
    public void listLimits(ListLimitsRequest request, StreamObserver<ListLimitsResponse> answer) {
      answer.onNext(
          ListLimitsResponse.newBuilder()
              .addLimits(UsageLimit.newBuilder().setSubject(AGENT_A))
              .build());
      answer.onCompleted();
    }
  }

  /** Lists two calls of whoever is asked for, each on a page. */
  private static final class LatestCalls extends CallServiceGrpc.CallServiceImplBase {
    @Override
    public void listCalls(ListCallsRequest request, StreamObserver<ListCallsResponse> answer) {
      String page = request.getPageToken().isEmpty() ? "1" : request.getPageToken();
      answer.onNext(
          ListCallsResponse.newBuilder()
              .addCalls(
                  CallRecord.newBuilder().setCallId("call-of-" + request.getAgentId() + "-" + page))
              .setNextPageToken(page.equals("1") ? "2" : "")
              .build());
      answer.onCompleted();
    }

    @Override
    public void getCall(GetCallRequest request, StreamObserver<GetCallResponse> answer) {
      answer.onNext(
          GetCallResponse.newBuilder()
              .setCall(CallRecord.newBuilder().setCallId(request.getCallId()))
              .build());
      answer.onCompleted();
    }
  }
}
