package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The units by systemd's own checkers. */
class UnitsTest {
  private static final Pattern EXPOSURE = Pattern.compile("exposure level for \\S+: ([0-9.]+)");

  /** 0 is locked in, 10 is open; a service that listens on the network cannot be much below 1. */
  private static final BigDecimal MOST_EXPOSURE = new BigDecimal("1.5");

  @TempDir Path folder;

  @BeforeEach
  void checker() {
    assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/systemd-analyze")),
        "this machine has no systemd-analyze");
  }

  @Test
  void units_areWhatSystemdUnderstands() throws Exception {
    // Programs and manual pages are where the package puts them, which is not on this machine.
    for (String name : List.of("admiral.service", "admiral-savings.service")) {
      String unit = Files.readString(Path.of("systemd", name));
      Files.writeString(
          folder.resolve(name),
          unit.replaceAll("(?m)^ExecStart=/usr/bin/admiral-\\w+", "ExecStart=/bin/true")
              .replaceAll("(?m)^Documentation=.*\\R", ""));
    }
    Files.copy(Path.of("systemd/admiral-savings.timer"), folder.resolve("admiral-savings.timer"));

    assertThat(
            Copy.lines(
                "systemd-analyze",
                "verify",
                folder.resolve("admiral.service").toString(),
                folder.resolve("admiral-savings.service").toString(),
                folder.resolve("admiral-savings.timer").toString()))
        .noneMatch(line -> line.contains("admiral"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"admiral.service", "admiral-savings.service"})
  void services_areLockedIn(String name) throws Exception {
    Matcher exposure =
        EXPOSURE.matcher(
            String.join(
                "\n",
                Copy.lines("systemd-analyze", "security", "--offline=true", "systemd/" + name)));

    assertThat(exposure.find()).isTrue();
    assertThat(new BigDecimal(exposure.group(1))).isLessThanOrEqualTo(MOST_EXPOSURE);
  }
}
