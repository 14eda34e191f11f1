package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigWatchTest {
  private static final String KEYS = "keys: [{label: ops, key_file: ops.key}]\n";

  @TempDir Path folder;

  private final List<Config> applied = new ArrayList<>();
  private int refusals;
  private Path file;
  private ConfigWatch watch;

  @BeforeEach
  void watchFile() throws Exception {
    Files.writeString(folder.resolve("ops.key"), "first");
    file =
        Files.writeString(
            folder.resolve("config.yaml"), "limits: {agent_requests_per_minute: 1}\n" + KEYS);
    ConfigFile config = new ConfigFile(Optional.of(file), new Environment(Map.of(), folder));
    watch =
        new ConfigWatch(config, config.text(), config.read(config.text(), _ -> {}), this::apply);
  }

  @Test
  void unchangedFile_isLeftAlone() {
    watch.look();
    watch.look();

    assertThat(applied).isEmpty();
  }

  @Test
  void changedFile_isAppliedOnceItHasSettled() throws Exception {
    Files.writeString(file, "limits: {agent_re");
    watch.look();
    Files.writeString(file, "limits: {agent_requests_per_minute: 2}\n");
    watch.look();
    assertThat(applied).isEmpty();

    watch.look();
    watch.look();

    assertThat(applied)
        .extracting(config -> config.serving().limits().law().agentDefault().orElseThrow())
        .containsExactly(2L);
  }

  @Test
  void wrongFile_changesNothingUntilItIsMended() throws Exception {
    Files.writeString(file, "limist: {agent_requests_per_minute: 2}\n");
    lookThrice();
    assertThat(applied).isEmpty();

    Files.writeString(file, "limits: {agent_requests_per_minute: 3}\n");
    lookThrice();

    assertThat(applied)
        .extracting(config -> config.serving().limits().law().agentDefault().orElseThrow())
        .containsExactly(3L);
  }

  @Test
  void oneKeyTwice_changesNothing() throws Exception {
    Files.writeString(file, "keys: [{label: a, key: same}, {label: b, key: same}]\n");
    lookThrice();

    assertThat(applied).isEmpty();
  }

  @Test
  void fileThatIsGoneForAWhile_isReadWhenItIsBack() throws Exception {
    Files.delete(file);
    lookThrice();
    assertThat(applied).isEmpty();

    Files.writeString(file, "limits: {agent_requests_per_minute: 4}\n");
    lookThrice();

    assertThat(applied)
        .extracting(config -> config.serving().limits().law().agentDefault().orElseThrow())
        .containsExactly(4L);
  }

  @Test
  void fileReplacedThroughALink_isNoticed() throws IOException {
    Path next =
        Files.writeString(folder.resolve("next.yaml"), "limits: {agent_requests_per_minute: 5}\n");
    Files.delete(file);
    Files.createSymbolicLink(file, next);

    lookThrice();

    assertThat(applied)
        .extracting(config -> config.serving().limits().law().agentDefault().orElseThrow())
        .containsExactly(5L);
  }

  @Test
  void otherTextOfTheSameMeaning_isLeftAlone() throws Exception {
    Files.writeString(file, "# who may call\nlimits: {agent_requests_per_minute: 1}\n" + KEYS);
    lookThrice();

    assertThat(applied).isEmpty();
  }

  @Test
  void rotatedKeyFile_isApplied() throws Exception {
    Files.writeString(folder.resolve("ops.key"), "second");
    lookThrice();

    assertThat(applied).hasSize(1);
    assertThat(applied.getFirst().access().keys())
        .containsExactly(Key.of("second", new Identity("default", false, "ops")));
  }

  @Test
  void refusedChange_isTriedAgainUntilItIsTaken() throws Exception {
    refusals = 2;
    Files.writeString(file, "limits: {agent_requests_per_minute: 6}\n");
    lookThrice();
    assertThat(applied).isEmpty();

    lookThrice();

    assertThat(refusals).isZero();
    assertThat(applied)
        .extracting(config -> config.serving().limits().law().agentDefault().orElseThrow())
        .containsExactly(6L);
  }

  private void apply(Config next) throws ConfigException {
    if (refusals > 0) {
      refusals--;
      throw new ConfigException("not now");
    }
    applied.add(next);
  }

  private void lookThrice() {
    watch.look();
    watch.look();
    watch.look();
  }
}
