package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.config.Section.KeyDoc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Names that settings had before are refused with those they have now. */
class RenamedTest {
  @TempDir Path folder;

  /** A setting by its old name and its new. */
  record Pair(String oldSection, String oldKey, String newSection, String newKey) {
    String variable() {
      return variable(oldSection, oldKey);
    }

    String newVariable() {
      return variable(newSection, newKey);
    }

    private static String variable(String section, String key) {
      return ("ADMIRAL_" + section + "_" + key).toUpperCase(Locale.ROOT);
    }
  }

  static List<Pair> pairs() {
    return Renamed.ALL.stream()
        .flatMap(section ->
            section.keys().entrySet().stream()
                .map(
                    key -> new Pair(section.before(), key.getKey(), section.now(), key.getValue())))
        .toList();
  }

  static Stream<Pair> pairsOutsideLists() {
    return pairs().stream().filter(pair -> !pair.newSection().endsWith("[]"));
  }

  @Test
  void everyNewName_isASettingAndNoOldNameIs() throws Exception {
    Section root = root(folder, Map.of(), "providers: [{name: openai, dialect: openai}]");
    Config.read(root, _ -> {});
    Set<String> paths = root.documented().stream().map(KeyDoc::path).collect(Collectors.toSet());

    assertThat(pairs())
        .hasSizeGreaterThan(40)
        .allSatisfy(pair -> {
          assertThat(paths).contains(pair.newSection() + "." + pair.newKey());
          assertThat(paths).doesNotContain(pair.oldSection() + "." + pair.oldKey());
        });
  }

  @ParameterizedTest
  @MethodSource("pairsOutsideLists")
  void oldVariable_isRefusedWithTheNewOne(Pair pair) {
    assertThatThrownBy(() -> read(Map.of(pair.variable(), "1"), ""))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "the environment variable "
                + pair.variable()
                + " is now called "
                + pair.newVariable()
                + "; rename it");
  }

  @Test
  void oldVariableThatNamesAFile_isRefusedWithTheNewOne() throws Exception {
    Path file = Files.writeString(folder.resolve("n"), "1");

    assertThatThrownBy(() -> read(Map.of("ADMIRAL_TRIES_PER_MODEL_FILE", file.toString()), ""))
        .hasMessage(
            "the environment variable ADMIRAL_TRIES_PER_MODEL_FILE is now called"
                + " ADMIRAL_RETRY_MAX_ATTEMPTS_FILE; rename it");
  }

  @ParameterizedTest
  @MethodSource("pairsOutsideLists")
  void oldKeyInTheSectionOfNow_isRefusedWithTheNewOne(Pair pair) {
    if (pair.oldKey().equals(pair.newKey())) {
      return;
    }
    String old = pair.newSection() + "." + pair.oldKey();

    assertThatThrownBy(() -> read(Map.of(), pair.newSection() + ":\n  " + pair.oldKey() + ": 1\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "the file:2:3: '"
                + old
                + "' is now called '"
                + pair.newSection()
                + "."
                + pair.newKey()
                + "'; rename it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          "tries: {per_model: 1}" | the file:1:1: 'tries' is now called 'retry'; rename it, and in it first_backoff to initial_backoff, longest_backoff to max_backoff, max_wait to max_retry_after, max_wait_before_fail_over to max_retry_after_before_failover, per_model to max_attempts
          "model_health: {left_alone: 1s}" | the file:1:1: 'model_health' is now called 'circuit_breaker'; rename it, and in it failed_percent to failure_rate_percent, latest_tries to window_size, least_tries to minimum_calls, left_alone to open_duration, left_alone_at_most to max_open_duration
          "flight: {grace: 1s}" | the file:1:1: 'flight' is now called 'coalescing'; rename it, and in it grace to grace_period, log_bytes to max_buffer_bytes, promotions to max_restarts, waiters to max_waiters
          "providers: [{name: openai, dialect: openai, first_piece_timeout: 1s}]" | the file:1:45: 'providers[].first_piece_timeout' is now called 'providers[].first_token_timeout'; rename it
          """)
  void oldName_isRefusedWithTheNewOne(String yaml, String message) {
    assertThatThrownBy(() -> read(Map.of(), yaml)).hasMessage(message);
  }

  @Test
  void nameThatNeverWas_isNoOldOne() {
    assertThat(Renamed.key("retry.per_modell")).isEqualTo(Optional.empty());
    assertThat(Renamed.variable("ADMIRAL_SERVICE_PORT")).isEqualTo(Optional.empty());
  }

  private void read(Map<String, String> variables, String yaml) throws ConfigException {
    Config.read(root(folder, variables, yaml), _ -> {});
  }

  private static Section root(Path folder, Map<String, String> variables, String yaml)
      throws ConfigException {
    return Section.root(
        YamlFile.read("the file", yaml), new Environment(variables, folder), folder, null);
  }
}
