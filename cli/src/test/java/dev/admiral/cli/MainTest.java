package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StreamRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands as a person or a script uses them. Does not test what terminals are told apart by.
 */
final class MainTest {
  private final Map<String, String> env = new HashMap<>();
  private final Output out = new Output();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String in = "";
  private int width = 80;
  private boolean terminal;
  private final FakeTicker ticker = new FakeTicker();
  @TempDir private Path home;
  private FakeFleet server;

  @BeforeEach
  void start() throws Exception {
    server = new FakeFleet();
    env.put("ADMIRAL_ADDRESS", server.address());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void complete_wordsOfPrompt_printsAnswerAndWhereItCameFrom() {
    assertThat(run("complete", "--model", "fast", "capital", "of", "France?")).isEqualTo(0);
    assertThat(stdout()).isEqualTo("Paris – bien sûr.\n");
    assertThat(stderr()).startsWith("upstream · openai/gpt-5-mini · $0.00125 · ");
    assertThat(asked(CompleteRequest.class).getPrompt())
        .isEqualTo(Prompts.of("fast", "capital of France?"));
  }

  @Test
  void complete_withoutWords_readsStandardInput() {
    in = "from the pipe\n";
    assertThat(run("complete")).isEqualTo(0);
    assertThat(asked(CompleteRequest.class).getPrompt())
        .isEqualTo(Prompts.of("auto", "from the pipe"));
  }

  @Test
  void complete_withDashAmongWords_putsStandardInputThere() {
    in = "a long text";
    assertThat(run("complete", "Summarize:", "-")).isEqualTo(0);
    assertThat(asked(CompleteRequest.class).getPrompt())
        .isEqualTo(Prompts.of("auto", "Summarize: a long text"));
  }

  @Test
  void complete_everyOption_isPassedOn() {
    env.put("ADMIRAL_MODEL", "smart");
    run(
        "complete",
        "--system",
        "be brief",
        "--max-tokens",
        "9",
        "--temperature",
        "0.5",
        "--agent",
        "a",
        "--group",
        "g",
        "--task",
        "t",
        "--no-cache",
        "hi");
    CompleteRequest request = asked(CompleteRequest.class);
    assertThat(request.getPrompt().getModel()).isEqualTo("smart");
    assertThat(request.getPrompt().getMessagesCount()).isEqualTo(2);
    assertThat(request.getPrompt().getSampling().getMaxOutputTokenCount()).isEqualTo(9);
    assertThat(request.getPrompt().getSampling().getTemperature()).isEqualTo(0.5);
    assertThat(request.getOptions().getAgentId()).isEqualTo("a");
    assertThat(request.getOptions().getAgentGroup()).isEqualTo("g");
    assertThat(request.getOptions().getTaskType()).isEqualTo("t");
    assertThat(request.getOptions().getCachePolicy().getMode())
        .isEqualTo(CachePolicy.Mode.MODE_BYPASS);
  }

  @Test
  void complete_onTerminal_streams() {
    terminal = true;
    assertThat(run("complete", "hi")).isEqualTo(0);
    assertThat(stdout()).isEqualTo("Paris.\n");
    assertThat(stderr()).startsWith("memory · openai/gpt-5-mini · saved $0.0000000005 · ");
    assertThat(stderr()).contains("The answer is cut");
    assertThat(asked(StreamRequest.class).getPrompt()).isEqualTo(Prompts.of("auto", "hi"));
  }

  @Test
  void complete_noStreamOnTerminal_asksForWhole() {
    terminal = true;
    run("complete", "--no-stream", "hi");
    asked(CompleteRequest.class);
  }

  @Test
  void complete_json_isTheContractsMessage() throws Exception {
    assertThat(run("complete", "--json", "hi")).isEqualTo(0);
    CompleteResponse.Builder read = CompleteResponse.newBuilder();
    JsonFormat.parser().merge(stdout(), read);
    assertThat(Prompts.text(read.getCompletion())).isEqualTo("Paris – bien sûr.");
  }

  @Test
  void complete_streamBreaks_keepsWhatCameAndFails() {
    server.failure = error(Status.Code.UNAVAILABLE, "STREAM_BROKEN", "The stream broke.");
    assertThat(run("complete", "--stream", "hi")).isEqualTo(1);
    assertThat(stdout()).startsWith("Paris.");
    assertThat(stderr()).contains("admiral-fleet: The stream broke.");
  }

  @ParameterizedTest
  @CsvSource({
    "HEALTH_STATE_SERVING, 0, serving",
    "HEALTH_STATE_DEGRADED, 1, degraded",
    "HEALTH_STATE_NOT_SERVING, 2, not serving"
  })
  void health_ofEachState_hasItsExitCode(HealthState state, int exit, String word) {
    server.state = state;
    assertThat(run("health")).isEqualTo(exit);
    assertThat(stdout())
        .contains(word + "  0.1.0    2026-09-21 14:13:20\n")
        .contains("PART             STATE");
  }

  @ParameterizedTest
  @CsvSource({
    "HEALTH_STATE_SERVING, 0, serving: 1 of 1 parts work",
    "HEALTH_STATE_DEGRADED, 1, 'degraded: 0 of 1 parts work, not provider/openai'",
    "HEALTH_STATE_NOT_SERVING, 2, 'not serving: 0 of 1 parts work, not provider/openai'"
  })
  void status_ofEachState_hasItsExitCodeAndLinesToGrep(HealthState state, int exit, String shown) {
    server.state = state;
    width = Integer.MAX_VALUE;
    assertThat(run("status")).isEqualTo(exit);
    assertThat(stdout().lines().filter(line -> line.contains("optimizer")))
        .hasSize(9)
        .allMatch(line -> line.startsWith("optimizer."))
        .contains(
            "optimizer.state    " + shown,
            "optimizer.service  admiral.optimizer.v1 at %s, known from ADMIRAL_ADDRESS"
                .formatted(server.address()),
            "optimizer.start    2026-09-21 14:13:20 UTC, 2 h 5 min ago",
            "optimizer.memory   210.0 MiB of 1.0 GiB heap, 402.0 MiB in all",
            "optimizer.cpu      12.3 % of all processors",
            "optimizer.calls    12,345 since the start, 45 failed (0.4 %), 3 in flight",
            "optimizer.saved    10,000 calls (81.3 %), $5.00, 1 h 5 min since the start; $1.23"
                + " paid",
            "optimizer.today    9 calls, $0.000000003, 1 min 15 s saved; $2.00 paid since midnight"
                + " UTC");
    assertThat(stdout().contains("Answers.")).isEqualTo(exit != 0);
  }

  @Test
  void status_asJson_isOneObject() throws Exception {
    assertThat(run("status", "--json")).isZero();
    Struct status = object(stdout());
    assertThat(status.getFieldsMap())
        .containsKeys("service", "address", "health", "stats", "today");
    assertThat(
            status
                .getFieldsOrThrow("health")
                .getStructValue()
                .getFieldsOrThrow("state")
                .getStringValue())
        .isEqualTo("HEALTH_STATE_SERVING");
  }

  @Test
  void olderServer_statusAndTop_leaveOutWhatItDoesNotTell() throws Exception {
    server.close();
    server = FakeFleet.old();
    env.put("ADMIRAL_ADDRESS", server.address());
    assertThat(run("status")).isZero();
    assertThat(stdout()).contains("optimizer.state").doesNotContain("optimizer.memory");
    assertThat(run("top", "--once")).isZero();
    assertThat(stdout()).contains("calls/s").contains("not asked: it fails").doesNotContain("LEFT");
    assertThat(run("health")).isZero();
    // Whether the usual ports of this machine are free is not this test's to say.
    assertThat(run("doctor")).isIn(1, 2);
    assertThat(stdout()).contains("every part of the server works").doesNotContain("clock");
  }

  @ParameterizedTest
  @ValueSource(strings = {"limits", "calls", "calls call-1"})
  void olderServer_asked_isOneSentenceAndExitCodeOne(String line) throws Exception {
    server.close();
    server = FakeFleet.old();
    env.put("ADMIRAL_ADDRESS", server.address());
    assertThat(run(line.split(" "))).isEqualTo(1);
    assertThat(stdout()).isEmpty();
    assertThat(stderr())
        .startsWith("admiral-fleet: this server does not offer what 'admiral-fleet ")
        .doesNotContain("\tat ")
        .hasLineCount(2);
  }

  @Test
  void top_once_measuresOneIntervalAndTellsWhatIsWrong() {
    width = 100;
    assertThat(run("top", "--once", "--interval", "5")).isZero();
    assertThat(stdout())
        .contains("calls/s    0.0 over 5.0 s, 0.0 failed, 3 in flight")
        .contains("triage-1      0.0       0.0  81.3 %  $1.23  12,345")
        .contains("zz/local   open: 80.0 % of 20 attempts failed, asked again in 0.00 ms")
        .contains("agent/triage-1  requests per minute  6,000     2      100        7")
        .doesNotContain("provider/openai ")
        .contains("call-1            triage-1  upstream");
    // Each of two looks asks for the agents and for the models.
    assertThat(server.requests.stream().filter(StatsRequest.class::isInstance)).hasSize(4);
  }

  @Test
  void top_onTerminal_isDrawnInPlaceAndFitsTheWindow() {
    terminal = true;
    width = 40;
    assertThat(run("top", "--count", "3")).isZero();
    assertThat(stdout()).startsWith("\u001b[?25l\u001b[2J").endsWith("\u001b[?25h");
    String[] frames = stdout().split("\u001b\\[H");
    assertThat(frames).hasSize(4);
    assertThat(frames[1]).contains("all the time since").contains("optimizer");
    assertThat(frames[3].lines().map(MainTest::shown))
        .hasSizeLessThanOrEqualTo(24)
        .allMatch(line -> line.length() <= 40);
  }

  @Test
  void top_asJson_isALineForEachLook() throws Exception {
    assertThat(run("top", "--count", "2", "--json")).isZero();
    List<String> lines = stdout().lines().toList();
    assertThat(lines).hasSize(2);
    for (String line : lines) {
      assertThat(object(line).getFieldsMap())
          .containsKeys("time", "interval", "delta", "stats", "limitsNearlyUsed", "latestCalls");
    }
  }

  @Test
  void stats_watched_printsABlockForEachLook() {
    assertThat(run("stats", "--watch", "--count", "2")).isZero();
    assertThat(stdout().lines().filter(line -> line.startsWith("Since "))).hasSize(2);
    assertThat(run("stats", "--watch", "--count", "3", "--json")).isZero();
    assertThat(stdout().lines()).hasSize(3).allMatch(line -> line.startsWith("{"));
  }

  @Test
  void watcher_whoseReaderLeft_endsWell() {
    out.broken = true;
    assertThat(run("stats", "--watch")).isZero();
    assertThat(run("top")).isZero();
    assertThat(run("status")).isZero();
    assertThat(stderr()).isEmpty();
  }

  @Test
  void watcher_whoseServerLeft_fails() {
    ticker.meanwhile = server::close;
    assertThat(run("stats", "--watch")).isEqualTo(2);
    assertThat(stderr()).startsWith("admiral-fleet: Admiral at ");
  }

  @Test
  void limits_areListed() {
    assertThat(run("limits")).isZero();
    assertThat(stdout())
        .contains("WHOSE            LIMIT                 MOST  LEFT  AT ONCE  REFUSED")
        .contains("agent/triage-1   requests per minute  6,000     2      100        7");
  }

  @Test
  void calls_narrowed_asksForThose() {
    assertThat(run("calls", "--agent", "triage-1", "--failed", "--most", "1")).isZero();
    ListCallsRequest request = asked(ListCallsRequest.class);
    assertThat(request.getAgentId()).isEqualTo("triage-1");
    assertThat(request.getFailedOnly()).isTrue();
    assertThat(stdout()).contains("call-1").doesNotContain("01a1fbeaf8132c1f");
  }

  @Test
  void call_ofAnId_isAWaterfall() {
    assertThat(run("calls", "call-1")).isZero();
    assertThat(stdout())
        .contains("asked for    fast, streamed")
        .contains("took         1.0 s, upstream 800 ms, added here 1.00 ms")
        .contains("tokens       1,200 in, 34 out")
        .contains(
            """
            queue    |============                                                |  200 ms
                     agent/triage-1
            attempt  |            xxxxxxxxxxxx                                    |  200 ms
                     groq/llama provider rate limited
            attempt  |                        ====================================|  600 ms
                     openai/gpt-5-mini
            """)
        .contains("groq/llama  provider rate limited   429  200 ms");
  }

  @Test
  void call_ofAShortId_isFoundAmongTheLatest() {
    run("calls");
    assertThat(stdout()).contains(" 01a1fbeaf8132c1f ").doesNotContain(FakeFleet.LONG_ID);
    assertThat(run("calls", "01a1fbeaf8132c1f")).isZero();
    assertThat(server.requests)
        .contains(GetCallRequest.newBuilder().setCallId(FakeFleet.LONG_ID).build());
    assertThat(run("calls", "01a1fbeaf8132c1f0000")).isEqualTo(1);
    assertThat(stderr()).isEqualTo("admiral-fleet: There is no such call.\n");
  }

  @Test
  void batch_ofPrompts_isAnsweredInOrder() throws Exception {
    Path file = Files.writeString(home.resolve("prompts"), "one\n\ntwo\nthree\n");
    assertThat(run("complete", "--batch", file.toString(), "--parallel", "2")).isZero();
    assertThat(stdout()).isEqualTo("Paris – bien sûr.\n".repeat(3));
    assertThat(stderr()).startsWith("3 answered · 0 failed · 0 saved · $0.00375 · ");
    assertThat(server.requests).hasSize(3);
  }

  @Test
  void batch_thatFails_goesOnAndSaysWhich() throws Exception {
    in = "one\ntwo\n";
    server.failure = error(Status.Code.INVALID_ARGUMENT, "CALL_INVALID", "The call is malformed.");
    assertThat(run("complete", "--batch", "-", "--json")).isEqualTo(1);
    assertThat(stdout().lines()).hasSize(2).allMatch(line -> line.contains("CALL_INVALID"));
    assertThat(stderr())
        .contains("admiral-fleet: prompt 1: The call is malformed.\n")
        .contains("admiral-fleet: prompt 2: The call is malformed.\n")
        .contains("0 answered · 2 failed");
  }

  @Test
  void answer_thatCommandsTheTerminal_isHarmlessThere() {
    server.text = "a\u001b]0;title\u0007b\nc";
    terminal = true;
    run("complete", "--no-stream", "hi");
    assertThat(stdout()).isEqualTo("a·]0;title·b\nc\n");
    terminal = false;
    run("complete", "hi");
    assertThat(stdout()).isEqualTo("a\u001b]0;title\u0007b\nc\n");
  }

  @Test
  void colours_showOnTerminalsOnlyAndNotAgainstTheWill() {
    terminal = true;
    run("health");
    assertThat(stdout()).contains("\u001b[32mserving\u001b[0m");
    env.put("NO_COLOR", "1");
    run("health");
    assertThat(stdout()).doesNotContain("\u001b");
    env.remove("NO_COLOR");
    terminal = false;
    run("health");
    assertThat(stdout()).doesNotContain("\u001b");
  }

  @ParameterizedTest
  @CsvSource({"HEALTH_STATE_SERVING, 0", "HEALTH_STATE_DEGRADED, 0", "HEALTH_STATE_NOT_SERVING, 2"})
  void health_ofAProbe_isWellAsLongAsItServes(HealthState state, int exit) {
    server.state = state;
    assertThat(run("health", "--probe")).isEqualTo(exit);
    assertThat(stdout() + stderr()).isEmpty();
  }

  @Test
  void health_quiet_tellsByItsExitCodeAlone() {
    server.state = HealthState.HEALTH_STATE_DEGRADED;
    assertThat(run("health", "--quiet")).isEqualTo(1);
    assertThat(stdout() + stderr()).isEmpty();
  }

  @Test
  void command_leftOut_isAnsweredWithAll() {
    assertThat(run()).isEqualTo(64);
    assertThat(stdout()).isEmpty();
    assertThat(stderr()).startsWith("admiral-fleet: say what to do").contains("doctor", "status");
  }

  @Test
  void command_mistyped_isAnsweredWithTheNearest() {
    assertThat(run("statsu")).isEqualTo(64);
    assertThat(stderr()).contains("Did you mean").contains("stats");
    assertThat(run("--address", "127.0.0.1:1", "status")).isEqualTo(64);
    assertThat(stderr()).contains("Options stand behind the command");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bash", "zsh"})
  void completion_script_isOneForBash(String shell) throws Exception {
    assertThat(run("completion", shell)).isZero();
    Path script = Files.writeString(home.resolve("script"), stdout());
    Process check =
        new ProcessBuilder("bash", "-n", script.toString()).redirectErrorStream(true).start();
    String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(check.waitFor()).as(said).isZero();
    assertThat(stdout()).contains("admiral-fleet").contains("--drop-older-than");
  }

  @Test
  void server_absent_isOneSentenceAndExitCodeTwo() {
    String address = server.address();
    server.close();
    assertThat(run("health")).isEqualTo(2);
    assertThat(stdout()).isEmpty();
    assertThat(stderr())
        .startsWith("admiral-fleet: Admiral at " + address + " cannot be reached: ")
        .contains("The address came from ADMIRAL_ADDRESS")
        .doesNotContain("\tat ");
  }

  @Test
  void server_frozen_isTwo() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      assertThat(run("status", "--address", address, "--timeout", "0.3")).isEqualTo(2);
      assertThat(stderr())
          .isEqualTo(
              "admiral-fleet: The deadline passed before Admiral at " + address + " answered.\n");
      assertThat(run("complete", "--address", address, "--timeout", "0.3", "hi")).isEqualTo(1);
    }
  }

  @Test
  void failure_withFieldsAndWait_tellsThem() {
    RetryInfo.Builder wait = RetryInfo.newBuilder();
    wait.getRetryDelayBuilder().setSeconds(3);
    server.failure =
        error(
            Status.Code.INVALID_ARGUMENT,
            "CALL_INVALID",
            "The call is malformed.",
            BadRequest.newBuilder()
                .addFieldViolations(
                    BadRequest.FieldViolation.newBuilder()
                        .setField("prompt.model")
                        .setDescription("is empty"))
                .build(),
            wait.build());
    assertThat(run("complete", "hi")).isEqualTo(1);
    assertThat(stderr())
        .isEqualTo(
            """
            admiral-fleet: The call is malformed.
              prompt.model: is empty
            Try again in 3.0 s.
            """);
  }

  @Test
  void address_fromEndpointsOfDataFolder_isUsed() throws Exception {
    env.remove("ADMIRAL_ADDRESS");
    Path data = Files.createDirectories(home.resolve(".admiral"));
    Files.writeString(data.resolve("endpoints.json"), endpoints(ProcessHandle.current().pid()));
    assertThat(run("health")).isEqualTo(0);
    env.put("ADMIRAL_DATA_DIR", data.toString());
    assertThat(run("health")).isEqualTo(0);
    Files.writeString(data.resolve("endpoints.json"), "{");
    assertThat(run("health")).isEqualTo(64);
    assertThat(stderr()).contains("endpoints.json is not JSON: use --address HOST:PORT.");
    Files.writeString(data.resolve("endpoints.json"), "{}");
    assertThat(run("health")).isEqualTo(64);
    assertThat(run("health", "--address", server.address())).isEqualTo(0);
  }

  @Test
  void address_fromEndpointsOfServerThatHasEnded_isIgnored() throws Exception {
    env.remove("ADMIRAL_ADDRESS");
    Process ended =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
            .redirectErrorStream(true)
            .start();
    ended.getInputStream().readAllBytes();
    ended.waitFor();
    Path data = Files.createDirectories(home.resolve(".admiral"));
    Files.writeString(data.resolve("endpoints.json"), endpoints(ended.pid()));
    // What may answer on the usual port is no part of this test, so it ends before it connects.
    assertThat(run("health", "--cert", "only.pem")).isEqualTo(64);
    assertThat(stderr())
        .startsWith(
            data.resolve("endpoints.json")
                + " is ignored: its server, process "
                + ended.pid()
                + ", has ended. Asking 127.0.0.1:50051; use --address HOST:PORT for another.\n")
        .containsOnlyOnce("is ignored");
  }

  @Test
  void key_fromEnvironmentOrFile_isShownToServerOnly() throws Exception {
    env.put("ADMIRAL_KEY_FILE", Files.writeString(home.resolve("key"), "from-file\n").toString());
    run("health");
    env.put("ADMIRAL_KEY", "from-env");
    run("health");
    run("health", "--key", "from-option");
    assertThat(server.headers.stream().map(MainTest::authorization))
        .containsExactly("Bearer from-file", "Bearer from-env", "Bearer from-option");
    assertThat(stdout() + stderr()).doesNotContain("from-");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "complete --max-tokens many hi",
        "complete --no-cache --refresh hi",
        "complete",
        "health --timeout 0",
        "health --address a:b",
        "health --address example.org:1",
        "health --cert only.pem",
        "health --ca missing.pem",
        "cache --drop-older-than soon",
        "cache --drop-model nameless",
        "cost --by moon",
        "report --day tomorrow",
        "cost --from yesterday",
        "cost --from 2026-02-01 --to 2026-01-01",
        "cache --drop-all --drop-agent a",
        "learn --most 0",
        "top --interval 0",
        "top --count 0",
        "calls --most 0",
        "complete --batch missing.txt",
        "complete --batch - word",
        "complete --batch -",
        "completion fish",
        "config",
        "config chek",
        "health --output xml"
      })
  void commandLine_wrong_isOneSentenceAndExitCode64(String line) {
    assertThat(run(line.split(" "))).isEqualTo(64);
    assertThat(stdout()).isEmpty();
    assertThat(stderr()).startsWith("admiral-fleet: ").doesNotContain("\tat ", "java.", "Error");
    assertThat(stderr().lines().count()).isLessThanOrEqualTo(3);
  }

  @Test
  void stats_asTable_showsCountsMoneyAndTimes() {
    assertThat(run("stats")).isEqualTo(0);
    assertThat(stdout())
        .contains("Since 2026-09-21 14:13:20 UTC\n")
        .contains("asked for               12,345")
        .contains("from memory              9,000  73.2 %")
        .contains("dollars spent  $1.234567890123")
        .contains("of a call   0.21 ms  34 ms  1.3 s  1 min 15 s  2 h 5 min")
        .contains("openai/gpt-5-mini  12,345      45  81.3 %  $1.234567890123  0.21 ms  1.3 s");
  }

  @Test
  void stats_asJson_isTheContractsMessage() throws Exception {
    assertThat(run("stats", "--output", "json")).isEqualTo(0);
    StatsResponse.Builder read = StatsResponse.newBuilder();
    JsonFormat.parser().merge(stdout(), read);
    assertThat(read.getTotal().getCallCount()).isEqualTo(12_345);
  }

  @Test
  void learn_reportedOutcomes_standBelowTheFailures() {
    assertThat(run("learn")).isEqualTo(0);

    assertThat(stdout()).containsSubsequence("groq/llama", "429", "MODEL", "openai/gpt-4o");
    assertThat(stdout().lines().toList().getLast())
        .contains("review")
        .contains("1,250")
        .contains("0.875");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "health",
        "stats",
        "agents",
        "models",
        "cost",
        "report",
        "learn",
        "cache",
        "status",
        "top --once",
        "limits",
        "calls",
        "calls call-1",
        "cost --by day",
        "events --most 2"
      })
  void everyCommand_inFortyColumns_staysWithin(String line) {
    width = 40;
    terminal = line.startsWith("events");
    assertThat(run(line.split(" "))).isEqualTo(0);
    assertThat(stdout().lines().filter(row -> row.length() > 40)).isEmpty();
    assertThat(stdout()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "health",
        "stats",
        "agents",
        "models",
        "cost",
        "report",
        "learn",
        "cache",
        "status",
        "top --once",
        "limits",
        "calls",
        "calls call-1",
        "events --most 2"
      })
  void everyCommand_asJson_printsJson(String line) {
    assertThat(run((line + " --json").split(" "))).isEqualTo(0);
    assertThat(stdout()).startsWith("{").endsWith("}\n");
  }

  @Test
  void cost_byAgentInARange_asksForThat() {
    assertThat(run("cost", "--by", "agent", "--from", "2026-01-31", "--to", "2026-02-01")).isZero();
    GetReportRequest request = asked(GetReportRequest.class);
    assertThat(request.getGrouping()).isEqualTo(ReportGrouping.REPORT_GROUPING_AGENT);
    assertThat(request.getStartTime().getSeconds()).isEqualTo(1_769_817_600);
    assertThat(request.getEndTime().getSeconds()).isEqualTo(1_769_904_000);
    assertThat(stdout()).contains("$0.000000000001").contains("Without a price: 4 further calls");
  }

  @Test
  void report_ofYesterday_tellsEveryDigitByAgentAndModel() {
    assertThat(run("report", "--markdown")).isZero();

    assertThat(stdout())
        .isEqualTo(
            """
            # What Admiral saved on 2026-09-20 (UTC)

            Saved: 9 calls, $0.000000003, 1 min 15 s. Paid: 2 calls, $0.000000000001.

            Estimated, as the vendor reported no usage: 1 further call, $2.00.

            Without a price: 4 further calls.

            | AGENT | PAID CALLS | PAID | ESTIMATED | SAVED CALLS | SAVED | TIME SAVED |
            |---|---:|---:|---:|---:|---:|---:|
            | openai/gpt-5-mini | 3 | $0.000000000001 | $2.00 | 9 | $0.000000003 | 1 min 15 s |

            | MODEL | PAID CALLS | PAID | ESTIMATED | SAVED CALLS | SAVED | TIME SAVED |
            |---|---:|---:|---:|---:|---:|---:|
            | openai/gpt-5-mini | 3 | $0.000000000001 | $2.00 | 9 | $0.000000003 | 1 min 15 s |
            """);
    assertThat(server.requests)
        .map(request -> ((GetReportRequest) request).getGrouping())
        .containsExactly(
            ReportGrouping.REPORT_GROUPING_AGENT, ReportGrouping.REPORT_GROUPING_MODEL);
    GetReportRequest request = asked(GetReportRequest.class);
    assertThat(request.getStartTime().getSeconds()).isEqualTo(1_789_862_400);
    assertThat(request.getEndTime().getSeconds()).isEqualTo(1_789_948_800);
  }

  @Test
  void report_intoAFolder_isWrittenThereWhole() throws Exception {
    Path reports = home.resolve("reports");

    assertThat(run("report", "--day", "2026-01-31", "--into", reports.toString())).isZero();

    assertThat(stdout()).isEqualTo(reports.resolve("2026-01-31.md") + "\n");
    assertThat(Files.readString(reports.resolve("2026-01-31.md")))
        .startsWith("# What Admiral saved on 2026-01-31 (UTC)\n")
        .endsWith("|\n");
    assertThat(reports.resolve("2026-01-31.md.new")).doesNotExist();
  }

  @Test
  void report_intoAFile_saysThatItCannotBeWritten() throws Exception {
    Path file = Files.writeString(home.resolve("file"), "");

    assertThat(run("report", "--day", "today", "--into", file.toString())).isEqualTo(1);

    assertThat(stderr())
        .isEqualTo(
            "admiral-fleet: the page %s cannot be written; check that %s may be written to.\n",
            file.resolve("2026-09-21.md"), file);
  }

  @ParameterizedTest
  @CsvSource({"90s, 90", "30m, 1800", "12h, 43200", "2d, 172800"})
  void cache_dropOlder_readsAge(String age, long seconds) {
    assertThat(run("cache", "--drop-older-than", age)).isZero();
    assertThat(asked(InvalidateCacheRequest.class).getAge().getMinAge().getSeconds())
        .isEqualTo(seconds);
    assertThat(stdout()).isEqualTo("1,234 answers removed\n");
  }

  @Test
  void cache_dropModel_keepsSlashesOfItsName() {
    run("cache", "--drop-model", "openrouter/meta/llama");
    assertThat(asked(InvalidateCacheRequest.class).getModel().getModel()).isEqualTo("meta/llama");
  }

  @Test
  void models_onTwoPages_areAllShown() {
    run("models");
    assertThat(stdout())
        .contains("openai/gpt-5-mini  400,000      $0.25       $2.00")
        .contains("zz/local")
        .contains("fast   openai/gpt-5-mini");
  }

  /** The server would go on for ever. */
  @Test
  @Timeout(60)
  void events_forATime_endByThemselves() {
    assertThat(run("events", "--for", "0.2")).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "NaN"})
  void events_forNoTime_areRefused(String seconds) {
    assertThat(run("events", "--for", seconds)).isEqualTo(64);
  }

  @Test
  void events_watched_areOneALine() {
    run("events", "--most", "2", "optimizer.#");
    assertThat(stdout())
        .isEqualTo(
            """
            14:13:20  call.finished  triage-1  openai/gpt-5-mini  memory  $0.00125  0.00 ms
            14:13:20  events.dropped  5 events were missed
            """);
  }

  @Test
  void help_ofEachCommand_isThere() {
    assertThat(run("--help")).isZero();
    String overview = stdout();
    for (String name :
        new String[] {
          "status",
          "health",
          "stats",
          "top",
          "complete",
          "agents",
          "models",
          "limits",
          "calls",
          "cost",
          "cache",
          "learn",
          "events",
          "doctor",
          "config",
          "completion"
        }) {
      assertThat(overview).contains("  " + name);
      assertThat(run(name, "--help")).isZero();
    }
  }

  /** Keeps what is printed, unless its reader has left. */
  private static final class Output extends ByteArrayOutputStream {
    boolean broken;

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
      if (!broken) {
        super.write(bytes, from, length);
      }
    }

    @Override
    public void flush() throws IOException {
      if (broken) {
        throw new IOException("Broken pipe");
      }
    }
  }

  private static Struct object(String json) throws Exception {
    Struct.Builder object = Struct.newBuilder();
    JsonFormat.parser().merge(json, object);
    return object.build();
  }

  /** What of a line shows on a terminal. */
  private static String shown(String line) {
    return line.replaceAll("\u001b\\[[0-9;?]*[A-Za-z]", "");
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    Shell shell =
        new Shell(
            env,
            home,
            new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8)),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new Window(() -> new Window.Size(width, 24)),
            ticker,
            null,
            false,
            terminal,
            false,
            false);
    return Main.run(shell, args);
  }

  private String stdout() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String stderr() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private <M> M asked(Class<M> type) {
    return type.cast(server.requests.element());
  }

  private String endpoints(long pid) {
    return "{\"pid\":%d,\"grpc\":{\"host\":\"0.0.0.0\",\"port\":%d,\"tls\":false}}"
        .formatted(pid, server.port());
  }

  private static String authorization(Metadata headers) {
    return headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
  }

  private static StatusRuntimeException error(
      Status.Code code, String reason, String message, com.google.protobuf.Message... details) {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder()
            .setCode(code.value())
            .setMessage(message)
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain("optimizer.admiral.dev")
                        .setReason(reason)
                        .build()));
    for (com.google.protobuf.Message detail : details) {
      status.addDetails(Any.pack(detail));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }
}
