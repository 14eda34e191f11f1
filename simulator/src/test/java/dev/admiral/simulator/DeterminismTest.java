package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The answer is a function of what the request means. */
class DeterminismTest {
  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().seed(7).timeScale(0).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void chat_streamedAndWhole_haveEqualTextAndUsage() {
    String rest = "\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    JsonNode whole = caller.chat("{" + rest).json();
    List<Caller.Event> events =
        caller
            .chat("{\"stream\":true,\"stream_options\":{\"include_usage\":true}," + rest)
            .events();

    assertThat(events.getLast().data()).isEqualTo("[DONE]");
    StringBuilder text = new StringBuilder();
    for (Caller.Event event : events.subList(0, events.size() - 2)) {
      text.append(event.json().at("/choices/0/delta/content").asText());
    }
    assertThat(text.toString()).isEqualTo(whole.at("/choices/0/message/content").asText());
    JsonNode last = events.get(events.size() - 2).json();
    assertThat(last.path("usage")).isEqualTo(whole.path("usage"));
    assertThat(last.path("id")).isEqualTo(whole.path("id"));
    List<InvoiceLine> lines = simulator.invoice().lines();
    assertThat(lines).hasSize(2);
    assertThat(lines.get(0).costPicos()).isEqualTo(lines.get(1).costPicos());
    assertThat(lines.get(0).requestHash()).isEqualTo(lines.get(1).requestHash());
  }

  @Test
  void messages_streamedAndWhole_haveEqualTextAndUsage() {
    String rest =
        "\"model\":\"claude-sonnet-5\",\"max_tokens\":4000,"
            + "\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    JsonNode whole = caller.messages("{" + rest).json();
    List<Caller.Event> events = caller.messages("{\"stream\":true," + rest).events();

    StringBuilder thinking = new StringBuilder();
    StringBuilder text = new StringBuilder();
    JsonNode usage = null;
    for (Caller.Event event : events) {
      assertThat(event.json().path("type").asText()).isEqualTo(event.name());
      thinking.append(event.json().at("/delta/thinking").asText());
      text.append(event.json().at("/delta/text").asText());
      usage = event.name().equals("message_delta") ? event.json().path("usage") : usage;
    }
    assertThat(thinking.toString()).isEqualTo(whole.at("/content/0/thinking").asText());
    assertThat(text.toString()).isEqualTo(whole.at("/content/1/text").asText()).isNotEmpty();
    assertThat(usage).isNotNull();
    for (var count : usage.properties()) {
      assertThat(count.getValue()).isEqualTo(whole.path("usage").path(count.getKey()));
    }
  }

  @Test
  void spellings_ofTheSameRequest_haveEqualAnswers() {
    List<String> bodies =
        List.of(
            "{\"model\":\"gpt-4o\",\"max_tokens\":500,\"messages\":[{\"role\":\"system\","
                + "\"content\":\"Be brief\"},{\"role\":\"user\",\"content\":\"Hello\"}]}",
            "{\"max_completion_tokens\":500,\"n\":1,\"temperature\":1.0,\"messages\":[{"
                + "\"content\":[{\"type\":\"text\",\"text\":\"Be brief\"}],\"role\":\"developer\"},"
                + "{\"role\":\"user\",\"content\":[{\"text\":\"Hello\",\"type\":\"text\"}]}],"
                + "\"user\":\"someone\",\"model\":\"gpt-4o\"}");
    List<String> answers = new ArrayList<>();
    bodies.forEach(body -> answers.add(caller.chat(body).body()));
    assertThat(answers.get(0)).isEqualTo(answers.get(1));
  }

  @Test
  void largerLimit_continuesTheSameText() {
    String body =
        "{\"model\":\"gpt-4o\",\"max_tokens\":%d,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi [[sim: tokens=50]]\"}]}";
    JsonNode shorter = caller.chat(body.formatted(10)).json().at("/choices/0");
    JsonNode longer = caller.chat(body.formatted(100)).json().at("/choices/0");

    assertThat(longer.at("/message/content").asText())
        .startsWith(shorter.at("/message/content").asText());
    assertThat(shorter.path("finish_reason").asText()).isEqualTo("length");
    assertThat(longer.path("finish_reason").asText()).isEqualTo("stop");
  }

  @Test
  void seeds_thatDiffer_answerDifferently() throws IOException {
    String body = "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    String first = caller.chat(body).body();
    try (Simulator other = Simulator.builder().seed(8).timeScale(0).start()) {
      assertThat(new Caller(other).chat(body).body()).isNotEqualTo(first);
    }
    assertThat(caller.chat(body).body()).isEqualTo(first);
  }
}
