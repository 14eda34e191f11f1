package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Cost;
import io.grpc.Status;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Java of this module's README.md and of the project's, which stands below word for word. */
final class ReadmeTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private final List<Duration> waits = new ArrayList<>();
  private FakeServer server;
  private AdmiralClient admiral;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.start();
    admiral = server.client().build();
  }

  @AfterEach
  void stop() {
    admiral.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"README.md, 5", "../README.md, 2"})
  void readme_eachBlockOfJava_standsInThisTest(Path readme, int count) throws Exception {
    String source =
        flat(
            Files.readString(
                Path.of("src/test/java/dev/admiral/optimizer/client/ReadmeTest.java")));
    List<String> blocks =
        BLOCK
            .matcher(Files.readString(readme))
            .results()
            .map(MatchResult::group)
            .map(block -> flat(block.replaceAll("```(java)?", "")))
            .toList();
    assertThat(blocks).hasSize(count).allSatisfy(block -> assertThat(source).contains(block));
  }

  @Test
  void stream_readAsText_givesPiecesAndCost() {
    StringBuilder out = new StringBuilder();
    try (CompletionStream stream = admiral.stream(Prompts.of("smart", "Tell me a story."))) {
      for (String piece : stream.text()) {
        out.append(piece);
      }
      Cost cost = stream.finish().getCost();
      paid(cost);
    }
    assertThat(out).hasToString("hello");
  }

  @Test
  void failure_byLimit_tellsHowLongToWait() {
    server.onComplete =
        (request, answer) ->
            answer.onError(FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED"));
    try {
      admiral.ask("fast", "hello");
    } catch (AdmiralException.LimitReached limit) {
      Duration wait = limit.retryAfter().orElse(Duration.ofSeconds(1));
      again(wait);
    }
    assertThat(waits).containsExactly(Duration.ofSeconds(1));
  }

  /** Of the project's README.md; prints, so it is compiled and not run. */
  static void tell(AdmiralClient admiral) {
    try (CompletionStream stream = admiral.stream(Prompts.of("openai/gpt-4o", "Tell a story."))) {
      stream.text().forEach(System.out::print);
      System.out.println(stream.finish().getCost());
    }
  }

  /** Of the project's README.md; needs a server on its usual port. */
  static void ask() {
    try (AdmiralClient admiral = AdmiralClient.builder().agent("council").build()) {
      System.out.println(admiral.ask("fast", "Name the largest moon of Saturn."));
    }
  }

  private static void paid(Cost cost) {
    assertThat(cost).isEqualTo(Cost.getDefaultInstance());
  }

  private void again(Duration wait) {
    waits.add(wait);
  }

  /** The two blocks that need a server on its usual port, or elsewhere: compiled, not run. */
  static AdmiralClient.Builder elsewhere() {
    try (AdmiralClient admiral = AdmiralClient.builder().agent("triage-1").build()) {
      String answer = admiral.ask("fast", "What is the capital of France?");
      System.out.println(answer);
    }
    return AdmiralClient.builder()
        .address("admiral.example.org:50051")
        .tls(Tls.systemRoots())
        .key(System.getenv("ADMIRAL_KEY"));
  }

  /** Connects to nobody here: compiled, not run. */
  static AdmiralClient.Builder several(MeterRegistry registry) {
    return AdmiralClient.builder()
        .address("10.0.0.1", "10.0.0.2")
        .tls(Tls.trusting(Path.of("authority.pem")))
        .fallback((request, failure) -> Optional.of(ownAnswer(request)))
        .listener(MicrometerListener.of(registry));
  }

  private static CompleteResponse ownAnswer(CompleteRequest request) {
    return FakeServer.answer(request.getPrompt().getModel());
  }

  private static String flat(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }
}
