package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.telemetry.SpanCounts;
import java.util.function.Supplier;

/** Tells what became of the spans of traces. */
final class TraceFigures implements Figures {
  private final Supplier<SpanCounts> spans;

  TraceFigures(Supplier<SpanCounts> spans) {
    this.spans = spans;
  }

  @Override
  public void tell(Exposition to) {
    SpanCounts counts = spans.get();
    to.put(Metric.SPANS, counts.exported(), "exported");
    to.put(Metric.SPANS, counts.failed(), "failed");
    to.put(Metric.SPANS, counts.dropped(), "dropped");
  }
}
