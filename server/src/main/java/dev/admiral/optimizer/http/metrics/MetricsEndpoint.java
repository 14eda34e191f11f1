package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.stats.CallStatistics;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /metrics}: Prometheus' text format, or OpenMetrics for those who ask for it,
 * compressed for those who can read it. Figures are of the whole server, all tenants together, but
 * for those of agents; so they are for operators, unless the configuration opens them to anybody.
 */
public final class MetricsEndpoint implements Endpoint {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsEndpoint.class);

  /** A reading takes milliseconds and a scraper comes every few seconds. */
  private static final int MOST_READINGS = 4;

  private final ExpositionFormatWriter plain = PrometheusTextFormatWriter.create();
  private final ExpositionFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();
  private final Semaphore readings = new Semaphore(MOST_READINGS);
  private final CallFigures calls;
  private final BreakerFigures breakers;
  private final List<Figures> others;
  private final Keys keys;
  private final Executor virtualThreads;
  private final Live<Settings> settings;

  /**
   * What is told, and to whom.
   *
   * @param open true to tell anybody, else only those who have an operator's key
   * @param agents true to tell the calls and costs of each agent of the asking key's tenant
   * @param maxModels most models told apart, 1 and up
   */
  public record Settings(boolean open, boolean agents, int maxModels) {}

  /**
   * Assembles the endpoint; nothing is read yet.
   *
   * @param statistics what was counted of calls
   * @param models which models take calls
   * @param sources what else there is to tell
   * @param virtualThreads reads, as checks of health may look at files
   */
  public MetricsEndpoint(
      CallStatistics statistics,
      ModelHealth models,
      MetricSources sources,
      Keys keys,
      Executor virtualThreads,
      Live<Settings> settings) {
    ModelNames names = new ModelNames(settings.get().maxModels());
    this.calls = new CallFigures(statistics, names);
    this.breakers = new BreakerFigures(models, names);
    this.others = sources.figures();
    this.keys = keys;
    this.virtualThreads = virtualThreads;
    this.settings = settings;
  }

  @Override
  public void handle(Exchange exchange) {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      exchange.reply(Reply.text(405, "the method must be GET").with(Map.of("allow", "GET, HEAD")));
      return;
    }
    Optional<Identity> identity = keys.authenticate(exchange.key());
    if (!settings.get().open() && !identity.map(Identity::operator).orElse(false)) {
      exchange.reply(identity.isEmpty() ? unknown() : notPermitted());
      return;
    }
    if (!readings.tryAcquire()) {
      exchange.reply(
          Reply.text(503, "the metrics are being read by others; ask again in a second")
              .with(Map.of("retry-after", "1")));
      return;
    }
    virtualThreads.execute(() -> {
      try {
        exchange.reply(read(exchange, identity.map(Identity::tenant).orElse(null)));
      } catch (RuntimeException e) {
        LOG.error("the metrics could not be read", Faults.withoutMessages(e));
        exchange.reply(Reply.text(500, "the metrics could not be read; the log says why"));
      } finally {
        readings.release();
      }
    });
  }

  private static Reply unknown() {
    return Reply.text(
            401,
            "metrics are for operators; send an operator's key in the header"
                + " 'authorization: Bearer KEY', or set metrics.allow_anonymous")
        .with(Map.of("www-authenticate", "Bearer"));
  }

  private static Reply notPermitted() {
    return Reply.text(
        403,
        "metrics are of all tenants together, and this is no operator's key; send one that has"
            + " operator: true, or set metrics.allow_anonymous");
  }

  private Reply read(Exchange exchange, @Nullable String tenant) {
    Exposition exposition = new Exposition();
    calls.tell(exposition);
    if (settings.get().agents() && tenant != null) {
      calls.tellAgents(exposition, tenant);
    }
    breakers.tell(exposition);
    others.forEach(figures -> figures.tell(exposition));

    ExpositionFormatWriter writer =
        openMetrics.accepts(exchange.header("accept")) ? openMetrics : plain;
    Map<String, String> headers = new HashMap<>(Map.of("cache-control", "no-store"));
    boolean compressed = acceptsGzip(exchange.header("accept-encoding"));
    if (compressed) {
      headers.put("content-encoding", "gzip");
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(1 << 16);
    try (OutputStream out = compressed ? new GZIPOutputStream(body) : body) {
      writer.write(out, exposition.build());
    } catch (IOException e) {
      throw new UncheckedIOException("memory could not be written to", e);
    }
    return new Reply(200, writer.getContentType(), headers, body.toByteArray());
  }

  private static boolean acceptsGzip(@Nullable String encodings) {
    return encodings != null && encodings.toLowerCase(Locale.ROOT).contains("gzip");
  }
}
