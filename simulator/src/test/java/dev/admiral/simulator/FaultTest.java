package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every fault does to the caller what it says, and to the invoice what is right. */
class FaultTest {
  private static final String USER =
      "\"messages\":[{\"role\":\"user\",\"content\":\"Hi [[sim: tokens=9]]\"}]}";
  private static final String CHAT = "\"model\":\"gpt-4o\"," + USER;
  private static final String MESSAGE = "\"model\":\"claude-sonnet-5\",\"max_tokens\":99," + USER;
  private static final String CHAT_STREAM =
      "{\"stream\":true,\"stream_options\":{\"include_usage\":true}," + CHAT;

  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private InvoiceLine onlyLine() {
    List<InvoiceLine> lines = simulator.invoice().lines();
    assertThat(lines).hasSize(1);
    return lines.getFirst();
  }

  private InvoiceLine brokenLine(Outcome outcome, long output) {
    InvoiceLine line = onlyLine();
    assertThat(line.outcome()).isEqualTo(outcome);
    assertThat(line.usageReported()).isFalse();
    assertThat(line.tokens().output()).isEqualTo(output);
    Invoice.Totals total = simulator.invoice().total();
    assertThat(total.unreportedCalls()).isEqualTo(1);
    assertThat(total.reportedCostPicos()).isZero();
    assertThat(total.costPicos())
        .isEqualTo(line.tokens().prompt() * 2_500_000 + output * 10_000_000);
    return line;
  }

  @Nested
  class BreakingAStream {
    private String stream(String fault) throws IOException {
      try (Wire wire = new Wire(simulator)) {
        wire.post("/v1/chat/completions", CHAT_STREAM, "Connection", "close", "x-sim-fault", fault);
        return wire.readToEnd();
      }
    }

    private int contents(String raw) {
      return raw.split("\"delta\":\\{\"content\":\"[^\"\n]", -1).length - 1;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 5})
    void cut_endsTheConnectionAfterSoManyFrames(int after) throws IOException {
      String raw = stream("cut-after=" + after);
      assertThat(contents(raw)).isEqualTo(after);
      assertThat(raw)
          .startsWith("HTTP/1.1 200 ")
          .doesNotContain("[DONE]")
          .doesNotContain("\r\n0\r\n");
      brokenLine(Outcome.CUT, after);
    }

    @Test
    void cut_afterMoreFramesThanThereAre_stillComesBeforeTheUsage() throws IOException {
      String raw = stream("cut-after=1000");
      assertThat(contents(raw)).isEqualTo(9);
      assertThat(raw).doesNotContain("total_tokens").doesNotContain("[DONE]");
      brokenLine(Outcome.CUT, 9);
    }

    @Test
    void malformed_sendsAChunkThatIsNoJsonAndEndsTheBody() throws IOException {
      String raw = stream("malformed-after=3");
      assertThat(contents(raw)).isEqualTo(3);
      String last = raw.substring(raw.lastIndexOf("data: ") + 6).lines().findFirst().orElseThrow();
      assertThatThrownBy(() -> Caller.parse(last)).isInstanceOf(UncheckedIOException.class);
      assertThat(raw).endsWith("0\r\n\r\n").doesNotContain("[DONE]");
      brokenLine(Outcome.MALFORMED, 3);
    }

    @Test
    void error_isSentInsideThe200AndEndsTheBody() throws IOException {
      String raw = stream("error-after=3");
      assertThat(contents(raw)).isEqualTo(3);
      assertThat(raw)
          .contains("data: {\"error\":{\"message\":")
          .endsWith("0\r\n\r\n")
          .doesNotContain("[DONE]");
      brokenLine(Outcome.ERROR_IN_ANSWER, 3);
    }

    @Test
    void reset_beforeTheFirstByte_failsTheRead() {
      assertThatThrownBy(() -> stream("reset"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("reset");
      assertThat(brokenLine(Outcome.RESET, 0).status()).isZero();
    }

    @Test
    void reset_afterFrames_failsTheRead() {
      assertThatThrownBy(() -> stream("reset=4")).isInstanceOf(IOException.class);
      assertThat(brokenLine(Outcome.RESET, 4).status()).isEqualTo(200);
    }

    @Test
    void stall_withAnEnd_delaysAndServes() throws IOException {
      String raw = stream("stall-after=4/30ms");
      assertThat(contents(raw)).isEqualTo(9);
      assertThat(raw).contains("[DONE]");
      assertThat(onlyLine().outcome()).isEqualTo(Outcome.SERVED);
      assertThat(onlyLine().usageReported()).isTrue();
    }
  }

  @Nested
  class BreakingAWholeAnswer {
    private String whole(String fault) throws IOException {
      try (Wire wire = new Wire(simulator)) {
        wire.post("/v1/chat/completions", "{" + CHAT, "Connection", "close", "x-sim-fault", fault);
        return wire.readToEnd();
      }
    }

    private String body(String raw) {
      return raw.substring(raw.indexOf("\r\n\r\n") + 4);
    }

    @Test
    void cut_sendsHalfOfTheAnnouncedLength() throws IOException {
      String raw = whole("cut-after=5");
      String length = raw.substring(raw.indexOf("Content-Length: ") + 16).lines().findFirst().get();
      assertThat(body(raw)).hasSize(Integer.parseInt(length) / 2);
      brokenLine(Outcome.CUT, 9);
    }

    @Test
    void malformed_isCompleteButNoJson() throws IOException {
      String body = body(whole("malformed-after=0"));
      assertThatThrownBy(() -> Caller.parse(body)).isInstanceOf(UncheckedIOException.class);
      brokenLine(Outcome.MALFORMED, 9);
    }

    @Test
    void error_isTheBodyOfA200() throws IOException {
      String raw = whole("error-after=0");
      assertThat(raw).startsWith("HTTP/1.1 200 ");
      assertThat(Caller.parse(body(raw)).path("error").path("code").asText())
          .isEqualTo("server_is_overloaded");
      brokenLine(Outcome.ERROR_IN_ANSWER, 9);
    }

    @Test
    void reset_failsTheRead() {
      assertThatThrownBy(() -> whole("reset")).isInstanceOf(IOException.class);
      brokenLine(Outcome.RESET, 0);
    }

    @Test
    void stall_withAnEnd_servesTheRest() throws IOException {
      assertThat(Caller.parse(body(whole("stall-after=0/30ms"))).has("usage")).isTrue();
      assertThat(onlyLine().usageReported()).isTrue();
    }
  }

  @Nested
  class Refusing {
    @ParameterizedTest
    @CsvSource({
      "status=500, 500, server_error, ",
      "status=503/2s, 503, service_unavailable_error, 2",
      "overloaded, 503, service_unavailable_error, ",
      "429=requests, 429, requests, 1",
      "429=tokens/3s, 429, tokens, 3",
      "429=quota, 429, insufficient_quota, ",
      "429=too-large, 429, tokens, ",
      "429=slow-down, 429, requests, 1",
      "status=401, 401, invalid_request_error, ",
    })
    void chat_getsOpenAiShapesAndNoBill(String fault, int status, String type, String retryAfter) {
      Caller.Reply reply = caller.chat("{" + CHAT, "x-sim-fault", fault);
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.json().path("error").path("type").asText()).isEqualTo(type);
      assertThat(reply.json().path("error").has("param")).isTrue();
      assertThat(reply.json().path("error").has("code")).isTrue();
      assertThat(reply.header("retry-after")).isEqualTo(retryAfter == null ? "" : retryAfter);
      assertNotBilled(status);
    }

    @ParameterizedTest
    @CsvSource({
      "status=500, 500, api_error",
      "overloaded, 529, overloaded_error",
      "429=requests, 429, rate_limit_error",
      "429=tokens, 429, rate_limit_error",
      "429=slow-down, 429, rate_limit_error",
      "429=quota, 400, invalid_request_error",
      "status=402, 402, billing_error",
      "status=504, 504, timeout_error",
    })
    void message_getsAnthropicShapesAndNoBill(String fault, int status, String type) {
      Caller.Reply reply = caller.messages("{" + MESSAGE, "x-sim-fault", fault);
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.json().path("type").asText()).isEqualTo("error");
      assertThat(reply.json().path("error").path("type").asText()).isEqualTo(type);
      assertThat(reply.json().path("request_id").asText()).isEqualTo(reply.header("request-id"));
      assertNotBilled(status);
    }

    @ParameterizedTest
    @CsvSource({"html, 502", "html=200, 200"})
    void html_isAPageAndNoBill(String fault, int status) {
      Caller.Reply reply = caller.chat("{" + CHAT, "x-sim-fault", fault);
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.header("content-type")).isEqualTo("text/html");
      assertThat(reply.body()).startsWith("<html>");
      assertNotBilled(status);
    }

    private void assertNotBilled(int status) {
      Invoice invoice = simulator.invoice();
      assertThat(invoice.lines()).isEmpty();
      assertThat(invoice.costPicos()).isZero();
      assertThat(invoice.refused()).hasSize(1);
      assertThat(invoice.refused().getFirst().outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(invoice.refused().getFirst().status()).isEqualTo(status);
      assertThat(simulator.stats().refusedCalls()).containsEntry(status, 1L);
    }
  }

  @Test
  void errorInAnAnthropicStream_isAnEventAndNoMessageStop() {
    Caller.Reply reply =
        caller.messages("{\"stream\":true," + MESSAGE, "x-sim-fault", "error-after=1");
    Caller.Event last = reply.events().getLast();
    assertThat(reply.status()).isEqualTo(200);
    assertThat(last.name()).isEqualTo("error");
    assertThat(last.json().path("error").path("type").asText()).isEqualTo("overloaded_error");
    assertThat(onlyLine().outcome()).isEqualTo(Outcome.ERROR_IN_ANSWER);
  }

  @Test
  void faultInTheMessage_worksLikeTheHeader() {
    Caller.Reply reply =
        caller.chat(
            "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\","
                + "\"content\":\"Hi [[sim: tokens=3; fault=status=503]]\"}]}");
    assertThat(reply.status()).isEqualTo(503);
  }

  @Test
  void times_sparesLaterCallsOfTheSameContent() {
    String body = "{" + CHAT;
    String[] header = {"x-sim-fault", "status=500,times=2"};
    assertThat(caller.chat(body, header).status()).isEqualTo(500);
    assertThat(caller.chat(body, header).status()).isEqualTo(500);
    assertThat(caller.chat(body, header).status()).isEqualTo(200);
    assertThat(caller.chat(body.replace("Hi", "Ho"), header).status()).isEqualTo(500);
  }

  @Test
  void rate_meetsItsShareOfTheModelsCallsAlikeForEverySeed() throws IOException {
    long first = refusedOf(400);
    long second = refusedOf(400);
    assertThat(first).isEqualTo(second).isBetween(50L, 110L);
  }

  private static long refusedOf(int calls) throws IOException {
    try (Simulator one =
        Simulator.builder().seed(3).timeScale(0).fault("gpt-4o", 0.2, "status=500").start()) {
      Caller caller = new Caller(one);
      for (int i = 0; i < calls; i++) {
        caller.chat("{" + CHAT);
        caller.messages("{" + MESSAGE);
      }
      assertThat(one.invoice().refused()).allMatch(line -> line.model().equals("gpt-4o"));
      assertThat(one.stats().faults()).containsOnlyKeys("status");
      return one.stats().refusedCalls().get(500);
    }
  }

  @Test
  void faultRules_areReadAndReplacedOverHttp() {
    String rules = "{\"faults\":[{\"model\":\"*\",\"rate\":1,\"fault\":\"status=500\"}]}";
    assertThat(caller.post("/sim/faults", rules).json().at("/faults/0/fault").asText())
        .isEqualTo("status=500");
    assertThat(caller.chat("{" + CHAT).status()).isEqualTo(500);

    Caller.Reply wrong = caller.post("/sim/faults", rules.replace("status=500", "fire"));
    assertThat(wrong.status()).isEqualTo(400);
    assertThat(wrong.json().path("error").asText()).startsWith("Unknown fault 'fire'");
    assertThat(caller.chat("{" + CHAT).status()).isEqualTo(500);

    caller.post("/sim/faults", "{\"faults\":[]}");
    assertThat(caller.chat("{" + CHAT).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "fire, Unknown fault 'fire'",
    "cut-after, needs a whole number",
    "cut-after=-1, needs a number of at least 0",
    "status=99, must be between 200 and 599",
    "429=sometimes, Unknown kind of 429",
    "slow-first-token=soon, is not a duration",
  })
  void faultThatCannotBeRead_isRefusedWithWhatIsWrong(String fault, String message) {
    Caller.Reply reply = caller.chat("{" + CHAT, "x-sim-fault", fault);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.json().path("error").path("message").asText()).contains(message);
  }
}
