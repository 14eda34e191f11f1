package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.EventStream;
import dev.admiral.optimizer.v1.Attempt;
import dev.admiral.optimizer.v1.CallFinished;
import dev.admiral.optimizer.v1.CircuitBreaker;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "events",
    mixinStandardHelpOptions = true,
    description = {"Shows events as they happen, one a line, until it is stopped.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done, or stopped by Ctrl-C",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class EventsCommand extends FleetCommand {
  /** Ten years, which nobody waits for. */
  private static final double MOST_SECONDS = 10 * 365 * 86_400.0;

  @Parameters(
      paramLabel = "PATTERN",
      arity = "0..*",
      description =
          "Only kinds like these, as in 'optimizer.call.*'; * is one word, # any number. Default:"
              + " all.")
  private List<String> patterns = List.of();

  @Option(
      names = "--most",
      paramLabel = "N",
      description = "Stop after so many events. Default: never.")
  private long most = Long.MAX_VALUE;

  @Option(
      names = "--for",
      paramLabel = "SECONDS",
      description = "Stop after so long, however few have come. Default: never.")
  private double seconds = Double.POSITIVE_INFINITY;

  @Option(
      names = "--after",
      paramLabel = "SEQUENCE",
      description = "First those after this number that are still kept. Default: from now on.")
  private @Nullable Long after;

  EventsCommand(Shell shell) {
    super(shell);
  }

  @Override
  boolean asksAtOnce() {
    // Nothing may happen for hours, which is no wait for an answer.
    return false;
  }

  @Override
  int run(AdmiralClient client) {
    WatchEventsRequest.Builder request = WatchEventsRequest.newBuilder().addAllPatterns(patterns);
    if (after != null) {
      request.setAfterSequence(after);
    }
    if (!(seconds > 0)) {
      throw new UsageException("--for is a number of seconds above 0: " + seconds);
    }
    AtomicBoolean over = new AtomicBoolean();
    try (Ending ending = Ending.well(out(), "");
        EventStream events = client.events().watch(request.build());
        Closeable _ = timer(over, events)) {
      for (long seen = 0; seen < most && !out().checkError() && events.hasNext(); seen++) {
        FleetEvent event = events.next();
        ending.print((isJson() ? OutputOptions.jsonLine(event) : shown(event)) + "\n");
      }
    } catch (AdmiralException e) {
      if (!over.get()) {
        throw e;
      }
    }
    return Main.DONE;
  }

  /** What runs until it is closed. */
  private interface Closeable extends AutoCloseable {
    @Override
    void close();
  }

  /** Ends the stream once {@code --for} is over. */
  private Closeable timer(AtomicBoolean over, EventStream events) {
    if (seconds > MOST_SECONDS) {
      return () -> {};
    }
    Thread timer =
        Thread.ofVirtual()
            .start(() -> {
              if (Ticker.REAL.await(Duration.ofMillis(Math.round(seconds * 1000)))) {
                over.set(true);
                events.close();
              }
            });
    return timer::interrupt;
  }

  private String shown(FleetEvent event) {
    String line = Text.harmless(line(event));
    return shell().terminalOut() ? Text.cut(line, width()) : line;
  }

  private static String line(FleetEvent event) {
    return Show.timeOfDay(event.getCreateTime()) + "  " + kind(event) + "  " + detail(event);
  }

  /** Returns the dotted name by which the kind is chosen, without its first word. */
  private static String kind(FleetEvent event) {
    return switch (event.getKindCase()) {
      case CALL_FINISHED ->
          event.getCallFinished().getFailure() == ErrorReason.ERROR_REASON_UNSPECIFIED
              ? "call.finished"
              : "call.failed";
      case ATTEMPT_FAILED -> "upstream.failed";
      case AGENT_REGISTERED -> "agent.registered";
      case MODEL_HEALTH_CHANGED ->
          "model."
              + event
                  .getModelHealthChanged()
                  .getState()
                  .name()
                  .replaceFirst("^STATE_", "")
                  .toLowerCase(Locale.ROOT);
      case CACHE_INVALIDATED -> "cache.invalidated";
      case PART_HEALTH_CHANGED -> "health.changed";
      case EVENTS_DROPPED -> "events.dropped";
      case KIND_NOT_SET -> "unknown";
    };
  }

  private static String detail(FleetEvent event) {
    return switch (event.getKindCase()) {
      case CALL_FINISHED -> detail(event.getCallFinished());
      case ATTEMPT_FAILED -> {
        Attempt attempt = event.getAttemptFailed().getAttempt();
        yield event.getAttemptFailed().getAgentId()
            + "  "
            + attempt.getProvider()
            + "/"
            + attempt.getModel()
            + "  "
            + Show.word(attempt.getFailure(), "ERROR_REASON_");
      }
      case AGENT_REGISTERED ->
          event.getAgentRegistered().getAgentId() + "  " + event.getAgentRegistered().getGroup();
      case MODEL_HEALTH_CHANGED ->
          event.getModelHealthChanged().getProvider()
              + "/"
              + event.getModelHealthChanged().getModel()
              + (event.getModelHealthChanged().getState() == CircuitBreaker.State.STATE_OPEN
                  ? "  not asked"
                  : "  available");
      case CACHE_INVALIDATED ->
          Show.count(event.getCacheInvalidated().getEntryCount()) + " answers removed";
      case PART_HEALTH_CHANGED ->
          event.getPartHealthChanged().getPart().getName()
              + "  "
              + Show.word(event.getPartHealthChanged().getPart().getState(), "HEALTH_STATE_")
              + "  "
              + event.getPartHealthChanged().getPart().getReason();
      case EVENTS_DROPPED ->
          Show.count(event.getEventsDropped().getEventCount()) + " events were missed";
      case KIND_NOT_SET -> "(an event that this version does not know)";
    };
  }

  private static String detail(CallFinished call) {
    if (call.getFailure() != ErrorReason.ERROR_REASON_UNSPECIFIED) {
      return call.getAgentId()
          + "  "
          + Show.word(call.getFailure(), "ERROR_REASON_")
          + "  "
          + Show.time(call.getDuration());
    }
    return call.getAgentId()
        + "  "
        + call.getProvider()
        + "/"
        + call.getModel()
        + "  "
        + Show.source(call.getSource())
        + "  "
        + Show.dollars(call.getCost().getChargedAmount())
        + "  "
        + Show.time(call.getDuration());
  }
}
