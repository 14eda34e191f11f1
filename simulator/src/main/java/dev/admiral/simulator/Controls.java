package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;

/** The simulator's own endpoints under {@code /sim/}, documented at {@link Simulator}. */
final class Controls {
  private static final int DEFAULT_PAGE = 1000;
  private static final int LARGEST_PAGE = 10_000;

  private final Engine engine;

  Controls(Engine engine) {
    this.engine = engine;
  }

  void handle(String path, Request request, Response response, Callback callback, byte[] body) {
    Bytes out = new Bytes(1024);
    String type = "application/json";
    int status = 200;
    try {
      switch (request.getMethod() + " " + path) {
        case "GET /sim/invoice" -> invoice(out);
        case "GET /sim/invoice.ndjson" -> {
          type = "application/x-ndjson";
          lines(out, Request.extractQueryParameters(request));
        }
        case "GET /sim/stats" -> stats(out);
        case "GET /sim/faults" -> faults(out);
        case "POST /sim/faults" -> {
          setFaults(body);
          faults(out);
        }
        case "POST /sim/reset" -> {
          engine.reset();
          out.raw("{}");
        }
        default -> {
          status = 404;
          error(
              out,
              "Nothing here: use GET /sim/invoice, GET /sim/invoice.ndjson, GET /sim/stats, GET or"
                  + " POST /sim/faults, or POST /sim/reset.");
        }
      }
    } catch (IllegalArgumentException | IOException e) {
      out.clear();
      status = 400;
      error(out, String.valueOf(e.getMessage()));
    }
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
    response.write(true, out.view(), callback);
  }

  private static void error(Bytes out, String message) {
    out.raw("{\"error\":").quoted(message).raw("}");
  }

  private void invoice(Bytes out) {
    Invoice invoice = engine.book.snapshot();
    out.raw("{\"lines\":").number(invoice.lines().size());
    out.raw(",\"refused\":").number(invoice.refused().size());
    out.raw(",\"dropped_lines\":").number(invoice.droppedLines()).raw(",\"total\":");
    totals(out, invoice.total());
    out.raw(",\"models\":[");
    boolean first = true;
    for (var entry : invoice.totals().entrySet()) {
      out.raw(first ? "{" : ",{").raw("\"provider\":").quoted(entry.getKey().provider());
      out.raw(",\"model\":").quoted(entry.getKey().model()).raw(",\"total\":");
      totals(out, entry.getValue());
      out.raw("}");
      first = false;
    }
    out.raw("]}");
  }

  private static void totals(Bytes out, Invoice.Totals totals) {
    out.raw("{\"calls\":").number(totals.calls());
    out.raw(",\"unreported_calls\":").number(totals.unreportedCalls());
    out.raw(",\"unpriced_calls\":").number(totals.unpricedCalls()).raw(",\"tokens\":");
    tokens(out, totals.tokens());
    out.raw(",\"cost_picos\":").number(totals.costPicos());
    out.raw(",\"reported_cost_picos\":").number(totals.reportedCostPicos()).raw("}");
  }

  private static void tokens(Bytes out, Tokens tokens) {
    out.raw("{\"input\":").number(tokens.input());
    out.raw(",\"cached_input\":").number(tokens.cachedInput());
    out.raw(",\"cache_write_5m\":").number(tokens.cacheWrite5m());
    out.raw(",\"cache_write_1h\":").number(tokens.cacheWrite1h());
    out.raw(",\"output\":").number(tokens.output());
    out.raw(",\"reasoning\":").number(tokens.reasoning()).raw("}");
  }

  private void lines(Bytes out, Fields query) {
    Invoice invoice = engine.book.snapshot();
    String of = query.getValue("of");
    List<InvoiceLine> all =
        of == null || of.equals("billed")
            ? invoice.lines()
            : of.equals("refused") ? invoice.refused() : null;
    if (all == null) {
      throw new IllegalArgumentException("Parameter 'of' must be billed or refused.");
    }
    int from = Math.min(number(query, "offset", 0), all.size());
    int size = Math.min(number(query, "limit", DEFAULT_PAGE), LARGEST_PAGE);
    for (InvoiceLine line : all.subList(from, Math.min(all.size(), from + size))) {
      line(out, line);
      out.raw("\n");
    }
  }

  private static int number(Fields query, String name, int absent) {
    String value = query.getValue(name);
    if (value == null) {
      return absent;
    }
    if (!value.matches("\\d{1,9}")) {
      throw new IllegalArgumentException("Parameter '" + name + "' must be a whole number.");
    }
    return Integer.parseInt(value);
  }

  private static void line(Bytes out, InvoiceLine line) {
    out.raw("{\"request_id\":").quoted(line.requestId()).raw(",\"client_request_id\":");
    if (line.clientRequestId().isPresent()) {
      out.quoted(line.clientRequestId().get());
    } else {
      out.raw("null");
    }
    out.raw(",\"provider\":").quoted(line.provider()).raw(",\"model\":").quoted(line.model());
    out.raw(",\"operation\":").quoted(line.operation());
    out.raw(",\"stream\":" + line.stream() + ",\"request_hash\":").quoted(line.requestHash());
    out.raw(",\"status\":").number(line.status());
    out.raw(",\"outcome\":").quoted(line.outcome().name().toLowerCase(Locale.ROOT));
    out.raw(",\"usage_reported\":" + line.usageReported() + ",\"tokens\":");
    tokens(out, line.tokens());
    out.raw(",\"cost_picos\":");
    out.raw(line.costPicos().isPresent() ? Long.toString(line.costPicos().getAsLong()) : "null");
    out.raw(",\"accept_time\":").quoted(line.acceptTime().toString());
    out.raw(",\"client_closed_nanos\":");
    out.raw(
        line.clientClosedNanos().isPresent()
            ? Long.toString(line.clientClosedNanos().getAsLong())
            : "null");
    out.raw("}");
  }

  private void stats(Bytes out) {
    SimulatorStats stats = engine.stats();
    out.raw("{\"open_connections\":").number(stats.openConnections());
    out.raw(",\"open_calls\":").number(stats.openCalls());
    out.raw(",\"open_streams\":").number(stats.openStreams());
    out.raw(",\"accepted_calls\":").number(stats.acceptedCalls());
    out.raw(",\"cancelled_calls\":").number(stats.cancelledCalls());
    counts(out.raw(",\"refused_calls\":"), stats.refusedCalls());
    counts(out.raw(",\"faults\":"), stats.faults());
    out.raw("}");
  }

  private static void counts(Bytes out, Map<?, Long> counts) {
    String separator = "{";
    for (var entry : counts.entrySet()) {
      out.raw(separator).quoted(String.valueOf(entry.getKey())).raw(":").number(entry.getValue());
      separator = ",";
    }
    out.raw(counts.isEmpty() ? "{}" : "}");
  }

  private void faults(Bytes out) {
    out.raw("{\"faults\":[");
    boolean first = true;
    for (FaultPlan.Rule rule : engine.faults.rules()) {
      out.raw(first ? "{" : ",{").raw("\"model\":").quoted(rule.model());
      out.raw(",\"rate\":" + rule.rate() + ",\"fault\":").quoted(rule.fault()).raw("}");
      first = false;
    }
    out.raw("]}");
  }

  /** Replaces all rules by those in the body: all of them, or none when one is wrong. */
  private void setFaults(byte[] body) throws IOException {
    JsonNode rules = Json.read(body).path("faults");
    if (!rules.isArray()) {
      throw new IllegalArgumentException(
          "Expected {\"faults\":[{\"model\":\"*\",\"rate\":0.05,\"fault\":\"status=500\"}]}.");
    }
    List<FaultPlan.Rule> read = new ArrayList<>();
    for (JsonNode rule : rules) {
      read.add(
          FaultPlan.Rule.of(
              rule.path("model").asText("*"),
              rule.path("rate").asDouble(1),
              rule.path("fault").asText()));
    }
    engine.faults.clear();
    read.forEach(engine.faults::add);
  }
}
