package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A server whose vendor is another server: what one writes as a client of the dialect the other
 * reads as its vendor, and back, so that nothing may be lost on the way.
 */
class ServerBehindServerTest {
  private static final String[] BYPASS = {"x-admiral-cache", "bypass"};

  private static Harness vendor;
  private static Harness relay;

  @BeforeAll
  static void start() {
    vendor = Harness.start();
    relay =
        Harness.start(
            """
              - name: relay
                dialect: openai
                base_url: %s/v1
                api_key: any
            """
                .formatted(vendor.httpAddress()));
  }

  @AfterAll
  static void stop() {
    relay.close();
    vendor.close();
  }

  private static Reply ask(Harness server, String model, String messages, String more) {
    return HttpClients.post(
        server.httpAddress() + "/v1/chat/completions",
        "{\"model\":\""
            + model
            + "\",\"messages\":["
            + messages
            + "]"
            + (more.isBlank() ? "" : "," + more)
            + "}",
        BYPASS);
  }

  /** Without whose they are: to the outer server that is the inner one. */
  private static JsonNode answers(JsonNode reply) {
    JsonNode choices = reply.path("choices").deepCopy();
    choices.findParents("admiral").forEach(message -> ((ObjectNode) message).remove("admiral"));
    return choices;
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("dev.admiral.optimizer.e2e.ChatCompletionsTest#requests")
  void answerThroughAnotherServer_isTheSame(
      String model, String kind, String messages, String more) {
    JsonNode direct = ask(vendor, model, messages, more).json();

    Reply whole = ask(relay, "relay/" + model, messages, more);
    Reply streamed =
        ask(
            relay,
            "relay/" + model,
            messages,
            (more.isBlank() ? "" : more + ",")
                + "\"stream\":true,\"stream_options\":{\"include_usage\":true}");

    assertThat(whole.status()).as(whole.text()).isEqualTo(200);
    assertThat(answers(whole.json())).isEqualTo(answers(direct));
    assertThat(whole.json().path("usage")).isEqualTo(direct.path("usage"));
    List<String> events = streamed.events();
    assertThat(events.getLast()).isEqualTo("[DONE]");
    assertThat(HttpClients.parse(events.get(events.size() - 2)).path("usage"))
        .isEqualTo(direct.path("usage"));
  }

  @Test
  void streamThatIsCut_isBrokenForTheLastClientToo() {
    Reply reply =
        ask(
            relay,
            "relay/gpt-5.4-mini",
            "{\"role\":\"user\",\"content\":\"[[sim: tokens=30; fault=cut-after=5]]\"}",
            "\"stream\":true");

    assertThat(reply.events()).doesNotContain("[DONE]");
    assertThat(HttpClients.parse(reply.events().getLast()).path("error").path("code").asText())
        .isEqualTo("stream_broken");
  }
}
