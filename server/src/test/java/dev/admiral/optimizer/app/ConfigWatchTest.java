package dev.admiral.optimizer.app;

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
    file = Files.writeString(folder.resolve("config.yaml"), "grpc: {port: 1}\n" + KEYS);
    ConfigFile config = new ConfigFile(Optional.of(file), new Environment(Map.of(), folder));
    watch = new ConfigWatch(config, config.text(), config.read(), this::apply);
  }

  @Test
  void unchangedFile_isLeftAlone() {
    watch.look();
    watch.look();

    assertThat(applied).isEmpty();
  }

  @Test
  void changedFile_isAppliedOnceItHasSettled() throws Exception {
    Files.writeString(file, "grpc: {po");
    watch.look();
    Files.writeString(file, "grpc: {port: 2}\n");
    watch.look();
    assertThat(applied).isEmpty();

    watch.look();
    watch.look();

    assertThat(applied).extracting(config -> config.grpc().port()).containsExactly(2);
  }

  @Test
  void wrongFile_changesNothingUntilItIsMended() throws Exception {
    Files.writeString(file, "grcp: {port: 2}\n");
    lookThrice();
    assertThat(applied).isEmpty();

    Files.writeString(file, "grpc: {port: 3}\n");
    lookThrice();

    assertThat(applied).extracting(config -> config.grpc().port()).containsExactly(3);
  }

  @Test
  void fileThatIsGoneForAWhile_isReadWhenItIsBack() throws Exception {
    Files.delete(file);
    lookThrice();
    assertThat(applied).isEmpty();

    Files.writeString(file, "grpc: {port: 4}\n");
    lookThrice();

    assertThat(applied).extracting(config -> config.grpc().port()).containsExactly(4);
  }

  @Test
  void fileReplacedThroughALink_isNoticed() throws IOException {
    Path next = Files.writeString(folder.resolve("next.yaml"), "grpc: {port: 5}\n");
    Files.delete(file);
    Files.createSymbolicLink(file, next);

    lookThrice();

    assertThat(applied).extracting(config -> config.grpc().port()).containsExactly(5);
  }

  @Test
  void otherTextOfTheSameMeaning_isLeftAlone() throws Exception {
    Files.writeString(file, "# who may call\ngrpc: {port: 1}\n" + KEYS);
    lookThrice();

    assertThat(applied).isEmpty();
  }

  @Test
  void rotatedKeyFile_isApplied() throws Exception {
    Files.writeString(folder.resolve("ops.key"), "second");
    lookThrice();

    assertThat(applied).hasSize(1);
    assertThat(applied.getFirst().keys())
        .containsExactly(Key.of("second", new Identity("default", false, "ops")));
  }

  @Test
  void refusedChange_isTriedAgainUntilItIsTaken() throws Exception {
    refusals = 2;
    Files.writeString(file, "grpc: {port: 6}\n");
    lookThrice();
    assertThat(applied).isEmpty();

    lookThrice();

    assertThat(refusals).isZero();
    assertThat(applied).extracting(config -> config.grpc().port()).containsExactly(6);
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
