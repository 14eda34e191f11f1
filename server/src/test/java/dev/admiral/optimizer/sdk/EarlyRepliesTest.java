package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.sdk.RawClient.Answer;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Refusals that need no body reach a client that is still sending one. Over HTTP/2 a server that
 * leaves a body unread resets the request, and a client may see that first.
 */
class EarlyRepliesTest {
  private static final int TIMES = 50;

  @ParameterizedTest
  @CsvSource({
    "/v1/no/such/thing, application/json, sdk-suite-key, 404",
    "/v1/messages/none, application/json, sdk-suite-key, 404",
    "/v1/chat/completions, application/json, wrong-key, 401",
    "/v1/messages, text/plain, sdk-suite-key, 415",
  })
  void refusal_reachesTheClient(String path, String type, String key, int status) {
    String body = RawClient.body("gpt-4o", RawClient.said("long ".repeat(5_000)));
    try (RawClient client = new RawClient(Map.of())) {
      for (int i = 0; i < TIMES; i++) {
        Answer answer = client.post(path, body, type, key);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).startsWith("{");
      }
    }
  }
}
