package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.LogSettings;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.CountTokensRequest;
import dev.admiral.optimizer.v1.CountTokensResponse;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.GetAgentRequest;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.Verdict;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.Simulator;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A whole server in this process, in front of simulated providers. */
class WiringTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final Executor ASIDE = Thread::startVirtualThread;

  private static final String KEYS =
      """
      keys:
        - label: tests
          key: first
      """;

  @TempDir Path folder;

  private final Map<String, String> variables = new HashMap<>();
  private Simulator simulator;
  private Wiring server;
  private ManagedChannel channel;

  @BeforeEach
  void startSimulator() throws IOException {
    simulator = Simulator.builder().timeScale(0).start();
  }

  @AfterEach
  void stopAll() throws InterruptedException {
    if (channel != null) {
      channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
    if (server != null) {
      server.close();
    }
    simulator.close();
  }

  @Test
  void startedServer_answersAndSaysWhereItListens() throws Exception {
    start(plain());

    assertThat(complete("hello").getServed().getSource()).isEqualTo(Source.SOURCE_UPSTREAM);
    assertThat(complete("hello").getServed().getSource()).isEqualTo(Source.SOURCE_MEMORY);
    assertThat(probe()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
    assertThat(stub().health(HealthRequest.getDefaultInstance()).getVersion()).isEqualTo("1.2.3");
    assertThat(Files.readString(folder.resolve("data/endpoints.json")))
        .contains("\"host\":\"127.0.0.1\"")
        .contains("\"port\":" + server.port())
        .contains("\"tls\":false")
        .contains("\"pid\":" + ProcessHandle.current().pid())
        .contains("\"version\":\"1.2.3\"");
  }

  @Test
  void restartedServer_knowsItsAgentsAndAnswers() throws Exception {
    start(plain());
    complete("hello");
    stop();
    assertThat(folder.resolve("data/endpoints.json")).doesNotExist();

    start(plain());

    assertThat(complete("hello").getServed().getSource()).isEqualTo(Source.SOURCE_DISK);
    var agent =
        FleetServiceGrpc.newBlockingStub(channel)
            .getAgent(GetAgentRequest.newBuilder().setAgentId("anonymous").build())
            .getAgent();
    assertThat(agent.getCallCount()).isEqualTo(2);
    assertThat(Picos.of(agent.getSpentAmount()))
        .isPositive()
        .isEqualTo(Picos.of(agent.getSavedAmount()));
  }

  @Test
  void withoutProviders_theBuiltInSimulatorAnswers() throws Exception {
    start("data_dir: data\nhttp: {port: 0}\ngrpc: {port: 0}\n");

    assertThat(complete("openai/gpt-4o-mini", "hello").getProvider()).isEqualTo("openai");
    assertThat(complete("anthropic/claude-haiku-4-5", "hello").getProvider())
        .isEqualTo("anthropic");
  }

  @Test
  void secondAccountOfAVendor_hasItsModelsAndPrices() throws Exception {
    start(plain().replace("name: openai", "name: europe\n    vendor: openai"));

    CompleteResponse answer = complete("europe/gpt-4o-mini", "hello");

    assertThat(answer.getProvider()).isEqualTo("europe");
    assertThat(Picos.of(answer.getCost().getChargedAmount())).isPositive();
    assertThat(answer.getCost().getPriceVersion()).startsWith("openai/gpt-4o-mini@");
  }

  @Test
  void keysAndPrompts_neverReachTheLog() throws Exception {
    ListAppender<ILoggingEvent> lines = new ListAppender<>();
    Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("ROOT");
    lines.start();
    try {
      start(
          plain().replace("api_key: simulated", "api_key: s3cret-key")
              + KEYS
              + "log: {level: debug}\n");
      root.addAppender(lines);
      root.debug("lines are taken down");
      assertThat(codeOf("s3cret-token")).isEqualTo(Status.Code.UNAUTHENTICATED);
      simulator.fault("*", 1, "status=500");
      assertThatThrownBy(() -> complete("s3cret-prompt"))
          .isInstanceOf(StatusRuntimeException.class);
      stop();
    } finally {
      root.detachAppender(lines);
      Logs.apply(LogSettings.DEFAULT);
    }

    assertThat(lines.list)
        .isNotEmpty()
        .noneMatch(line -> line.getFormattedMessage().contains("s3cret"));
  }

  @Test
  void stop_letsRunningCallsEnd() throws Exception {
    start(plain());
    CompletableFuture<CompleteResponse> call;
    CompletableFuture<Void> stopped;
    try (Hold hold = simulator.hold("*")) {
      call = CompletableFuture.supplyAsync(() -> complete("slow"), ASIDE);
      assertThat(hold.awaitWaiting(1, LONG)).isTrue();
      stopped = CompletableFuture.runAsync(server::close, ASIDE);
      await().atMost(LONG).until(this::leaves);
      assertThat(call).isNotDone();
    }

    assertThat(call.get(30, TimeUnit.SECONDS).getProvider()).isEqualTo("openai");
    stopped.get(30, TimeUnit.SECONDS);
  }

  @Test
  void stop_endsCallsThatTakeTooLong() throws Exception {
    start(plain() + "  drain_timeout: 100ms\n");
    try (Hold hold = simulator.hold("*")) {
      CompletableFuture<CompleteResponse> call =
          CompletableFuture.supplyAsync(() -> complete("endless"), ASIDE);
      assertThat(hold.awaitWaiting(1, LONG)).isTrue();

      server.close();

      assertThat(call).failsWithin(LONG);
    }
  }

  @Test
  void soleProviderDown_isToldToProbesOnceCallsFailInARow() throws Exception {
    start(
        plain()
            + "retry: {max_attempts: 1}\n"
            + "circuit_breaker: {window_size: 100, minimum_calls: 100}\n");
    assertThat(complete("hello").getProvider()).isEqualTo("openai");
    simulator.close();

    for (int i = 0; i < 5; i++) {
      String text = "call " + i;
      assertThatThrownBy(() -> complete(text)).isInstanceOf(StatusRuntimeException.class);
    }

    await().atMost(LONG).until(() -> probe() == HealthCheckResponse.ServingStatus.NOT_SERVING);
  }

  @Test
  void countWithoutDeadline_endsAtTheServersOwn() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      start(
          plain()
                  .replace(
                      simulator.uri("openai").toString(),
                      "http://127.0.0.1:" + silent.getLocalPort())
                  .replace("openai", "anthropic")
              + "  default_deadline: 1s\n");
      CountTokensRequest request =
          CountTokensRequest.newBuilder()
              .setPrompt(prompt("anthropic/claude-haiku-4-5", "hello"))
              .build();
      CompletableFuture<CountTokensResponse> count =
          CompletableFuture.supplyAsync(
              () -> OptimizerServiceGrpc.newBlockingStub(channel).countTokens(request), ASIDE);

      try (Socket asked = silent.accept()) {
        // An estimate, as the vendor gave no count in time.
        assertThat(count.get(20, TimeUnit.SECONDS).getExact()).isFalse();
        assertThat(asked.isConnected()).isTrue();
      }
    }
  }

  @Test
  void streamOfAHitThatNobodyReads_endsAtTheServersOwnDeadline() throws Exception {
    start(plain() + "  default_deadline: 1s\n");
    String text = "[[sim: tokens=16000]]";
    assertThat(complete(text).getCompletion().getSerializedSize()).isGreaterThan(48 << 10);
    // So small a window that the server cannot send the whole answer unread.
    ManagedChannel narrow =
        NettyChannelBuilder.forAddress("127.0.0.1", server.port())
            .flowControlWindow(1_024)
            .usePlaintext()
            .build();
    try (Hold hold = simulator.hold("*")) {
      Stalled stalled = new Stalled();
      OptimizerServiceGrpc.newStub(narrow).stream(
          StreamRequest.newBuilder().setPrompt(prompt("openai/gpt-4o-mini", text)).build(),
          stalled);
      assertThat(stalled.first.get(30, TimeUnit.SECONDS).hasStarted()).isTrue();

      // Deadlines pass in the order in which they were set.
      CompletableFuture<CompleteResponse> later =
          CompletableFuture.supplyAsync(
              () ->
                  OptimizerServiceGrpc.newBlockingStub(channel)
                      .complete(
                          CompleteRequest.newBuilder()
                              .setPrompt(prompt("openai/gpt-4o-mini", "held"))
                              .build()),
              ASIDE);
      assertThat(hold.awaitWaiting(1, LONG)).isTrue();
      assertThat(later).failsWithin(LONG);

      stalled.readOn();
      assertThat(stalled.end.get(30, TimeUnit.SECONDS)).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    } finally {
      narrow.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
  }

  /** Reads one message, and the others when told to. */
  private static final class Stalled
      implements ClientResponseObserver<StreamRequest, StreamResponse> {
    final CompletableFuture<StreamResponse> first = new CompletableFuture<>();
    final CompletableFuture<Status.Code> end = new CompletableFuture<>();
    private ClientCallStreamObserver<StreamRequest> call;

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamRequest> started) {
      call = started;
      started.disableAutoRequestWithInitial(1);
    }

    void readOn() {
      call.request(Integer.MAX_VALUE);
    }

    @Override
    public void onNext(StreamResponse response) {
      first.complete(response);
    }

    @Override
    public void onError(Throwable thrown) {
      end.complete(Status.fromThrowable(thrown).getCode());
    }

    @Override
    public void onCompleted() {
      end.complete(Status.Code.OK);
    }
  }

  @Test
  void answerReportedAsBad_leavesTheCache() throws Exception {
    start(plain());
    CompleteResponse answer = complete("hello");
    assertThat(complete("hello").getServed().getSource()).isEqualTo(Source.SOURCE_MEMORY);
    ReportOutcomeRequest report =
        ReportOutcomeRequest.newBuilder()
            .setCallId(answer.getCallId())
            .setVerdict(Verdict.VERDICT_BAD)
            .build();

    assertThat(stub().reportOutcome(report).getEvicted()).isTrue();
    assertThat(stub().reportOutcome(report).getEvicted()).isFalse();

    assertThat(complete("hello").getServed().getSource()).isEqualTo(Source.SOURCE_UPSTREAM);
  }

  @Test
  void portInUse_isSaidInOneSentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String config = plain().replace("grpc:\n  port: 0", "grpc:\n  port: " + taken.getLocalPort());

      assertThatThrownBy(() -> start(config))
          .isInstanceOf(StartException.class)
          .hasMessageStartingWith("gRPC cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
    // What was opened before is closed again.
    start(plain());
    assertThat(complete("hello").getProvider()).isEqualTo("openai");
  }

  @Test
  void dataDirectoryOfAnotherServer_isRefusedByWhom() throws Exception {
    start(plain());

    assertThatThrownBy(() -> Wiring.start(file(plain()), "1.2.3", Time.SYSTEM))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("is owned by process " + ProcessHandle.current().pid());
  }

  @Test
  void listeningForOthersWithoutKeys_isRefused() {
    assertThatThrownBy(
            () -> start(plain().replace("grpc:\n  port: 0", "grpc:\n  port: 0\n  host: 0.0.0.0")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("add keys");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void listeningForOthersInTheClear_isRefused() {
    String open = plain().replace("grpc:\n  port: 0", "grpc:\n  port: 0\n  host: 0.0.0.0");

    assertThatThrownBy(() -> start(open + KEYS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("grpc.tls.cert_file")
        .hasMessageContaining("grpc.plaintext_beyond_loopback");
    assertThat(folder.resolve("data")).doesNotExist();
  }

  @Test
  void listeningForOthersInTheClearWithoutKeys_isRefused() {
    String open = "grpc:\n  port: 0\n  host: 0.0.0.0\n  plaintext_beyond_loopback: true";

    assertThatThrownBy(() -> start(plain().replace("grpc:\n  port: 0", open)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("add keys");
  }

  @Test
  void listeningForOthersWithKeys_asksForThem() throws Exception {
    String open = "grpc:\n  port: 0\n  host: 0.0.0.0\n  plaintext_beyond_loopback: true";
    start(plain().replace("grpc:\n  port: 0", open) + KEYS);

    assertThat(codeOf(null)).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(codeOf("wrong")).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(codeOf("first")).isEqualTo(Status.Code.OK);
  }

  @Test
  void changedKeys_areAppliedWithoutRestart() throws Exception {
    start(plain() + KEYS);
    assertThat(codeOf("first")).isEqualTo(Status.Code.OK);

    file(plain() + KEYS.replace("first", "second"));

    await().atMost(LONG).until(() -> codeOf("second") == Status.Code.OK);
    assertThat(codeOf("first")).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void changeThatIsWrong_changesNothing() throws Exception {
    start(plain() + KEYS);

    file("kyes: []\n");
    file(plain() + KEYS + "limits: {agent_requests_per_minute: 1000}\n");

    assertThat(codeOf("first")).isEqualTo(Status.Code.OK);
  }

  @Test
  void aliasOfAProviderThatIsNotThere_isRefused() {
    assertThatThrownBy(() -> start(plain() + "aliases:\n  fast: [nobody/model]\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("alias 'fast' names 'nobody/model'");
  }

  private String plain() {
    return """
    data_dir: data
    providers:
      - name: openai
        dialect: openai
        base_url: %s
        api_key: simulated
    http:
      port: 0
    grpc:
      port: 0
    """
        .formatted(simulator.uri("openai"));
  }

  private void start(String config) throws Exception {
    server = Wiring.start(file(config), "1.2.3", Time.SYSTEM);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", server.port()).usePlaintext().build();
  }

  private void stop() throws InterruptedException {
    channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    server.close();
    server = null;
  }

  private ConfigFile file(String config) throws IOException {
    Path file = Files.writeString(folder.resolve("config.yaml"), config);
    return new ConfigFile(Optional.of(file), new Environment(variables, folder));
  }

  private OptimizerServiceGrpc.OptimizerServiceBlockingStub stub() {
    return OptimizerServiceGrpc.newBlockingStub(channel).withDeadlineAfter(60, TimeUnit.SECONDS);
  }

  private CompleteResponse complete(String text) {
    return complete("openai/gpt-4o-mini", text);
  }

  private CompleteResponse complete(String model, String text) {
    return stub().complete(CompleteRequest.newBuilder().setPrompt(prompt(model, text)).build());
  }

  private static Prompt prompt(String model, String text) {
    return Prompt.newBuilder()
        .setModel(model)
        .addMessages(
            ChatMessage.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text))))
        .build();
  }

  private HealthCheckResponse.ServingStatus probe() {
    return HealthGrpc.newBlockingStub(channel)
        .check(HealthCheckRequest.getDefaultInstance())
        .getStatus();
  }

  /** A health probe finds the server leaving, or no longer finds it. */
  private boolean leaves() {
    try {
      return probe() == HealthCheckResponse.ServingStatus.NOT_SERVING;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() == Status.Code.UNAVAILABLE;
    }
  }

  private Status.Code codeOf(String key) {
    Metadata headers = new Metadata();
    if (key != null) {
      headers.put(
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + key);
    }
    try {
      var _ =
          stub()
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
              .health(HealthRequest.getDefaultInstance());
      return Status.Code.OK;
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode();
    }
  }
}
