package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The invoice and the counts, in this process and over HTTP. */
class ControlsTest {
  private static final String CHAT =
      "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";

  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).invoiceLines(5).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @Test
  void invoiceOverHttp_isTheInvoice() {
    Caller.Reply reply = caller.chat(CHAT, "x-client-request-id", "mine");
    caller.chat(CHAT, "x-sim-fault", "status=500");

    Invoice invoice = simulator.invoice();
    InvoiceLine line = invoice.line(reply.header("x-request-id")).orElseThrow();
    JsonNode totals = caller.get("/sim/invoice").json();
    assertThat(totals.path("lines").asInt()).isEqualTo(1);
    assertThat(totals.path("refused").asInt()).isEqualTo(1);
    assertThat(totals.at("/total/cost_picos").asLong()).isEqualTo(invoice.costPicos());
    assertThat(totals.at("/models/0/model").asText()).isEqualTo("gpt-4o");
    assertThat(totals.at("/models/0/total/tokens/output").asLong())
        .isEqualTo(line.tokens().output());

    JsonNode told = Caller.parse(caller.get("/sim/invoice.ndjson").body());
    assertThat(told.path("request_id").asText()).isEqualTo(line.requestId());
    assertThat(told.path("client_request_id").asText()).isEqualTo("mine");
    assertThat(told.path("request_hash").asText()).isEqualTo(line.requestHash()).hasSize(16);
    assertThat(told.path("cost_picos").asLong()).isEqualTo(line.costPicos().orElseThrow());
    assertThat(told.path("outcome").asText()).isEqualTo("served");
    assertThat(told.path("usage_reported").asBoolean()).isTrue();

    JsonNode refused = Caller.parse(caller.get("/sim/invoice.ndjson?of=refused").body());
    assertThat(refused.path("status").asInt()).isEqualTo(500);
    assertThat(caller.get("/sim/invoice.ndjson?offset=1").body()).isEmpty();
    assertThat(caller.get("/sim/invoice.ndjson?limit=few").status()).isEqualTo(400);
  }

  @Test
  void statsOverHttp_areTheStats() {
    caller.chat(CHAT);
    caller.chat(CHAT, "x-sim-fault", "429=quota");
    JsonNode stats = caller.get("/sim/stats").json();
    assertThat(stats.path("accepted_calls").asLong()).isEqualTo(1);
    assertThat(stats.at("/refused_calls/429").asLong()).isEqualTo(1);
    assertThat(stats.at("/faults/429").asLong()).isEqualTo(1);
    assertThat(stats.path("open_connections").asLong()).isPositive();
  }

  @Test
  void linesBeyondTheBound_areCountedInTotals() {
    for (int i = 0; i < 8; i++) {
      caller.chat(CHAT);
    }
    Invoice invoice = simulator.invoice();
    assertThat(invoice.lines()).hasSize(5);
    assertThat(invoice.droppedLines()).isEqualTo(3);
    assertThat(invoice.total().calls()).isEqualTo(8);
    assertThat(invoice.costPicos())
        .isEqualTo(8 * invoice.lines().getFirst().costPicos().orElseThrow());
  }

  @Test
  void reset_forgetsEverything() {
    caller.chat(CHAT);
    caller.post("/sim/reset", "");
    assertThat(simulator.invoice().lines()).isEmpty();
    assertThat(simulator.invoice().totals()).isEmpty();
    assertThat(simulator.stats().acceptedCalls()).isZero();
  }

  @Test
  void replacedLine_leavesNoTraceInTheTotals() {
    Book book = new Book(10);
    Book.Entry entry = book.enter(line(Outcome.SERVED, 100));
    book.enter(line(Outcome.SERVED, 7));
    book.replace(entry, line(Outcome.CANCELLED, 40));
    Invoice invoice = book.snapshot();
    assertThat(invoice.lines())
        .extracting(InvoiceLine::outcome)
        .containsExactly(Outcome.CANCELLED, Outcome.SERVED);
    assertThat(invoice.total())
        .isEqualTo(new Invoice.Totals(2, 1, 0, new Tokens(2, 0, 0, 0, 47, 0), 47, 7));
    book.reset();
    book.replace(entry, line(Outcome.CANCELLED, 40));
    assertThat(book.snapshot().lines()).isEmpty();
  }

  private static InvoiceLine line(Outcome outcome, long output) {
    return new InvoiceLine(
        "req",
        Optional.empty(),
        "openai",
        "gpt-4o",
        "chat",
        true,
        "0",
        200,
        outcome,
        outcome == Outcome.SERVED,
        new Tokens(1, 0, 0, 0, output, 0),
        OptionalLong.of(output),
        Instant.EPOCH,
        OptionalLong.empty());
  }

  @Test
  void commandLine_thatCannotBeRead_isExplained() throws Exception {
    assertThat(explained("--port", "many")).contains("needs a whole number, not 'many'");
    assertThat(explained("--colour", "red")).contains("Option '--colour' is unknown.");
    assertThat(explained("--faults", "*:2:status=500")).contains("must be between 0 and 1");
    assertThat(explained("--faults", "status=500")).contains("model:rate:fault");
  }

  private static String explained(String... args) throws Exception {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
    assertThat(Main.run(args, print, print)).isEqualTo(2);
    return err.toString(StandardCharsets.UTF_8);
  }
}
