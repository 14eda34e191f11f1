package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.admiral.optimizer.v1.HealthState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands that look at this machine, beside a program admiral that is a stand-in. */
final class LocalTest {
  private static final String FINE =
      "configuration without a file is fine: 2 providers (openai, claude), 1 key; data in %s;"
          + " gRPC on 127.0.0.1:%d; HTTP on 127.0.0.1:0";

  private final Map<String, String> env = new HashMap<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  @TempDir private Path home;
  private FakeFleet server;
  private Path data;

  @BeforeEach
  void start() throws Exception {
    server = new FakeFleet();
    data = Files.createDirectory(home.resolve("data"));
    env.put("ADMIRAL_DATA_DIR", data.toString());
    endpoints("127.0.0.1");
    program("echo '" + FINE.formatted(data, 50051) + "'");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void configCheck_ofAFile_passesOnWhatTheProgramSays(int exit) throws Exception {
    program("echo \"$@\"; echo because >&2; exit " + exit);
    assertThat(run("config", "check", "my.yaml")).isEqualTo(exit);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo("serve --check-config --config my.yaml\n");
    assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("because\n");
  }

  @Test
  void configCheck_withoutTheProgram_saysHowToFindIt() throws Exception {
    Files.delete(home.resolve("admiral"));
    assertThat(run("config", "check")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith(
            "admiral-fleet: the program admiral, which judges a configuration, is not found")
        .hasLineCount(1);
  }

  @Test
  void configCheck_programOnThePath_isUsed() throws Exception {
    Path bin = Files.createDirectory(home.resolve("bin"));
    Files.move(home.resolve("admiral"), bin.resolve("admiral"));
    env.put("PATH", home.resolve("nowhere") + ":" + bin);
    assertThat(run("config", "check")).isZero();
  }

  @Test
  void configCheck_installedServerOnThePath_isAskedWithoutTheLaunchersWord() throws Exception {
    Path bin = Files.createDirectory(home.resolve("bin"));
    program("echo \"$@\"");
    Files.move(home.resolve("admiral"), bin.resolve("admiral-server"));
    env.put("PATH", bin.toString());
    assertThat(run("config", "check", "my.yaml")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("--check-config --config my.yaml\n");
  }

  @Test
  void configCheck_programThatCannotRun_isOneSentence() throws Exception {
    Files.writeString(home.resolve("admiral"), "#!/no/such/interpreter\n");
    assertThat(run("config", "check")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("admiral-fleet: " + home.resolve("admiral") + " cannot be run: ")
        .hasLineCount(1);
  }

  @Test
  void doctor_whereAllIsWellButAModel_warnsOfThat() {
    assertThat(run("doctor")).isEqualTo(1);
    assertThat(lines())
        .contains("OK    " + FINE.formatted(data, 50051))
        .contains("OK    data folder " + data)
        .contains(
            "OK    gRPC port "
                + server.port()
                + " is held by the server, process "
                + ProcessHandle.current().pid())
        .contains("OK    providers are configured, or their usual keys are in the environment")
        .contains("OK    every part of the server works, all 1")
        .anyMatch(line -> line.startsWith("WARN  zz/local is not asked, as calls failed: "))
        .anyMatch(line -> line.startsWith("WARN  the server's clock is "))
        .noneMatch(line -> line.startsWith("FAIL"));
  }

  @Test
  void doctor_whereNoServerRuns_failsAndSaysHowToStartOne() throws Exception {
    String address = server.address();
    server.close();
    Files.delete(data.resolve("endpoints.json"));
    env.put("ADMIRAL_ADDRESS", address);
    program("echo '" + FINE.formatted(data, 0) + "'");
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines())
        .contains("OK    the gRPC port will be any that is free")
        .contains("OK    the HTTP port will be any that is free")
        .anyMatch(line ->
            line.startsWith("FAIL  Admiral at " + address + " cannot be reached: ")
                && line.endsWith(
                    "start a server with ./admiral serve, or name another with --address"));
  }

  @Test
  void doctor_portHeldByAStranger_failsAndSaysWhatToSet() throws Exception {
    env.put("ADMIRAL_ADDRESS", server.address());
    server.close();
    Files.delete(data.resolve("endpoints.json"));
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      program("echo '" + FINE.formatted(data, stranger.getLocalPort()) + "'");
      assertThat(run("doctor")).isEqualTo(2);
      assertThat(lines())
          .anyMatch(line ->
              line.startsWith(
                      "FAIL  gRPC port "
                          + stranger.getLocalPort()
                          + " of 127.0.0.1 cannot be listened on: ")
                  && line.contains("ADMIRAL_GRPC_PORT"));
    }
  }

  @Test
  void doctor_wrongConfiguration_failsWithItsSentence() throws Exception {
    program("echo \"admiral: a.yaml:1:1: unknown key 'cahce'\" >&2; exit 2");
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines())
        .anyMatch(line -> line.startsWith("FAIL  a.yaml:1:1: unknown key 'cahce': "));
  }

  @Test
  void doctor_dataFolderThatIsAFile_fails() throws Exception {
    Path taken = Files.writeString(home.resolve("taken"), "");
    program("echo '" + FINE.formatted(taken.resolve("data"), 0) + "'");
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines()).anyMatch(line -> line.startsWith("FAIL  the data folder " + taken));
  }

  @Test
  void doctor_partThatIsDown_failsWithAHint() {
    server.state = HealthState.HEALTH_STATE_NOT_SERVING;
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines())
        .anyMatch(line ->
            line.startsWith("FAIL  provider/openai is not serving, Answers.: ")
                && line.contains("admiral-fleet learn --provider openai"));
  }

  @Test
  void doctor_openServerBeyondLoopback_fails() throws Exception {
    endpoints("0.0.0.0");
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines())
        .anyMatch(
            line -> line.startsWith("FAIL  the server listens on 0.0.0.0 and answers without"));
    assertThat(run("doctor", "--key", "secret-key")).isEqualTo(1);
    assertThat(lines())
        .anyMatch(line -> line.startsWith("WARN  the server listens on 0.0.0.0 without TLS"))
        .noneMatch(line -> line.contains("secret-key"));
  }

  @Test
  void doctor_httpFrontThatIsSilent_fails() throws Exception {
    int nobody;
    try (ServerSocket free = new ServerSocket(0)) {
      nobody = free.getLocalPort();
    }
    endpoints("127.0.0.1", ",\"http\":{\"host\":\"127.0.0.1\",\"port\":" + nobody + "}");
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines())
        .anyMatch(line -> line.startsWith("FAIL  the HTTP front at http://127.0.0.1:" + nobody));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "200 | {\"status\":\"ready\"} | OK    the HTTP front at %s answers, and is ready",
        "503 | {\"reason\":\"a store does not work\"}"
            + " | FAIL  the HTTP front at %s is not ready: a store does not work: ",
        "200 | {\"version\":\"0.0.7\"}"
            + " | WARN  the HTTP front at %s is of version 0.0.7, and by gRPC it is ",
      })
  void doctor_httpFront_isReadyOrSaysWhyNot(int status, String body, String finding)
      throws Exception {
    HttpServer front = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    front.createContext("/health/live", exchange -> reply(exchange, 200, "{}"));
    front.createContext("/health/ready", exchange -> reply(exchange, status, body));
    front.createContext("/health", exchange -> reply(exchange, status, body));
    front.start();
    try {
      int port = front.getAddress().getPort();
      endpoints("127.0.0.1", ",\"http\":{\"host\":\"127.0.0.1\",\"port\":" + port + "}");
      assertThat(run("doctor")).isEqualTo(status == 200 ? 1 : 2);
      assertThat(lines())
          .anyMatch(line -> line.startsWith(finding.formatted("http://127.0.0.1:" + port)));
    } finally {
      front.stop(0);
    }
  }

  @Test
  void doctor_strangerOnTheHttpPort_fails() throws Exception {
    HttpServer front = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    front.start();
    try {
      int port = front.getAddress().getPort();
      endpoints("127.0.0.1", ",\"http\":{\"host\":\"127.0.0.1\",\"port\":" + port + "}");
      assertThat(run("doctor")).isEqualTo(2);
      assertThat(lines())
          .anyMatch(line -> line.startsWith("FAIL  ") && line.contains("HTTP status 404"));
    } finally {
      front.stop(0);
    }
  }

  private static void reply(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  @Test
  void doctor_spoiltEndpoints_failsAndGoesNoFurther() throws Exception {
    Files.writeString(data.resolve("endpoints.json"), "{");
    assertThat(run("doctor")).isEqualTo(2);
    assertThat(lines()).anyMatch(line -> line.contains("endpoints.json is not JSON"));
  }

  @Test
  void doctor_asJson_isOneObject() throws Exception {
    assertThat(run("doctor", "--json")).isEqualTo(1);
    Struct.Builder read = Struct.newBuilder();
    JsonFormat.parser().merge(out.toString(StandardCharsets.UTF_8), read);
    assertThat(read.getFieldsOrThrow("checks").getListValue().getValues(0).getStructValue())
        .satisfies(
            check -> assertThat(check.getFieldsMap()).containsOnlyKeys("level", "what", "toDo"));
  }

  private void program(String script) throws Exception {
    Path file = home.resolve("admiral");
    assertThat(Files.writeString(file, "#!/bin/sh\n" + script + "\n").toFile().setExecutable(true))
        .isTrue();
  }

  private void endpoints(String host) throws Exception {
    endpoints(host, "");
  }

  private void endpoints(String host, String more) throws Exception {
    Files.writeString(
        data.resolve("endpoints.json"),
        "{\"pid\":%d,\"grpc\":{\"host\":\"%s\",\"port\":%d,\"tls\":false}%s}"
            .formatted(ProcessHandle.current().pid(), host, server.port(), more));
  }

  private Stream<String> lines() {
    return out.toString(StandardCharsets.UTF_8).lines();
  }

  private int run(String... args) {
    out.reset();
    err.reset();
    return Main.run(
        new Shell(
            env,
            home,
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            new Window(() -> Window.Size.ENDLESS),
            new FakeTicker(),
            home,
            false,
            false,
            false,
            false),
        args);
  }
}
