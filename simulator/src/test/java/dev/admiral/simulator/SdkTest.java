package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The vendors' own JavaScript clients talk to the simulator. They are installed below {@code
 * target}, once; without Node.js or without a way to install them the test is skipped and says so.
 */
class SdkTest {
  private static final List<String> PACKAGES = List.of("openai@7.55.0", "@anthropic-ai/sdk@1.11.0");
  private static final String SCRIPT = "sdk.mjs";
  private static final int PATIENCE_MINUTES = 3;

  @Test
  void vendorsClients_understandTheSimulator() throws Exception {
    assumeTrue(succeeds(Path.of("."), "node", "--version"), "skipped: Node.js is not installed");
    Path home = install();

    JsonNode told;
    try (Simulator simulator = Simulator.builder().timeScale(0).start()) {
      Process node =
          new ProcessBuilder("node", SCRIPT, simulator.uri().toString())
              .directory(home.toFile())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      // A read has no bound of its own: the end of the process ends it.
      CompletableFuture.delayedExecutor(PATIENCE_MINUTES, TimeUnit.MINUTES)
          .execute(node::destroyForcibly);
      told = Json.read(node.getInputStream().readAllBytes());
      assertThat(node.waitFor()).as("exit code of Node.js, ended after three minutes").isZero();
      assertThat(simulator.invoice().lines()).isNotEmpty();
    }

    assertThat(told.at("/openaiStream/sameText").asBoolean()).isTrue();
    assertThat(told.at("/openaiStream/sameUsage").asBoolean()).isTrue();
    assertThat(told.path("openaiTools").toString())
        .isEqualTo("[[\"get_weather\",\"string\"],[\"get_time\",\"string\"]]");
    assertThat(told.path("openaiEmbeddings").toString()).isEqualTo("[1536,1536]");
    assertThat(told.path("openaiModels").asBoolean()).isTrue();
    assertThat(told.path("openaiRetried").asInt()).isEqualTo(200);
    assertFailure(told.path("openaiNotFound"), "NotFoundError", "invalid_request_error");
    assertFailure(told.path("openaiErrorInStream"), "APIError", "service_unavailable_error");
    assertThat(told.path("groq").asText()).isEqualTo("stop");

    assertThat(told.at("/anthropicStream/sameText").asBoolean()).isTrue();
    assertThat(told.at("/anthropicStream/sameOutput").asBoolean()).isTrue();
    assertThat(told.path("anthropicBlocks").toString())
        .isEqualTo("[\"thinking\",\"text\",\"tool_use\",\"tool_use\"]");
    assertThat(told.path("anthropicStop").asText()).isEqualTo("tool_use");
    assertThat(told.path("anthropicCount").asBoolean()).isTrue();
    assertFailure(told.path("anthropicNotFound"), "NotFoundError", "not_found_error");
    assertFailure(told.path("anthropicOverloaded"), "OverloadedError", "overloaded_error");
    assertFailure(told.path("anthropicErrorInStream"), "APIError", "overloaded_error");
  }

  private static void assertFailure(JsonNode failure, String name, String type) {
    assertThat(failure.path("name").asText()).isEqualTo(name);
    assertThat(failure.path("type").asText()).isEqualTo(type);
  }

  private static Path install() throws IOException, InterruptedException {
    String versions = String.join("-", PACKAGES).replaceAll("[^A-Za-z0-9.]+", "-");
    Path home = Path.of("target/sdk-" + versions);
    Files.createDirectories(home);
    if (!Files.exists(home.resolve("installed"))) {
      Files.writeString(home.resolve("package.json"), "{\"private\":true}");
      List<String> command =
          new ArrayList<>(List.of("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"));
      command.addAll(PACKAGES);
      assumeTrue(
          succeeds(home, command.toArray(String[]::new)),
          "skipped: the vendors' clients cannot be installed (no npm, or no network)");
      Files.writeString(home.resolve("installed"), versions);
    }
    try (InputStream script = Objects.requireNonNull(SdkTest.class.getResourceAsStream(SCRIPT))) {
      Files.copy(script, home.resolve(SCRIPT), StandardCopyOption.REPLACE_EXISTING);
    }
    return home;
  }

  private static boolean succeeds(Path directory, String... command) throws InterruptedException {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        process.destroy();
        return false;
      }
      return process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
