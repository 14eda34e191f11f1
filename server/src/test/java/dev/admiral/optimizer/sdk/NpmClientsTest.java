package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

  /** Case files that run at once: they mostly wait for what they provoke. */
  private static final int AT_ONCE = 2;

  /**
   * One run of a case file.
   *
   * @param name the package to load; a file that is for one package loads it by itself
   */
  private record Client(String file, String name) {
    @Override
    public String toString() {
      return name + " by " + file;
    }
  }

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

  /** How a run ended: its cases, each a line of JSON, and what it complained of. */
  private record Run(Client client, List<String> told, int exitCode, String complaints) {}

  @TestFactory
  Stream<DynamicContainer> everyClient_works() throws Exception {
    Path home = NpmPackages.install();
    List<Future<Run>> runs = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      CLIENTS.forEach(client -> runs.add(threads.submit(() -> run(home, client))));
    }
    List<DynamicContainer> containers = new ArrayList<>();
    for (Future<Run> run : runs) {
      containers.add(dynamicContainer(run.get().client().toString(), tests(run.get())));
    }
    return containers.stream();
  }

  /** Runs a case file against a server of its own, whose vendors' counts are its own, too. */
  private static Run run(Path home, Client client) throws IOException, InterruptedException {
    String name = client.toString().replaceAll("\\W+", "-");
    Path told = home.resolve(name + ".jsonl");
    Path complaints = home.resolve(name + ".txt");
    try (SdkServer server = SdkServer.start()) {
      Process node =
          new ProcessBuilder(
                  "node", client.file(), server.address(), server.vendorAddress(), client.name())
              .directory(home.toFile())
              .redirectOutput(told.toFile())
              .redirectError(complaints.toFile())
              .start();
      if (!node.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        node.destroyForcibly().waitFor();
      }
      return new Run(
          client, Files.readAllLines(told), node.exitValue(), Files.readString(complaints));
    }
  }

  /** Returns a test for each case, and one that they were all there. */
  private static Stream<DynamicTest> tests(Run run) throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : run.told()) {
      JsonNode told = JSON.readTree(line);
      tests.add(dynamicTest(told.path("name").asText(), () -> judge(run.client(), told)));
    }
    tests.add(
        dynamicTest(
            "allCases_areRun",
            () -> {
              assertThat(run.exitCode()).as("%s: %s", run.client(), run.complaints()).isZero();
              assertThat(run.told()).as("cases of %s", run.client()).isNotEmpty();
            }));
    return tests.stream();
  }

  private static void judge(Client client, JsonNode told) {
    if (!told.path("ok").asBoolean()) {
      fail("%s, %s: %s", client, told.path("name").asText(), told.path("detail").asText());
    }
  }
}
