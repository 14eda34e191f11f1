package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.config.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a service manager is told, by a real socket of Linux. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "service managers listen on sockets of Linux")
class ServiceManagerTest {
  private static final long PID = 42;

  @TempDir Path folder;
  private final Map<String, String> variables = new HashMap<>();
  private DatagramSink sink;

  @AfterEach
  void close() {
    if (sink != null) {
      sink.close();
    }
  }

  @Test
  void withoutSocket_nobodyListensAndNothingHappens() throws Exception {
    ServiceManager manager = manager();

    manager.serving("well");
    manager.alive();
    manager.stopping(Duration.ofSeconds(1));

    assertThat(manager.listens()).isFalse();
    assertThat(manager.watchdog()).isEmpty();
  }

  @Test
  void readyServer_tellsItOnceAndEachChangeOfItsStatus() throws Exception {
    ServiceManager manager = listened();

    manager.serving("well");
    manager.serving("well");
    manager.serving("not well: é");

    assertThat(sink.next()).isEqualTo("READY=1\nSTATUS=well");
    assertThat(sink.next()).isEqualTo("STATUS=not well: é");
    assertThat(sink.poll()).isEmpty();
  }

  @Test
  void stoppingServer_asksForItsTimeAndNoLongerTellsThatItServes() throws Exception {
    ServiceManager manager = listened();

    manager.stopping(Duration.ofSeconds(60));
    manager.serving("well");

    assertThat(sink.next())
        .startsWith("STOPPING=1\nSTATUS=")
        .endsWith("\nEXTEND_TIMEOUT_USEC=60000000");
    assertThat(sink.poll()).isEmpty();
  }

  @Test
  void socketThatIsNoFile_isToldToo() throws Exception {
    String name = "@admiral/" + UUID.randomUUID();
    sink = new DatagramSink(name);
    assertThat(Files.readString(Path.of("/proc/net/unix"))).contains(name);
    variables.put("NOTIFY_SOCKET", name);

    manager().alive();

    assertThat(sink.next()).isEqualTo("WATCHDOG=1");
  }

  @Test
  void managerThatDoesNotListen_isToldOnceItDoes() throws Exception {
    variables.put("NOTIFY_SOCKET", folder.resolve("notify").toString());
    ServiceManager manager = manager();

    assertThatThrownBy(() -> manager.serving("well")).isInstanceOf(IOException.class);
    listened();
    manager.serving("well");

    assertThat(sink.next()).isEqualTo("READY=1\nSTATUS=well");
  }

  @Test
  void managerThatReadsNothing_doesNotHoldUpTheServer() {
    ServiceManager manager = listened();

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 1_000_000; i++) {
                manager.alive();
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not taken");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "@", "relative", "vsock:2:1234", "LONG"})
  void socketThatCannotBe_isLeftAlone(String name) {
    variables.put("NOTIFY_SOCKET", name.replace("LONG", "/" + "x".repeat(200)));

    assertThat(manager().listens()).isFalse();
  }

  @Test
  void watchdog_isThatOfThisProcess() {
    listened();
    variables.put("WATCHDOG_USEC", "30000000");
    assertThat(manager().watchdog()).contains(Duration.ofSeconds(30));

    variables.put("WATCHDOG_PID", "42");
    assertThat(manager().watchdog()).contains(Duration.ofSeconds(30));

    variables.put("WATCHDOG_PID", "43");
    assertThat(manager().watchdog()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "soon"})
  void watchdogWithoutATime_isNone(String micros) {
    listened();
    variables.put("WATCHDOG_USEC", micros);

    assertThat(manager().watchdog()).isEmpty();
  }

  private ServiceManager listened() {
    Path socket = folder.resolve("notify");
    sink = new DatagramSink(socket.toString());
    assertThat(socket).exists();
    variables.put("NOTIFY_SOCKET", socket.toString());
    return manager();
  }

  private ServiceManager manager() {
    return ServiceManager.of(new Environment(variables, folder), PID);
  }
}
