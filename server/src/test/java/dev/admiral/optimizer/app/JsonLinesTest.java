package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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
    event.setKeyValuePairs(
        List.of(
            new KeyValuePair("agent", "council"),
            new KeyValuePair("attempts", 2),
            new KeyValuePair("level", "not mine")));
    event.setMDCPropertyMap(Map.of("call_id", "c-1"));

    String line = new JsonLines().doLayout(event);
    JsonNode json = new ObjectMapper().readTree(line);

    assertThat(line).hasLineCount(1).endsWith("}\n");
    assertThat(json.get("time").asText()).isEqualTo("2026-03-01T00:00:00Z");
    assertThat(json.get("level").asText()).isEqualTo("WARN");
    assertThat(json.get("logger").asText()).isEqualTo("some.Logger");
    assertThat(json.get("message").asText()).isEqualTo("a \"quote\"\nand 7");
    assertThat(json.get("agent").asText()).isEqualTo("council");
    assertThat(json.get("call_id").asText()).isEqualTo("c-1");
    assertThat(json.get("attempts").isNumber()).isTrue();
    assertThat(json.get("error").asText()).isEqualTo("java.lang.IllegalStateException");
    assertThat(json.get("stack").asText()).contains("JsonLinesTest");
  }

  @Test
  void messageOfWhatWasThrown_isShownOnlyWhereItCannotQuoteACall() throws Exception {
    Throwable thrown =
        new IllegalStateException(
            "s3cret",
            new JsonParseException(null, "s3cret", new IOException("No space left on device")));

    String line = new JsonLines().doLayout(event(thrown));

    assertThat(line)
        .doesNotContain("s3cret")
        .contains("java.io.IOException: No space left on device")
        .contains("JsonParseException");
  }

  @Test
  void messageThatIsTakenOverFromACause_isShownOnlyIfTheCausesIs() {
    IOException quoting = new IOException(new JsonParseException(null, "s3cret"));
    UncheckedIOException telling = new UncheckedIOException(new IOException("disk is full"));

    assertThat(new JsonLines().doLayout(event(quoting)))
        .doesNotContain("s3cret")
        .contains("java.io.IOException");
    assertThat(new JsonLines().doLayout(event(telling)))
        .contains("java.io.UncheckedIOException: java.io.IOException: disk is full");
  }

  @Test
  void messageThatQuotesAnAddress_isNotShown() {
    Throwable thrown =
        new IllegalArgumentException(new URISyntaxException("https://s3cret", "Illegal character"));

    assertThat(new JsonLines().doLayout(event(thrown)))
        .doesNotContain("s3cret")
        .contains("java.net.URISyntaxException");
  }

  private static LoggingEvent event(Throwable thrown) {
    LoggingEvent event =
        new LoggingEvent(
            "", new LoggerContext().getLogger("some.Logger"), Level.WARN, "m", thrown, null);
    event.setInstant(Instant.parse("2026-03-01T00:00:00Z"));
    event.setMDCPropertyMap(Map.of());
    return event;
  }
}
