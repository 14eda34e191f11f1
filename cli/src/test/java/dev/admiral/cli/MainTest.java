package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.JsonFormat;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.RetryInfo;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StreamRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The commands as a person or a script uses them. Does not test what terminals are told apart by.
 */
final class MainTest {
  private final Map<String, String> env = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private String in = "";
  private int width = 80;
  private boolean terminal;
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
        "health --output xml"
      })
  void commandLine_wrong_isOneSentenceAndExitCode64(String line) {
    assertThat(run(line.split(" "))).isEqualTo(64);
    assertThat(stdout()).isEmpty();
    assertThat(stderr()).startsWith("admiral-fleet: ").doesNotContain("\tat ");
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "health",
        "stats",
        "agents",
        "models",
        "cost",
        "learn",
        "cache",
        "events --most 2"
      })
  void everyCommand_inFortyColumns_staysWithin(String line) {
    width = 40;
    assertThat(run(line.split(" "))).isEqualTo(0);
    if (!line.startsWith("events")) {
      assertThat(stdout().lines().filter(row -> row.length() > 40)).isEmpty();
    }
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
        "learn",
        "cache",
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
          "complete", "health", "stats", "cost", "agents", "models", "learn", "cache", "events"
        }) {
      assertThat(overview).contains("  " + name);
      assertThat(run(name, "--help")).isZero();
    }
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
            width,
            false,
            terminal,
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
