package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.e2e.HttpClients.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/http.md and the server name the same headers. */
class HttpDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/http.md");
  private static final Pattern HEADER = Pattern.compile("x-admiral-[a-z0-9-]+");
  private static final String HELLO =
      "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  /** Of a model that takes no temperature. */
  private static final String COOL_HELLO =
      "{\"model\":\"gpt-5-mini\",\"temperature\":0,"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

  @Test
  void wishes_areThoseTheServerKnows() throws Exception {
    try (Harness harness = Harness.start()) {
      Reply refused =
          HttpClients.post(
              harness.httpAddress() + "/v1/chat/completions", HELLO, "x-admiral-cash", "use");

      String message = refused.json().at("/error/message").asText();
      assertThat(refused.status()).isEqualTo(400);
      assertThat(message).contains("x-admiral-cash is unknown");
      assertThat(firstCells("Wishes"))
          .containsExactlyInAnyOrderElementsOf(
              headers(message).filter(name -> !name.equals("x-admiral-cash")).toList());
    }
  }

  @Test
  void whatWasDone_isToldInTheHeadersThatAreDocumented() throws Exception {
    try (Harness harness = Harness.start()) {
      Reply answered = HttpClients.post(harness.httpAddress() + "/v1/chat/completions", COOL_HELLO);

      assertThat(answered.status()).isEqualTo(200);
      assertThat(answered.response().headers().firstValue("x-admiral-omitted-fields"))
          .contains("sampling.temperature");
      assertThat(firstCells("What was done"))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(
                      answered.response().headers().map().keySet().stream()
                          .map(name -> name.toLowerCase(Locale.ROOT))
                          .filter(HEADER.asMatchPredicate()),
                      // Of services priced apart alone: CustomToolsTest has one.
                      Stream.of("x-admiral-service-tier"))
                  .toList());
    }
  }

  /** Returns the headers named in the first cells of a section's table. */
  private static List<String> firstCells(String section) throws IOException {
    String text = Files.readString(DOCUMENT).split("\n## " + section + "\n", 2)[1];
    return text.split("\n## ", 2)[0]
        .lines()
        .filter(line -> line.startsWith("| `"))
        .flatMap(line -> headers(line.split(" \\| ", 2)[0]))
        .toList();
  }

  private static Stream<String> headers(String text) {
    return HEADER.matcher(text).results().map(MatchResult::group);
  }
}
