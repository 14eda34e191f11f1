package dev.admiral.optimizer.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** How much waits, how much is sent at a time, and that every span is counted once. */
class SpanOutboxTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final Collector collector = new Collector();

  /** Takes spans when it is told to. */
  private static final class Collector implements SpanExporter {
    private final List<Integer> sizes = new CopyOnWriteArrayList<>();
    private final CompletableResultCode taken = new CompletableResultCode();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      sizes.add(spans.size());
      return taken;
    }

    @Override
    public CompletableResultCode flush() {
      return taken;
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  @Test
  void contentBeyondTheBound_isDroppedAndCounted() {
    SpanOutbox outbox = use(1_000, 10, 400);

    assertThat(outbox.counts()).isEqualTo(new SpanCounts(1, 0, 9));
  }

  @Test
  void spansWithoutContent_areBoundByTheirNumberAlone() {
    SpanOutbox outbox = use(0, 10, 0);

    assertThat(outbox.counts()).isEqualTo(new SpanCounts(10, 0, 0));
    assertThat(collector.sizes).containsExactly(10);
  }

  @Test
  void largeContent_isSentInPartsThatACollectorTakes() {
    SpanOutbox outbox = use(1 << 30, 10, 600_000);

    assertThat(outbox.counts()).isEqualTo(new SpanCounts(10, 0, 0));
    assertThat(collector.sizes).hasSizeGreaterThanOrEqualTo(5).allMatch(size -> size <= 2);
  }

  /** Ends spans while nothing is sent, then sends what waits. */
  private SpanOutbox use(long maxContentBytes, int spans, int contentChars) {
    SpanOutbox outbox =
        new SpanOutbox(collector, 100, maxContentBytes, LONG, Thread.ofVirtual().factory());
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(outbox).build()) {
      Tracer tracer = provider.get("test");
      for (int i = 0; i < spans; i++) {
        Span span = tracer.spanBuilder("chat").startSpan();
        if (contentChars > 0) {
          span.setAttribute("gen_ai.input.messages", "x".repeat(contentChars));
        }
        span.end();
      }
      collector.taken.succeed();
      outbox.start();
    }
    return outbox;
  }
}
