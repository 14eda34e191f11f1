package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.ConfigWatch;
import dev.admiral.optimizer.config.Environment;
import dev.admiral.optimizer.config.LiveConfig;
import dev.admiral.optimizer.config.LogSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** A changed file, from the look at it to what the engines read and the operator is told. */
class ReloadTest {
  private static final String OPEN_TO_OTHERS =
      "grpc: {host: 0.0.0.0, plaintext_beyond_loopback: true}\n";
  private static final String KEYS = "keys: [{label: ops, key: first}]\n";

  @TempDir Path folder;

  private final Logger logger = (Logger) LoggerFactory.getLogger(Reload.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private Path file;
  private LiveConfig live;
  private ConfigWatch watch;

  @BeforeEach
  void takeDownLines() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void logAsBefore() {
    logger.detachAppender(lines);
    Logs.apply(LogSettings.DEFAULT);
  }

  @Test
  void changeOfWhatIsLive_holdsAtOnceAndIsTold() throws Exception {
    start("");
    Live<Duration> timeToLive = live.part(c -> c.serving().cache().timeToLive());

    change("cache: {time_to_live: 3m}\n");

    assertThat(timeToLive.get()).isEqualTo(Duration.ofMinutes(3));
    assertThat(told())
        .containsExactly("the changed configuration is applied: [cache.time_to_live]");
  }

  @Test
  void changeOfWhatIsNotLive_isToldInOneSentenceAndChangesNothing() throws Exception {
    start("");
    Live<Config.Doors> doors = live.part(Config::doors);
    final Config.Doors before = doors.get();

    change("{grpc: {port: 7}, http: {port: 8}}\n");

    assertThat(doors.get()).isEqualTo(before);
    assertThat(told())
        .containsExactly(
            "restart the server to apply the changed configuration of [grpc.port, http.port]");
  }

  @Test
  void changeThatWouldLetStrangersIn_isRefused() throws Exception {
    start(OPEN_TO_OTHERS + KEYS);
    Live<Config.Access> access = live.part(Config::access);

    change(OPEN_TO_OTHERS);

    assertThat(access.get().keys()).hasSize(1);
    assertThat(told()).isEmpty();
  }

  /** As of a file that somebody is about to write, or that was cut off. */
  @Test
  void changeThatTakesAllKeysAway_isRefused() throws Exception {
    start(KEYS);
    Live<Config.Access> access = live.part(Config::access);

    change("");

    assertThat(access.get().keys()).hasSize(1);
    assertThat(told()).isEmpty();
  }

  private void start(String text) throws Exception {
    Config started = read(text);
    live = new LiveConfig(started);
    watch = new ConfigWatch(configFile(), text, started, new Reload(live));
  }

  private Config read(String text) throws Exception {
    file = Files.writeString(folder.resolve("config.yaml"), text);
    return configFile().read(text, _ -> {});
  }

  private void change(String text) throws Exception {
    Files.writeString(file, text);
    for (int i = 0; i < 3; i++) {
      watch.look();
    }
  }

  private List<String> told() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private ConfigFile configFile() {
    return new ConfigFile(Optional.of(file), environment());
  }

  private Environment environment() {
    return new Environment(Map.of(), folder);
  }
}
