package dev.admiral.optimizer.telemetry;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The caller's place in its own trace.
 *
 * @param traceId 32 hex digits
 * @param spanId 16 hex digits
 * @param sampled whether the caller wants the trace to be made
 * @see <a href="https://www.w3.org/TR/trace-context/#traceparent-header">Trace context</a>
 */
record TraceParent(String traceId, String spanId, boolean sampled) {
  private static final Pattern FORM =
      Pattern.compile("(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?");
  private static final Pattern ZERO = Pattern.compile("0+");

  /** Reads the header; empty if it is absent or wrong, which begins a new trace. */
  static Optional<TraceParent> read(@Nullable String header) {
    if (header == null) {
      return Optional.empty();
    }
    Matcher form = FORM.matcher(header.strip());
    if (!form.matches()
        || ZERO.matcher(form.group(2)).matches()
        || ZERO.matcher(form.group(3)).matches()
        // The first version ends there; later ones may go on.
        || (form.group(1).equals("00") && form.group(5) != null)) {
      return Optional.empty();
    }
    boolean sampled = (Integer.parseInt(form.group(4), 16) & 1) == 1;
    return Optional.of(new TraceParent(form.group(2), form.group(3), sampled));
  }
}
