package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

class HumanLinesTest {

  @Test
  void event_isOneReadableLineWithItsValues() {
    String line = new HumanLines(ZoneOffset.UTC, false).doLayout(event("call failed", null));

    assertThat(line)
        .isEqualTo("10:20:30.000 WARN  Logger                 call failed  call_id=c-1\n");
  }

  @Test
  void colours_areThereOnlyWhereWanted() {
    assertThat(new HumanLines(ZoneOffset.UTC, true).doLayout(event("m", null)))
        .contains("\u001b[33mWARN \u001b[0m");
    assertThat(Logs.wantsColours(Map.of())).isTrue();
    assertThat(Logs.wantsColours(Map.of("NO_COLOR", ""))).isTrue();
    assertThat(Logs.wantsColours(Map.of("NO_COLOR", "1"))).isFalse();
    assertThat(Logs.wantsColours(Map.of("TERM", "dumb"))).isFalse();
  }

  @Test
  void controlCharacters_doNotReachTheTerminal() {
    String line = new HumanLines(ZoneOffset.UTC, false).doLayout(event("a\u001b[2J\nb", null));

    assertThat(line).hasLineCount(1).contains("a [2J b");
  }

  @Test
  void controlCharactersOfEightBitsAndOfWhatWasThrown_doNotEither() {
    String line =
        new HumanLines(ZoneOffset.UTC, false)
            .doLayout(event("a\u009b2Jb", new IOException("c\u001b[2Jd")));

    assertThat(line).contains("a 2Jb", "java.io.IOException: c [2Jd\n\tat ");
  }

  @Test
  void thrown_isShownBelowWithoutItsMessage() {
    String text =
        new HumanLines(ZoneOffset.UTC, false)
            .doLayout(event("m", new IllegalStateException("s3cret")));

    assertThat(text).contains("\njava.lang.IllegalStateException\n\t").doesNotContain("s3cret");
  }

  private static LoggingEvent event(String message, Throwable thrown) {
    LoggingEvent event =
        new LoggingEvent(
            "", new LoggerContext().getLogger("some.Logger"), Level.WARN, message, thrown, null);
    event.setInstant(Instant.parse("2026-03-01T10:20:30Z"));
    event.setKeyValuePairs(List.of(new KeyValuePair("call_id", "c-1")));
    event.setMDCPropertyMap(Map.of());
    return event;
  }
}
