package dev.admiral.optimizer.telemetry;

import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporterBuilder;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanLimits;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Sends a trace of each call that ends. Telling it of a call costs some microseconds for each span
 * that is sampled and a look at a number for a call that is not. Thread-safe.
 */
public final class CallTraces implements CallObserver, AutoCloseable {
  private static final String NAME = "admiral";
  private static final long CLOSE_SECONDS = 5;

  private final SpanOutbox outbox;
  private final SdkTracerProvider provider;
  private final CallSpans spans;

  private CallTraces(SpanOutbox outbox, SdkTracerProvider provider, CallSpans spans) {
    this.outbox = outbox;
    this.provider = provider;
    this.spans = spans;
  }

  /**
   * Begins to trace. The collector need not be there yet, or ever.
   *
   * @param version version of the server
   * @param threads makes the thread that sends
   */
  public static CallTraces open(TraceSettings settings, String version, ThreadFactory threads) {
    SpanOutbox outbox =
        new SpanOutbox(
            exporter(settings),
            settings.maxSpans(),
            settings.maxContentBytes(),
            settings.timeout(),
            threads);
    SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .setResource(
                Resource.getDefault()
                    .merge(
                        Resource.create(
                            Attributes.builder()
                                .put("service.name", NAME)
                                .put("service.version", version)
                                .build())))
            .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sampledRatio())))
            .setSpanLimits(
                SpanLimits.builder().setMaxAttributeValueLength(settings.maxContentChars()).build())
            .addSpanProcessor(outbox)
            .build();
    outbox.start();
    int contentChars = settings.content() ? settings.maxContentChars() : 0;
    return new CallTraces(
        outbox, provider, new CallSpans(provider.get(NAME, version), contentChars));
  }

  private static SpanExporter exporter(TraceSettings settings) {
    return switch (settings.protocol()) {
      case HTTP -> {
        OtlpHttpSpanExporterBuilder exporter =
            OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint() + "/v1/traces")
                .setCompression("gzip")
                .setTimeout(settings.timeout());
        settings.headers().forEach(exporter::addHeader);
        yield exporter.build();
      }
      case GRPC -> {
        OtlpGrpcSpanExporterBuilder exporter =
            OtlpGrpcSpanExporter.builder()
                .setEndpoint(settings.endpoint().toString())
                .setCompression("gzip")
                .setTimeout(settings.timeout());
        settings.headers().forEach(exporter::addHeader);
        yield exporter.build();
      }
    };
  }

  @Override
  public String name() {
    return "traces";
  }

  @Override
  public void finished(FinishedCall call) {
    spans.make(call);
  }

  /** Returns what became of the spans so far. */
  public SpanCounts counts() {
    return outbox.counts();
  }

  /** Sends what waits, as far as the collector takes it in a few seconds. */
  @Override
  public void close() {
    provider.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
