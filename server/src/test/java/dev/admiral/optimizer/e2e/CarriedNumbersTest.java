package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.e2e.HttpClients.Reply;
import dev.admiral.optimizer.provider.FakeVendor;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Numbers in what a client hands on: a model sees them as the client wrote them. */
class CarriedNumbersTest {
  private static final String ANSWER =
      """
      {"choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],
       "usage":{"prompt_tokens":2,"completion_tokens":3}}
      """;

  private static FakeVendor vendor;
  private static Harness harness;

  @BeforeAll
  static void start() throws IOException {
    vendor = new FakeVendor().always(connection -> connection.json(200, ANSWER));
    harness =
        Harness.start(
            "  - {name: fake, dialect: openai, base_url: '"
                + vendor.address("/v1")
                + "', api_key: k}");
  }

  @AfterAll
  static void stop() throws IOException {
    harness.close();
    vendor.close();
  }

  @Test
  void numbersInSchemas_areNotRewritten() throws Exception {
    Reply reply =
        post(
            "/v1/chat/completions",
            """
            {"model":"fake/m","messages":[{"role":"user","content":"u"}],
             "tools":[{"type":"function","function":{"name":"f","parameters":
              {"type":"object","properties":{"x":{"type":"number","maximum":100.0}}}}}]}
            """);

    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(vendor.taken().body()).contains("\"maximum\":100.0");
  }

  @Test
  void numbersInArguments_areNotRewritten() throws Exception {
    Reply reply =
        post(
            "/v1/messages",
            """
            {"model":"fake/m","max_tokens":9,"messages":[
             {"role":"user","content":"u"},
             {"role":"assistant","content":[
              {"type":"tool_use","id":"t","name":"f","input":{"amount":2500.00}}]},
             {"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}]}
            """);

    assertThat(reply.status()).as(reply.text()).isEqualTo(200);
    assertThat(vendor.taken().body()).contains("{\\\"amount\\\":2500.00}");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/chat/completions, logit_bias",
    "/v1/responses, logit_bias",
    "/v1/messages, logit_bias"
  })
  void numberThatNobodyCanCarry_isRefusedWithItsField(String path, String field) {
    String body =
        path.endsWith("responses")
            ? "{\"model\":\"fake/m\",\"input\":\"u\","
            : "{\"model\":\"fake/m\",\"max_tokens\":9,"
                + "\"messages\":[{\"role\":\"user\",\"content\":\"u\"}],";

    Reply reply = post(path, body + "\"" + field + "\":{\"7\":1e400}}");

    assertThat(reply.status()).as(reply.text()).isEqualTo(400);
    assertThat(reply.json().at("/error/message").asText()).contains(field).contains("number");
  }

  private static Reply post(String path, String body) {
    return HttpClients.post(harness.httpAddress() + path, body, "anthropic-version", "2023-06-01");
  }
}
