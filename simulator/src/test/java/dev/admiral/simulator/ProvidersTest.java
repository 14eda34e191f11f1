package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The habits of providers that speak like OpenAI, under their own paths. */
class ProvidersTest {
  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private static String chat(String model, String settings) {
    return "{\"model\":\"%s\",%s\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}"
        .formatted(model, settings);
  }

  @ParameterizedTest
  @CsvSource({
    "/groq/openai/v1/chat/completions, llama-3.1-8b-instant, groq, /x_groq/usage",
    "/mistral/v1/chat/completions, mistral-small-2603, mistral, /usage",
    "/deepseek/chat/completions, deepseek-chat, deepseek, /usage/prompt_cache_miss_tokens",
    "/cerebras/v1/chat/completions, llama3.1-8b, cerebras, /usage",
    "/openrouter/api/v1/chat/completions, google/gemini-2.5-pro, openrouter, /usage/cost",
  })
  void streams_carryUsageAlthoughNobodyAsked(
      String path, String model, String provider, String usage) {
    List<Caller.Event> events = caller.post(path, chat(model, "\"stream\":true,")).events();
    assertThat(events.getLast().data()).isEqualTo("[DONE]");
    JsonNode last = events.get(events.size() - 2).json();
    assertThat(last.at(usage).isMissingNode()).isFalse();
    InvoiceLine line = simulator.invoice().lines().getFirst();
    assertThat(line.provider()).isEqualTo(provider);
    assertThat(line.usageReported()).isTrue();

    JsonNode whole = caller.post(path, chat(model, "")).json();
    assertThat(whole.at("/usage/completion_tokens").asLong()).isEqualTo(line.tokens().output());
    assertThat(simulator.invoice().lines().get(1).costPicos()).isEqualTo(line.costPicos());
  }

  @Test
  void openAi_withoutIncludeUsage_reportsNone() {
    String body = caller.chat(chat("gpt-4o", "\"stream\":true,")).body();
    assertThat(body).doesNotContain("usage");
    InvoiceLine line = simulator.invoice().lines().getFirst();
    assertThat(line.outcome()).isEqualTo(Outcome.SERVED);
    assertThat(line.usageReported()).isFalse();
  }

  @Test
  void openAi_obfuscation_canBeDeclined() {
    String settings = "\"stream\":true,\"stream_options\":{\"include_obfuscation\":false},";
    assertThat(caller.chat(chat("gpt-4o", settings)).body()).doesNotContain("obfuscation");
    assertThat(caller.chat(chat("gpt-4o", "\"stream\":true,")).body()).contains("\"obfuscation\"");
  }

  @Test
  void openRouter_keepsAliveWithCommentsAndHasItsOwnErrors() {
    String path = "/openrouter/api/v1/chat/completions";
    String stream = chat("google/gemini-2.5-pro", "\"stream\":true,");
    assertThat(caller.post(path, stream).body()).startsWith(": OPENROUTER PROCESSING\n\n");
    JsonNode refused = caller.post(path, stream, "x-sim-fault", "429=requests").json();
    assertThat(refused.at("/error/code").asInt()).isEqualTo(429);
    List<Caller.Event> events = caller.post(path, stream, "x-sim-fault", "error-after=1").events();
    assertThat(events.get(events.size() - 2).json().at("/error/code").asInt()).isEqualTo(503);
    assertThat(events.getLast().data()).isEqualTo("[DONE]");
  }

  @Test
  void groq_errorInAStream_isAnEvent() {
    String stream = chat("llama-3.1-8b-instant", "\"stream\":true,");
    List<Caller.Event> events =
        caller.post("/groq/v1/chat/completions", stream, "x-sim-fault", "error-after=1").events();
    assertThat(events.getLast().name()).isEqualTo("error");
    assertThat(events.getLast().json().at("/error/status_code").asInt()).isEqualTo(503);
  }

  @Test
  void mistral_sendsCallsWholeWithShortIds() {
    String tool =
        "\"stream\":true,\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"hi\","
            + "\"parameters\":{\"properties\":{\"x\":{\"type\":\"string\"}}}}}],";
    for (Caller.Event event :
        caller.post("/mistral/v1/chat/completions", chat("codestral", tool)).events()) {
      if (event.data().contains("tool_calls\":[")) {
        JsonNode call = event.json().at("/choices/0/delta/tool_calls/0");
        assertThat(call.path("id").asText()).matches("[A-Za-z0-9]{9}");
        assertThat(Caller.parse(call.at("/function/arguments").asText()).has("x")).isTrue();
      }
    }
    assertThat(simulator.invoice().lines()).hasSize(1);
  }

  @Test
  void anyOtherName_speaksLikeOpenAiWithEverybodysModels() {
    Caller.Reply reply = caller.post("/elsewhere/v1/chat/completions", chat("gpt-4o", "\"x\":1,"));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(simulator.invoice().lines().getFirst().provider()).isEqualTo("elsewhere");
    assertThat(simulator.uri("elsewhere").getPath()).isEqualTo("/elsewhere/v1");
    assertThat(simulator.uri("anthropic").getPath()).isEqualTo("/anthropic");
    String message = chat("claude-opus-5", "\"max_tokens\":9,");
    assertThat(caller.post("/anthropic/v1/messages", message, "anthropic-version", "2023-06-01"))
        .returns(200, Caller.Reply::status);
  }
}
