package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/cli.md says is what the program does; other pages name only commands that it has. */
final class CliDocumentTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z]+)` \\|");
  private static final Pattern LISTED = Pattern.compile("(?m)^  ([a-z]+)  ");
  private static final Pattern EXAMPLE = Pattern.compile("(?m)^admiral-fleet ([^|\n]*)");
  private static final Pattern ELSEWHERE =
      Pattern.compile("(?m)(?:`|^|=that-folder )(?:admiral-fleet|\\./admiral fleet) ([^`\n]+)");
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void commands_areThoseOfTheProgram() throws Exception {
    assertThat(run(Map.of(), "--help")).isZero();
    assertThat(found(ROW, document()))
        .containsExactlyInAnyOrderElementsOf(
            found(LISTED, out.toString(StandardCharsets.UTF_8)).stream()
                .filter(name -> !name.equals("help"))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void example_asWritten_works(String line) throws Exception {
    String[] words =
        WORD.matcher(line)
            .results()
            .map(word -> word.group().replaceAll("^[\"']|[\"']$", ""))
            .toArray(String[]::new);
    try (FakeFleet server = new FakeFleet()) {
      assertThat(run(Map.of("ADMIRAL_ADDRESS", server.address()), words)).isZero();
    }
    assertThat(out.size() == 0).isEqualTo(line.contains("--quiet"));
  }

  static List<String> examples() throws Exception {
    return found(EXAMPLE, document());
  }

  /** With {@code --help}, which tells of the command if all words before it are understood. */
  @ParameterizedTest
  @MethodSource("commandsElsewhere")
  void command_onAnotherPage_isUnderstood(String line) {
    String[] words = (line.replace('"', ' ').strip() + " --help").split("\\s+", -1);
    assertThat(run(Map.of(), words)).isZero();
  }

  static Stream<String> commandsElsewhere() throws Exception {
    List<String> found = new ArrayList<>();
    for (String page :
        List.of(
            "README.md",
            "docs/configuration.md",
            "docs/metrics.md",
            "docs/operations.md",
            "docs/security.md",
            "deploy/README.md",
            "deploy/container/README.md",
            "deploy/kubernetes/README.md")) {
      found.addAll(found(ELSEWHERE, Files.readString(Path.of("..", page))));
    }
    assertThat(found).hasSizeGreaterThan(20);
    return found.stream().distinct();
  }

  private static String document() throws Exception {
    return Files.readString(Path.of("../docs/cli.md"));
  }

  private static List<String> found(Pattern pattern, String text) {
    Stream<MatchResult> results = pattern.matcher(text).results();
    return results.map(result -> result.group(1).strip()).toList();
  }

  private int run(Map<String, String> env, String... args) {
    return Main.run(
        new Shell(
            env,
            Path.of(""),
            InputStream.nullInputStream(),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new Window(() -> Window.Size.ENDLESS),
            new FakeTicker(),
            null,
            false,
            false,
            false,
            false),
        args);
  }
}
