package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.config.LogSettings;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.RoutingPreferences;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What is said of failed calls, and how often. */
class CallLogTest {
  private static final Failure OVERLOADED = new Failure.Overloaded("too much to do", null);
  private static final Failure UNKNOWN = new Failure.UnknownModel("gpt-5o", List.of());

  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.admiral.optimizer.calls");
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.setLevel(Level.INFO);
    logger.addAppender(lines);
  }

  @AfterEach
  void listenNoMore() {
    logger.detachAppender(lines);
    logger.setLevel(null);
  }

  @Test
  void failureOfAProvider_isAWarningThatNamesTheCallAndTheTry() {
    log(5).finished(failed("c-1", OVERLOADED, "openai"));

    assertThat(lines.list).hasSize(1);
    assertThat(lines.list.getFirst().getLevel()).isEqualTo(Level.WARN);
    assertThat(lines.list.getFirst().getFormattedMessage()).isEqualTo("call failed");
    assertThat(JsonLines.values(lines.list.getFirst()))
        .containsEntry("call_id", "c-1")
        .containsEntry("agent", "council")
        .containsEntry("reason", "provider_overloaded")
        .containsEntry("provider", "openai")
        .containsEntry("http_status", 503)
        .containsEntry("attempts", 1)
        .containsEntry("duration_ms", 20L);
  }

  @Test
  void mistakeOfACaller_isInformation_andALeavingIsNoNews() {
    CallLog log = log(5);
    log.finished(failed("c-1", UNKNOWN, null));
    log.finished(
        failed(
            "c-2",
            new Failure.Refused(ErrorReason.ERROR_REASON_CALL_CANCELLED, "the caller left"),
            null));

    assertThat(lines.list)
        .singleElement()
        .extracting(ILoggingEvent::getLevel)
        .isEqualTo(Level.INFO);
  }

  @Test
  void failuresAlike_areToldAFewTimesAndThenCounted() {
    CallLog log = log(3);
    IntStream.range(0, 4034).forEach(i -> log.finished(failed("c-" + i, OVERLOADED, "openai")));
    log.finished(failed("c-other", OVERLOADED, "groq"));
    assertThat(lines.list).hasSize(4);

    log.sumUp();
    log.sumUp();

    assertThat(lines.list).hasSize(5);
    assertThat(lines.list.getLast().getFormattedMessage())
        .isEqualTo("and 4,031 more calls failed like this");
    assertThat(JsonLines.values(lines.list.getLast()))
        .containsEntry("count", 4031L)
        .containsEntry("provider", "openai");
    assertThat(lines.list.getLast().getLevel()).isEqualTo(Level.WARN);
  }

  @Test
  void nextWhile_beginsAnew() {
    CallLog log = log(1);
    log.finished(failed("c-1", OVERLOADED, "openai"));
    log.sumUp();
    log.finished(failed("c-2", OVERLOADED, "openai"));

    assertThat(lines.list).hasSize(2);
  }

  private static FinishedCall failed(String id, Failure failure, String provider) {
    List<Attempt> attempts =
        provider == null
            ? List.of()
            : List.of(
                new Attempt(
                    provider, "model", Instant.EPOCH, Duration.ofMillis(10), null, failure, 503));
    return new FinishedCall(call(id), new Outcome.Failed(failure, attempts), Duration.ofMillis(20));
  }

  private static Call call(String id) {
    return new Call(
        id,
        new Caller("acme", "council", "", false),
        Prompt.getDefaultInstance(),
        new CallKey(1, 2, 3, 4),
        true,
        null,
        new CacheUse(CacheUse.Mode.USE, Duration.ofMinutes(10), null, false, false),
        RoutingPreferences.getDefaultInstance(),
        Priority.PRIORITY_INTERACTIVE,
        "",
        false,
        Instant.EPOCH,
        0,
        Duration.ofMinutes(10).toNanos());
  }

  private static CallLog log(int alike) {
    return new CallLog(
        Live.of(new LogSettings(LogSettings.Level.INFO, LogSettings.Format.AUTO, alike)));
  }
}
