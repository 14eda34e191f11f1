package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each client checks of itself, and how a user gets it. */
class TasksTest {
  private static final Duration LIMIT = Duration.ofMinutes(15);

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"python", "go", "typescript", "rust"})
  void clientsOwnChecks_pass(String language) {
    Language.missing(language).ifPresent(missing -> assumeTrue(false, missing));

    Command.Outcome checked = Command.run(LIMIT, Language.tasks(language).toString(), "check");

    assertThat(checked.code()).as(checked.output()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "go", "typescript", "rust"})
  void newProject_installsTheClientFromTheCheckout_andRunsTheReadmesLines(String language) {
    Language.missing(language).ifPresent(missing -> assumeTrue(false, missing));
    try (LiveServer server = LiveServer.start(folder.resolve("server"))) {
      Path project = folder.resolve("project");
      assertThat(project.toFile().mkdir()).isTrue();

      Command.Outcome run =
          Command.run(
              LIMIT,
              Language.tasks(language).toString(),
              "fresh",
              project.toString(),
              server.address());

      assertThat(run.code()).as(run.output()).isZero();
      assertThat(run.output()).isNotEmpty();
      assertThat(server.served()).as("calls that reached a provider").isPositive();
    }
  }
}
