package dev.admiral.optimizer.config;

import static java.util.stream.Collectors.toUnmodifiableMap;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.config.Section.KeyDoc;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each setting outside lists, set by its variable to another value than its default, by itself: it
 * reaches a part of the configuration, and on a running server only if it is live.
 */
class SettingsTest {
  /** What another setting needs beside it, or is refused. */
  private static final Map<String, String> TLS =
      Map.of("ADMIRAL_GRPC_TLS_CERT_FILE", "/c", "ADMIRAL_GRPC_TLS_KEY_FILE", "/k");

  /** Without it no setting of traces means anything. */
  private static final Map<String, String> TRACED =
      Map.of("ADMIRAL_TRACES_ENDPOINT", "http://127.0.0.1:4318");

  private static final Values NONE = new Values(Map.of(), Set.of());

  static Stream<String> variables() throws Exception {
    Section root = root(Map.of(), null);
    Config.read(root, _ -> {});
    return root.variables().keySet().stream().sorted();
  }

  @ParameterizedTest
  @MethodSource("variables")
  void setting_reachesAPartOfTheConfiguration(String variable) throws Exception {
    Config before = read(beside(variable), null);
    Config after = changed(variable, null);

    assertThat(after.values().changed(before.values())).contains(key(variable).path());
    assertThat(parts(after)).isNotEqualTo(parts(before));
  }

  @ParameterizedTest
  @MethodSource("variables")
  void settingOfARunningServer_changesOnlyIfItIsLive(String variable) throws Exception {
    Config started = read(beside(variable), null);
    Config next = changed(variable, started.values());

    assertThat(next.values()).isNotEqualTo(started.values());
    if (key(variable).live()) {
      assertThat(parts(next)).isNotEqualTo(parts(started));
    } else {
      assertThat(parts(next)).isEqualTo(parts(started));
    }
  }

  @Test
  void listsOfARunningServer_changeOnlyIfTheyAreLive() throws Exception {
    String lists =
        """
        providers: [{name: openai, dialect: openai, api_key: k}]
        aliases: {fast: [openai/small]}
        models: [{provider: openai, name: small}]
        http: {allowed_hosts: [gateway]}
        limits: {agents: [{agent: a, requests_per_minute: 1}]}
        keys: [{label: a, key: k}]
        traces: {endpoint: 'http://127.0.0.1:4318', headers: {a: b}}
        """;
    Config started = read(Map.of(), null);

    Config next = Config.read(root(lists, started.values()), _ -> {});

    assertThat(next.access().keys()).hasSize(1);
    assertThat(next.serving().limits().law().agents()).hasSize(1);
    assertThat(next.upstreams()).isEqualTo(started.upstreams());
    assertThat(next.doors()).isEqualTo(started.doors());
    assertThat(next.observing()).isEqualTo(started.observing());
    assertThat(started.values().changed(next.values()))
        .containsExactly(
            "aliases",
            "http.allowed_hosts",
            "keys",
            "limits.agents",
            "models",
            "providers",
            "traces.endpoint",
            "traces.headers");
  }

  private static Map<String, String> beside(String variable) {
    if (variable.startsWith("ADMIRAL_GRPC_TLS_")) {
      return TLS;
    }
    return variable.startsWith("ADMIRAL_TRACES_") && !TRACED.containsKey(variable)
        ? TRACED
        : Map.of();
  }

  /** Reads with another value for a setting: the first of some that is no mistake. */
  private static Config changed(String variable, @Nullable Values started) throws Exception {
    for (String value : others(key(variable))) {
      Map<String, String> variables = new HashMap<>(beside(variable));
      variables.put(variable, value);
      try {
        return read(variables, started);
      } catch (ConfigException e) {
        assertThat(e).hasMessageContaining("must not be");
      }
    }
    throw new AssertionError("no value for " + variable);
  }

  private static List<String> others(KeyDoc key) {
    return switch (key.type()) {
      case "true or false" -> List.of(key.fallback().equals("true") ? "false" : "true");
      case "choice", "whole number", "duration", "size" ->
          Stream.of(key.range().split(" to | or "))
              .filter(value -> !value.equals(key.fallback()))
              .toList();
      case "number" -> List.of("0.5");
      case "http or https address" -> List.of("http://other:1");
      default -> List.of("/other");
    };
  }

  private static KeyDoc key(String variable) throws Exception {
    Section root = root(Map.of(), null);
    Config.read(root, _ -> {});
    Map<String, KeyDoc> keys =
        root.documented().stream().collect(toUnmodifiableMap(KeyDoc::path, Function.identity()));
    return keys.get(root.variables().get(variable));
  }

  /** The configuration as its users see it. */
  private static Config parts(Config config) {
    return new Config(
        config.kept(),
        config.upstreams(),
        config.serving(),
        config.access(),
        config.doors(),
        config.observing(),
        NONE);
  }

  private static Config read(Map<String, String> variables, @Nullable Values started)
      throws Exception {
    return Config.read(root(variables, started), _ -> {});
  }

  private static Section root(Map<String, String> variables, @Nullable Values started) {
    return Section.root(
        new Node.Mapping("nothing", Map.of()),
        new Environment(variables, Path.of("/home/user")),
        Path.of("/"),
        started);
  }

  private static Section root(String yaml, Values started) throws Exception {
    return Section.root(
        YamlFile.read("the file", yaml),
        new Environment(Map.of(), Path.of("/home/user")),
        Path.of("/"),
        started);
  }
}
