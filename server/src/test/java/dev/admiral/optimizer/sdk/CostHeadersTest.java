package dev.admiral.optimizer.sdk;

import static dev.admiral.optimizer.sdk.RawClient.body;
import static dev.admiral.optimizer.sdk.RawClient.said;
import static dev.admiral.optimizer.sdk.RawClient.streamed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.sdk.RawClient.Answer;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What clients are told their calls cost adds up to the vendors' invoice. */
class CostHeadersTest {
  private static final Pattern COST = Pattern.compile("\n: x-admiral-cost-usd (\\S+)\n");
  private static final int ROUNDS = 10;

  @Test
  void toldCosts_addUpToTheInvoice() {
    BigDecimal told = BigDecimal.ZERO;
    try (RawClient client = new RawClient(Map.of("anthropic-version", "2023-06-01"))) {
      for (int i = 0; i < ROUNDS; i++) {
        String words = "Round " + i + " [[sim: tokens=" + (i * 7 + 1) + ";cached=4]]";
        for (String model : List.of("gpt-4o", "gpt-5-mini", "claude-sonnet-4-6")) {
          String chat = body(model, said("Chat. " + words));
          String message = body(model, "'max_tokens':999," + said("Message. " + words));
          String response = body(model, "'input':'Response. " + words + "'");
          told =
              told.add(cost(client.post("/v1/chat/completions", chat)))
                  .add(cost(client.post("/v1/chat/completions", streamed(chat))))
                  .add(cost(client.post("/v1/messages", streamed(message))))
                  .add(cost(client.post("/v1/messages", message)))
                  .add(cost(client.post("/v1/responses", response)));
        }
      }

      // Half of the chats and messages are repeats, which are free.
      assertThat(client.vendor().invoice().lines()).hasSize(ROUNDS * 3 * 3);
      assertThat(told.movePointRight(12))
          .isEqualByComparingTo(BigDecimal.valueOf(client.vendor().invoice().costPicos()));
    }
  }

  /** A stream tells at its end, in a comment, what no header could say at its beginning. */
  private static BigDecimal cost(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    Matcher atTheEnd = COST.matcher(answer.body());
    return new BigDecimal(
        atTheEnd.find() ? atTheEnd.group(1) : answer.header("x-admiral-cost-usd"));
  }
}
