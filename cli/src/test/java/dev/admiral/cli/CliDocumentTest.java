package dev.admiral.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What docs/cli.md says is what the program does. */
final class CliDocumentTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z]+)` \\|");
  private static final Pattern LISTED = Pattern.compile("(?m)^  ([a-z]+)  ");
  private static final Pattern EXAMPLE = Pattern.compile("(?m)^admiral-fleet ([^|\n]*)");
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
