package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class JsonLinesTest {

  @Test
  void event_isOneObjectOnOneLine() throws Exception {
    LoggingEvent event =
        new LoggingEvent(
            "",
            new LoggerContext().getLogger("some.Logger"),
            Level.WARN,
            "a \"quote\"\nand {}",
            new IllegalStateException("two\nlines"),
            new Object[] {7});
    event.setInstant(Instant.parse("2026-03-01T00:00:00Z"));
    event.setKeyValuePairs(List.of(new KeyValuePair("agent", "council")));

    String line = new JsonLines().doLayout(event);
    JsonNode json = new ObjectMapper().readTree(line);

    assertThat(line).hasLineCount(1).endsWith("}\n");
    assertThat(json.get("time").asText()).isEqualTo("2026-03-01T00:00:00Z");
    assertThat(json.get("level").asText()).isEqualTo("WARN");
    assertThat(json.get("logger").asText()).isEqualTo("some.Logger");
    assertThat(json.get("message").asText()).isEqualTo("a \"quote\"\nand 7");
    assertThat(json.get("agent").asText()).isEqualTo("council");
    assertThat(json.get("error").asText()).contains("IllegalStateException", "two\nlines");
  }
}
