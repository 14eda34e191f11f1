package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

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
  @TempDir Path folder;

  private final List<Config> applied = new ArrayList<>();
  private Path file;
  private ConfigWatch watch;

  @BeforeEach
  void watchFile() throws Exception {
    file = Files.writeString(folder.resolve("config.yaml"), "grpc: {port: 1}\n");
    ConfigFile config = new ConfigFile(Optional.of(file), new Environment(Map.of(), folder));
    watch = new ConfigWatch(config, config.text(), applied::add);
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

  private void lookThrice() {
    watch.look();
    watch.look();
    watch.look();
  }
}
