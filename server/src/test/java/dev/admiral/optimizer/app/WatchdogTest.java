package dev.admiral.optimizer.app;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.app.Watchdog.Door;
import dev.admiral.optimizer.config.Environment;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The watchdog is fed as long as both ports answer, and no longer. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "service managers listen on sockets of Linux")
class WatchdogTest {
  private static final InetAddress HERE = InetAddress.getLoopbackAddress();
  private static final Duration AMPLE = Duration.ofMinutes(8);

  @TempDir Path folder;
  private DatagramSink sink;
  private ServiceManager manager;

  @BeforeEach
  void listen() {
    sink = new DatagramSink(folder.resolve("notify").toString());
    manager = at("notify");
  }

  @AfterEach
  void close() {
    sink.close();
  }

  @Test
  void serverThatAnswers_isAlive() throws Exception {
    Path config = folder.resolve("config.yaml");
    Files.writeString(config, "data_dir: data\ngrpc: {port: 0}\nhttp: {port: 0}\n");
    try (TestServer server = TestServer.start(config);
        Watchdog watchdog =
            watchdog(
                AMPLE,
                Door.grpc(InetAddress.getByName("0.0.0.0"), server.port()),
                Door.http(HERE, server.httpPort(), () -> true))) {
      watchdog.look();

      assertThat(sink.poll()).contains("WATCHDOG=1");
    }
  }

  @Test
  void portWhoseThreadsAreStuck_isNotAlive() throws Exception {
    // The kernel takes the connection; nobody answers.
    try (ServerSocket stuck = new ServerSocket(0, 10, HERE);
        Watchdog watchdog =
            watchdog(Duration.ofMillis(80), Door.grpc(HERE, stuck.getLocalPort()))) {
      watchdog.look();

      assertThat(sink.poll()).isEmpty();
    }
  }

  @Test
  void answerThatIsLate_isWaitedForWhereItWasAsked() throws Exception {
    CountDownLatch givenUpOnce = new CountDownLatch(1);
    try (ServerSocket paused = new ServerSocket(0, 10, HERE);
        Watchdog watchdog =
            watchdog(
                Duration.ofSeconds(4),
                Door.http(
                    HERE,
                    paused.getLocalPort(),
                    () -> {
                      givenUpOnce.countDown();
                      return true;
                    }))) {
      Thread answers =
          Thread.startVirtualThread(() -> {
            try (Socket caller = paused.accept()) {
              givenUpOnce.await();
              caller.getOutputStream().write(0);
            } catch (IOException | InterruptedException e) {
              throw new AssertionError(e);
            }
          });
      watchdog.look();
      answers.join();

      assertThat(sink.poll()).contains("WATCHDOG=1");
    }
  }

  @Test
  void portAtItsBoundOfConnections_isAlive() throws Exception {
    Path config = folder.resolve("config.yaml");
    Files.writeString(
        config,
        """
        data_dir: data
        grpc: {port: 0}
        http: {port: 0, max_connections: 1, idle_timeout: 10m}
        """);
    Map<String, String> variables =
        Map.of("NOTIFY_SOCKET", folder.resolve("notify").toString(), "WATCHDOG_USEC", "400000");
    try (TestServer server = TestServer.start(config, variables);
        Socket only = new Socket(HERE, server.httpPort())) {
      only.getOutputStream()
          .write("GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n".getBytes(US_ASCII));
      assertThat(only.getInputStream().read()).isEqualTo('H');
      sink.skip();

      // A few may have been on their way.
      assertThat(Stream.generate(sink::next).limit(5).toList()).endsWith("WATCHDOG=1");
    }
  }

  @Test
  void portThatIsClosed_isNotAlive() throws Exception {
    int port;
    try (ServerSocket closed = new ServerSocket(0, 10, HERE)) {
      port = closed.getLocalPort();
    }
    try (Watchdog watchdog = watchdog(AMPLE, Door.http(HERE, port, () -> true))) {
      watchdog.look();

      assertThat(sink.poll()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void portThatHangsUp_isAlive(boolean reset) throws Exception {
    try (ServerSocket door = new ServerSocket(0, 10, HERE);
        Watchdog watchdog = watchdog(AMPLE, Door.grpc(HERE, door.getLocalPort()))) {
      Thread hangsUp =
          Thread.startVirtualThread(() -> {
            try (Socket caller = door.accept()) {
              caller.setSoLinger(reset, 0);
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      watchdog.look();
      hangsUp.join();

      assertThat(sink.poll()).contains("WATCHDOG=1");
    }
  }

  @Test
  void managerThatIsGone_doesNotHurt() {
    try (Watchdog watchdog =
        new Watchdog(at("gone"), AMPLE, List.of(), Threads.timer("watchdog"))) {
      watchdog.look();

      assertThat(sink.poll()).isEmpty();
    }
  }

  @Test
  void startedWatchdog_looksAtOnce() {
    try (Watchdog watchdog = watchdog(AMPLE)) {
      watchdog.start();

      assertThat(sink.next()).isEqualTo("WATCHDOG=1");
    }
  }

  private Watchdog watchdog(Duration limit, Door... doors) {
    return new Watchdog(manager, limit, List.of(doors), Threads.timer("watchdog"));
  }

  private ServiceManager at(String socket) {
    return ServiceManager.of(
        new Environment(Map.of("NOTIFY_SOCKET", folder.resolve(socket).toString()), folder), 1);
  }
}
