package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The vendors' own JavaScript clients. What each is put through stands in {@code src/test/sdk}; a
 * case becomes a test here.
 */
class NpmClientsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PATIENCE_MINUTES = 3;

  /**
   * One run of a case file.
   *
   * @param name the package to load; a file that is for one package loads it by itself
   */
  private record Client(String file, String name) {}

  private static final List<Client> CLIENTS =
      List.of(
          new Client("openai.mjs", "openai"),
          new Client("openai.mjs", "openai-6"),
          new Client("responses.mjs", "openai"),
          new Client("responses.mjs", "openai-6"),
          new Client("anthropic.mjs", "@anthropic-ai/sdk"),
          new Client("anthropic.mjs", "anthropic-0"),
          new Client("ai.mjs", "ai"),
          new Client("langchain.mjs", "@langchain/openai"));

  private static SdkServer server;

  @BeforeAll
  static void start() {
    server = SdkServer.start();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @TestFactory
  Stream<DynamicContainer> everyClient_works() throws Exception {
    Path home = NpmPackages.install();
    return CLIENTS.stream()
        .map(client -> dynamicContainer(client.toString(), cases(home, client).stream()));
  }

  /** Runs the file and returns how each of its cases ended, and how it ended itself. */
  private static List<DynamicTest> cases(Path home, Client client) {
    try {
      Path said = home.resolve("said.jsonl");
      Path complaints = home.resolve("complaints.txt");
      Process node =
          new ProcessBuilder(
                  "node", client.file(), server.address(), server.vendorAddress(), client.name())
              .directory(home.toFile())
              .redirectOutput(said.toFile())
              .redirectError(complaints.toFile())
              .start();
      boolean ended = node.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES);
      node.destroyForcibly();
      List<DynamicTest> tests = new ArrayList<>();
      for (String line : Files.readAllLines(said, StandardCharsets.UTF_8)) {
        JsonNode told = JSON.readTree(line);
        tests.add(dynamicTest(told.path("name").asText(), () -> judge(client, told)));
      }
      String complaint = Files.readString(complaints, StandardCharsets.UTF_8);
      int count = tests.size();
      tests.add(
          dynamicTest(
              "allCases_areRun",
              () -> {
                assertThat(ended).as("%s ended in time", client.name()).isTrue();
                assertThat(node.exitValue()).as("%s: %s", client.name(), complaint).isZero();
                assertThat(count).as("cases of %s", client.name()).isPositive();
              }));
      return tests;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void judge(Client client, JsonNode told) {
    if (!told.path("ok").asBoolean()) {
      fail("%s, %s: %s", client.name(), told.path("name").asText(), told.path("detail").asText());
    }
  }
}
