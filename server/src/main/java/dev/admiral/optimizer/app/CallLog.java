package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Failed;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.config.LogSettings;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Logs calls, at most one line each. What an operator should look at is a warning, a caller's own
 * mistake or limit is information, an answer and a caller that left are for finding faults. Of
 * failures alike (by reason and provider) only the first few of a while have a line; the others are
 * counted in one, so that a provider that is down does not fill the disk.
 *
 * <p>Lines hold names, counts and times, no content and no words of a vendor. Thread-safe; an
 * answered call costs a look at the level.
 */
final class CallLog implements CallObserver {
  private static final Logger log = LoggerFactory.getLogger("dev.admiral.optimizer.calls");
  private static final String NOBODY = "";

  private final Live<LogSettings> settings;
  // Bounded by the contract's reasons and the configured providers.
  private final ConcurrentMap<Kind, Lines> kinds = new ConcurrentHashMap<>();

  private record Kind(ErrorReason reason, String provider) {}

  private static final class Lines {
    private final AtomicInteger told = new AtomicInteger();
    private final LongAdder untold = new LongAdder();
  }

  /**
   * @param settings tells the most lines about failures alike between two calls of {@link #sumUp}
   */
  CallLog(Live<LogSettings> settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "log";
  }

  @Override
  public void finished(FinishedCall call) {
    switch (call.outcome()) {
      case Answered answered -> {
        if (log.isDebugEnabled()) {
          about(Level.DEBUG, call)
              .addKeyValue("source", Words.of(answered.source()))
              .addKeyValue("provider", answered.answer().provider())
              .addKeyValue("model", answered.answer().model())
              .addKeyValue("attempts", answered.attempts().size())
              .log("call answered");
        }
      }
      case Failed failed -> failed(call, failed);
    }
  }

  private void failed(FinishedCall call, Failed failed) {
    ErrorReason reason = failed.failure().reason();
    Level level = level(reason);
    if (!log.isEnabledForLevel(level)) {
      return;
    }
    Attempt last = failed.attempts().isEmpty() ? null : failed.attempts().getLast();
    Kind kind = new Kind(reason, last == null ? NOBODY : last.provider());
    Lines lines = kinds.computeIfAbsent(kind, k -> new Lines());
    if (level != Level.DEBUG
        && lines.told.incrementAndGet() > settings.get().maxSimilarFailures()) {
      lines.untold.increment();
      return;
    }
    LoggingEventBuilder line =
        about(level, call)
            .addKeyValue("reason", Words.of(reason))
            .addKeyValue("attempts", failed.attempts().size());
    if (last != null) {
      line =
          line.addKeyValue("provider", last.provider())
              .addKeyValue("model", last.model())
              .addKeyValue("http_status", last.httpStatus());
    }
    if (failed.failure() instanceof Failure.Internal internal) {
      line = line.addKeyValue("fault_id", internal.id());
    }
    line.log("call failed");
  }

  /** Begins a new while: tells how many failures had no line. */
  void sumUp() {
    kinds.forEach((kind, lines) -> {
      lines.told.set(0);
      long more = lines.untold.sumThenReset();
      if (more > 0) {
        LoggingEventBuilder line =
            log.atLevel(level(kind.reason()))
                .addKeyValue("reason", Words.of(kind.reason()))
                .addKeyValue("count", more);
        if (!kind.provider().isEmpty()) {
          line = line.addKeyValue("provider", kind.provider());
        }
        line.log("and {} more calls failed like this", String.format(Locale.ROOT, "%,d", more));
      }
    });
  }

  private static LoggingEventBuilder about(Level level, FinishedCall finished) {
    Call call = finished.call();
    return log.atLevel(level)
        .addKeyValue("call_id", call.id())
        .addKeyValue("tenant", call.caller().tenant())
        .addKeyValue("agent", call.caller().agent())
        .addKeyValue("duration_ms", finished.total().toMillis());
  }

  private static Level level(ErrorReason reason) {
    return switch (reason) {
      case ERROR_REASON_CALL_CANCELLED -> Level.DEBUG;
      case ERROR_REASON_CALL_INVALID,
          ERROR_REASON_CALL_TOO_LARGE,
          ERROR_REASON_MODEL_UNKNOWN,
          ERROR_REASON_REQUEST_ID_REUSED,
          ERROR_REASON_CACHE_MISS,
          ERROR_REASON_KEY_INVALID,
          ERROR_REASON_NOT_PERMITTED,
          ERROR_REASON_NOT_FOUND,
          ERROR_REASON_NOT_IMPLEMENTED,
          ERROR_REASON_RATE_LIMITED,
          ERROR_REASON_CONCURRENCY_LIMITED,
          ERROR_REASON_BUDGET_EXHAUSTED,
          ERROR_REASON_COST_LIMIT,
          ERROR_REASON_READER_TOO_SLOW,
          ERROR_REASON_SERVER_DRAINING,
          ERROR_REASON_DEADLINE_EXCEEDED,
          ERROR_REASON_CONTEXT_TOO_LONG,
          ERROR_REASON_PROVIDER_CALL_INVALID,
          ERROR_REASON_PROVIDER_CALL_TOO_LARGE,
          ERROR_REASON_PROVIDER_REFUSED ->
          Level.INFO;
      case ERROR_REASON_INTERNAL,
          ERROR_REASON_NO_PROVIDER_AVAILABLE,
          ERROR_REASON_STORE_UNAVAILABLE,
          ERROR_REASON_STREAM_BROKEN,
          ERROR_REASON_PROVIDER_RATE_LIMITED,
          ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED,
          ERROR_REASON_PROVIDER_OVERLOADED,
          ERROR_REASON_PROVIDER_FAILED,
          ERROR_REASON_PROVIDER_UNREACHABLE,
          ERROR_REASON_PROVIDER_MALFORMED,
          ERROR_REASON_PROVIDER_TIMEOUT,
          ERROR_REASON_PROVIDER_KEY_INVALID,
          ERROR_REASON_PROVIDER_NOT_PERMITTED,
          ERROR_REASON_PROVIDER_MODEL_UNKNOWN,
          ERROR_REASON_UNSPECIFIED,
          UNRECOGNIZED ->
          Level.WARN;
    };
  }
}
