package dev.admiral.cli;

import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallStep;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the time of one call went: a line for each step, its bar in the place of its time. All bars
 * share one scale, from the first beginning (before the call's arrival if it joined a flight) to
 * the last end. A step that failed has a bar of x.
 */
final class Waterfall {
  private static final int WIDEST_BAR = 60;
  private static final int NARROWEST_BAR = 10;

  private final List<CallStep> steps;
  private final Duration from;
  private final long span;

  Waterfall(CallRecord call) {
    steps = call.getStepsList();
    Duration first = Duration.ZERO;
    Duration last = Show.span(call.getDuration());
    for (CallStep step : steps) {
      first = min(first, start(step));
      last = max(last, end(step));
    }
    from = first;
    span = Math.max(1, last.minus(first).toNanos());
  }

  /** Returns the lines for a terminal of so many columns. */
  List<String> lines(int width) {
    int name = steps.stream().mapToInt(step -> name(step).length()).max().orElse(0);
    int time = steps.stream().mapToInt(step -> took(step).length()).max().orElse(0);
    int bar = Math.clamp(width - name - time - 6L, NARROWEST_BAR, WIDEST_BAR);
    List<String> lines = new ArrayList<>();
    for (CallStep step : steps) {
      String line =
          Text.pad(name(step), name)
              + "  |"
              + bar(step, bar)
              + "|  "
              + " ".repeat(time - took(step).length())
              + took(step);
      String why = Text.harmless(why(step));
      if (!why.isEmpty() && Text.width(line) + 2 + Text.width(why) <= width) {
        lines.add(line + "  " + why);
      } else {
        lines.add(Text.cut(line, width));
        if (!why.isEmpty()) {
          String indent = " ".repeat(name + 2);
          Text.wrap(why, Math.max(1, width - name - 2)).forEach(more -> lines.add(indent + more));
        }
      }
    }
    return lines;
  }

  private String bar(CallStep step, int columns) {
    int start = column(start(step), columns - 1);
    int end = Math.max(start + 1, column(end(step), columns));
    String sign = step.getFailure() == ErrorReason.ERROR_REASON_UNSPECIFIED ? "=" : "x";
    return " ".repeat(start) + sign.repeat(end - start) + " ".repeat(columns - end);
  }

  private int column(Duration at, int columns) {
    return Math.clamp(Math.round((double) at.minus(from).toNanos() / span * columns), 0, columns);
  }

  private static String name(CallStep step) {
    return Show.word(step.getKind(), "KIND_");
  }

  private static String took(CallStep step) {
    return Show.time(step.getDuration());
  }

  private static String why(CallStep step) {
    return step.getFailure() == ErrorReason.ERROR_REASON_UNSPECIFIED
        ? step.getDetail()
        : (step.getDetail() + " " + Show.failure(step.getFailure())).strip();
  }

  private static Duration start(CallStep step) {
    return Show.span(step.getStartOffset());
  }

  private static Duration end(CallStep step) {
    return start(step).plus(Show.span(step.getDuration()));
  }

  private static Duration min(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private static Duration max(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }
}
