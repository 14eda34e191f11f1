package dev.admiral.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole demo, with the real server. How much is saved in a short run is left to chance. */
final class DemoTest {
  private static final Pattern CALLS = Pattern.compile("  Calls +([0-9,]+) ");

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @Test
  void demo_ofThreeSeconds_endsWithBooksThatAgree() {
    assertThat(run("--seconds", "3")).isZero();
    String printed = out.toString(StandardCharsets.UTF_8);
    assertThat(printed)
        .contains("28 agents, ")
        .contains("  They agree to the pico-dollar.")
        .contains("Go on: ./admiral serve");
    assertThat(printed.lines()).allMatch(line -> line.length() <= 80);
    Matcher calls = CALLS.matcher(printed);
    assertThat(calls.find()).isTrue();
    assertThat(Integer.parseInt(calls.group(1).replace(",", ""))).isGreaterThanOrEqualTo(28);
  }

  @ParameterizedTest
  @ValueSource(strings = {"--seconds=0", "--seconds=many", "--nonsense"})
  void commandLine_wrong_isOneSentenceAndNoDemo(String argument) {
    assertThat(run(argument)).isEqualTo(64);
    assertThat(out.toString(StandardCharsets.UTF_8).strip())
        .startsWith("admiral demo: ")
        .doesNotContain("\n");
  }

  private int run(String... args) {
    return DemoMain.run(new PrintStream(out, true, StandardCharsets.UTF_8), false, 80, args);
  }
}
