package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.admiral.optimizer.cache.CacheSettings;
import dev.admiral.optimizer.call.Live;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveConfigTest {
  @TempDir Path folder;

  private ConfigFile file;
  private Config started;
  private LiveConfig live;

  @BeforeEach
  void start() throws Exception {
    file =
        new ConfigFile(
            Optional.of(folder.resolve("config.yaml")), new Environment(Map.of(), folder));
    started = file.read("", _ -> {});
    live = new LiveConfig(started);
  }

  @Test
  void changedSetting_reachesThePartThatHoldsIt() throws Exception {
    Live<CacheSettings> cache = live.part(c -> c.serving().cache());

    LiveConfig.Change change = change("cache: {time_to_live: 7m}");

    assertThat(cache.get().timeToLive()).isEqualTo(Duration.ofMinutes(7));
    assertThat(change.applied()).containsExactly("cache.time_to_live");
    assertThat(change.waiting()).isEmpty();
  }

  @Test
  void settingThatIsNotLive_isAsItWasAndNamed() throws Exception {
    Live<CacheSettings> cache = live.part(c -> c.serving().cache());

    LiveConfig.Change change = change("cache: {time_to_live: 7m, disk_bytes: 1GiB}");

    assertThat(cache.get().timeToLive()).isEqualTo(Duration.ofMinutes(7));
    assertThat(cache.get().diskBytes()).isEqualTo(started.serving().cache().diskBytes());
    assertThat(change.applied()).containsExactly("cache.time_to_live");
    assertThat(change.waiting()).containsExactly("cache.disk_bytes");
  }

  @Test
  void settingsThatWait_areNamedAllWheneverOneOfThemChanges() throws Exception {
    change("cache: {disk_bytes: 1GiB}");

    assertThat(change("cache: {disk_bytes: 1GiB, time_to_live: 7m}").waiting()).isEmpty();
    assertThat(change("{cache: {disk_bytes: 1GiB}, grpc: {port: 1}}").waiting())
        .containsExactly("cache.disk_bytes", "grpc.port");
  }

  @Test
  void settingPutBackToWhatItWas_waitsNoMore() throws Exception {
    change("grpc: {port: 1}");

    LiveConfig.Change back = change("");

    assertThat(back.applied()).isEmpty();
    assertThat(back.waiting()).isEmpty();
  }

  @Test
  void partThatDidNotChange_isTheSameObject() throws Exception {
    Live<Config.Access> access = live.part(Config::access);
    Config.Access before = access.get();

    change("cache: {time_to_live: 7m}");

    assertThat(access.get()).isSameAs(before);
  }

  @Test
  void partThatCannotBeTaken_changesNothing() throws Exception {
    Duration broken = Duration.ofMinutes(7);
    Live<CacheSettings> before = live.part(c -> c.serving().cache());
    var _ =
        live.part(c -> {
          if (c.serving().cache().timeToLive().equals(broken)) {
            throw new IllegalStateException("no such part");
          }
          return c.serving().cache();
        });
    CacheSettings first = before.get();

    assertThatIllegalStateException().isThrownBy(() -> change("cache: {time_to_live: 7m}"));

    assertThat(before.get()).isSameAs(first);
    LiveConfig.Change next = change("cache: {time_to_live: 8m}");
    assertThat(next.applied()).containsExactly("cache.time_to_live");
    assertThat(before.get().timeToLive()).isEqualTo(Duration.ofMinutes(8));
  }

  private LiveConfig.Change change(String text) throws Exception {
    Files.writeString(folder.resolve("config.yaml"), text);
    return live.change(file.change(text, started));
  }
}
