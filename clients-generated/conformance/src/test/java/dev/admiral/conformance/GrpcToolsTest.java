package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** grpcurl and grpc-health-probe, with no proto file at hand. */
@Execution(ExecutionMode.SAME_THREAD)
class GrpcToolsTest {
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final String SERVICE = "admiral.optimizer.v1.OptimizerService";
  private static final String HELLO =
      """
      {"prompt":{"model":"openai/gpt-4o","messages":[{"role":"ROLE_USER",
       "parts":[{"text":{"text":"Hello"}}]}]}}
      """;

  @TempDir static Path folder;

  private static Optional<String> missing;
  private static Optional<LiveServer> server = Optional.empty();

  @BeforeAll
  static void start() throws IOException {
    missing = Language.missing("go");
    if (missing.isEmpty()) {
      Path tools = Files.createDirectories(tools());
      Command.Outcome built =
          Command.run(BUILD_LIMIT, Language.tasks("go").toString(), "tools", tools.toString());
      assertThat(built.code()).as(built.output()).isZero();
      server = Optional.of(LiveServer.start(folder.resolve("live")));
    }
  }

  @AfterAll
  static void stop() {
    server.ifPresent(LiveServer::close);
  }

  @BeforeEach
  void need() {
    missing.ifPresent(sentence -> assumeTrue(false, sentence));
  }

  @Test
  void grpcurl_list_namesEveryService() {
    assertThat(grpcurl("list").lines())
        .contains(SERVICE, "admiral.optimizer.v1.LedgerService", "grpc.health.v1.Health");
  }

  @Test
  void grpcurl_describe_showsAMessage() {
    assertThat(grpcurl("describe", "admiral.optimizer.v1.CompleteRequest"))
        .contains("Prompt prompt = 4")
        .contains("string request_id = 6;");
  }

  @Test
  void grpcurl_complete_isAnswered() throws IOException {
    JsonNode answer = Contract.JSON.readTree(grpcurl("-d", HELLO, SERVICE + "/Complete"));

    assertThat(answer.at("/completion/finish_reason").asText())
        .as(answer.toPrettyString())
        .isEqualTo("FINISH_REASON_STOP");
  }

  @Test
  void grpcurl_stream_showsEachEvent() throws IOException {
    String output = grpcurl("-d", HELLO, SERVICE + "/Stream");

    try (MappingIterator<JsonNode> events =
        Contract.JSON.readerFor(JsonNode.class).readValues(output)) {
      assertThat(events.readAll())
          .hasSizeGreaterThan(2)
          .satisfies(all -> assertThat(all.getFirst().has("started")).isTrue())
          .satisfies(all -> assertThat(all.getLast().has("finished")).isTrue());
    }
  }

  @Test
  void grpcurl_health_tellsOfEachPart() throws IOException {
    JsonNode health = Contract.JSON.readTree(grpcurl(SERVICE + "/Health"));

    assertThat(health.at("/state").asText()).isEqualTo("HEALTH_STATE_SERVING");
    assertThat(health.at("/parts")).isNotEmpty();
  }

  @Test
  void grpcurl_refusedCall_saysWhatWasWrong() {
    Command.Outcome refused =
        Command.run(
            LIMIT,
            tool("grpcurl"),
            "-plaintext",
            "-d",
            HELLO.replace("gpt-4o", "gtp-4o").replace("openai/", ""),
            server().address(),
            SERVICE + "/Complete");

    assertThat(refused.code()).isNotZero();
    assertThat(refused.output()).contains("NotFound").contains("did you mean gpt-4o");
  }

  @Test
  void healthProbe_ofAServingServer_exitsWell() {
    assertThat(probe(server(), "").code()).isZero();
  }

  @Test
  void healthProbe_ofAnUnknownService_fails() {
    assertThat(probe(server(), "-service=no.such.Service").code()).isNotZero();
  }

  @Test
  void stoppingServer_saysNotServing_thenRefusesProbes() throws Exception {
    try (LiveServer stopping = LiveServer.start(folder.resolve("stopping"))) {
      Process watch =
          new ProcessBuilder(
                  tool("grpcurl"), "-plaintext", stopping.address(), "grpc.health.v1.Health/Watch")
              .redirectErrorStream(true)
              .start();
      try (BufferedReader lines = watch.inputReader()) {
        String said = until(lines, "SERVING");
        assertThat(said).doesNotContain("NOT_SERVING");
        stopping.drain();
        assertThat(until(lines, "NOT_SERVING")).contains("NOT_SERVING");
      } finally {
        watch.destroy();
      }
      assertThat(probe(stopping, "").code()).isNotZero();
    }
  }

  private static String until(BufferedReader lines, String word) throws IOException {
    String line = lines.readLine();
    while (line != null && !line.contains(word)) {
      line = lines.readLine();
    }
    return String.valueOf(line);
  }

  private static String grpcurl(String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(tool("grpcurl"));
    command.add("-plaintext");
    boolean data = arguments[0].equals("-d");
    if (data) {
      command.add("-d");
      command.add(arguments[1]);
    }
    command.add(server().address());
    command.addAll(List.of(arguments).subList(data ? 2 : 0, arguments.length));
    Command.Outcome outcome = Command.run(LIMIT, command.toArray(String[]::new));
    assertThat(outcome.code()).as(outcome.output()).isZero();
    return outcome.output();
  }

  private static Command.Outcome probe(LiveServer of, String option) {
    return option.isEmpty()
        ? Command.run(LIMIT, tool("grpc-health-probe"), "-addr=" + of.address())
        : Command.run(LIMIT, tool("grpc-health-probe"), "-addr=" + of.address(), option);
  }

  private static LiveServer server() {
    return server.orElseThrow();
  }

  private static String tool(String name) {
    return tools().resolve(name).toString();
  }

  private static Path tools() {
    return Checkout.target().resolve("tools");
  }
}
