package dev.admiral.optimizer.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.app.TestServer;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.provider.FakeVendor;
import dev.admiral.optimizer.provider.FakeVendor.Connection;
import dev.admiral.optimizer.provider.FakeVendor.Script;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.ListEntriesRequest;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of a call when a vendor fails, for each dialect and fault, whole and streamed: the
 * table in docs/faults.md, which is written by this test where {@code -Dadmiral.faults.write=true}
 * says so, and held to it otherwise.
 */
@Timeout(300)
class FaultMatrixTest {
  private static final Path DOCUMENT = Path.of("../docs/faults.md");
  private static final String BEGIN = "<!-- begin of the tables -->\n";
  private static final String END = "<!-- end of the tables -->\n";
  private static final int BOUND = 64 << 10;

  @TempDir static Path folder;
  private static FakeVendor vendor;
  private static FakeVendor other;
  private static TestServer server;
  private static AdmiralClient client;
  private static int asked;

  @BeforeAll
  static void start() throws Exception {
    vendor = new FakeVendor();
    other = new FakeVendor();
    other.always(c -> {
      if (c.asked().body().contains("\"stream\":true")) {
        c.events(Wire.OPENAI.stream());
      } else {
        c.json(200, Wire.OPENAI.whole);
      }
    });
    String config =
        """
        data_dir: %s
        grpc: {port: 0, drain_timeout: 1s}
        http: {port: 0}
        circuit_breaker: {minimum_calls: 10000, window_size: 10000}
        retry: {initial_backoff: 1ms, max_backoff: 1ms, max_retry_after_before_failover: 10ms}
        providers:
          - {name: openai, dialect: openai, base_url: '%s', api_key: k, first_token_timeout: 400ms,
             read_timeout: 300ms, max_response_bytes: %d}
          - {name: anthropic, dialect: anthropic, base_url: '%s', api_key: k,
             first_token_timeout: 400ms, read_timeout: 300ms, max_response_bytes: %d}
          - {name: deepseek, dialect: openai, base_url: '%s', api_key: k}
        aliases:
          by-openai: [openai/gpt-4o-mini, deepseek/deepseek-chat]
          by-anthropic: [anthropic/claude-haiku-4-5, deepseek/deepseek-chat]
        """
            .formatted(
                folder.resolve("data"),
                vendor.address("/v1"),
                BOUND,
                vendor.address("/v1"),
                BOUND,
                other.address("/v1"));
    server = TestServer.start(Files.writeString(folder.resolve("config.yaml"), config));
    client =
        AdmiralClient.builder()
            .address("127.0.0.1:" + server.port())
            .retry(RetryPolicy.NONE)
            .build();
  }

  @AfterAll
  static void stop() throws Exception {
    client.close();
    server.close();
    vendor.close();
    other.close();
  }

  @Test
  void tables_areThoseOfTheDocument() throws Exception {
    StringBuilder tables = new StringBuilder(BEGIN);
    for (Wire wire : Wire.values()) {
      tables.append("\n## ").append(wire.title).append("\n\n");
      tables.append("| fault | whole | asked | entered | streamed | asked | entered |\n");
      tables.append("|---|---|---|---|---|---|---|\n");
      for (Map.Entry<String, Fault> fault : faults(wire).entrySet()) {
        tables
            .append("| ")
            .append(fault.getKey())
            .append(" | ")
            .append(played(wire, fault.getValue().whole, false))
            .append(" | ")
            .append(played(wire, fault.getValue().stream, true))
            .append(" |\n");
      }
    }
    String written = Files.exists(DOCUMENT) ? Files.readString(DOCUMENT) : BEGIN + END;
    int begin = written.indexOf(BEGIN);
    int end = written.indexOf(END);
    if (Boolean.getBoolean("admiral.faults.write")) {
      Files.writeString(
          DOCUMENT, written.substring(0, begin) + tables.append('\n') + written.substring(end));
      return;
    }
    assertThat(tables.append('\n').toString()).isEqualTo(written.substring(begin, end));
  }

  private static String played(Wire wire, Script script, boolean streamed) throws Exception {
    if (script == null) {
      return "– | – | –";
    }
    vendor.always(script);
    asked++;
    Prompt prompt = Prompts.of("by-" + wire.provider, "Call " + asked);
    String outcome;
    try {
      outcome =
          streamed
              ? stream(StreamRequest.newBuilder().setPrompt(prompt).build())
              : whole(CompleteRequest.newBuilder().setPrompt(prompt).build());
    } catch (AdmiralException e) {
      outcome = word(e);
    }
    return outcome + " | " + asked(vendor) + "+" + asked(other) + " | " + entered();
  }

  private static String whole(CompleteRequest request) {
    CompleteResponse response = client.complete(request);
    return answered(response.getProvider(), response.getCompletion().getFinishReason());
  }

  private static String stream(StreamRequest request) {
    boolean any = false;
    String provider = "";
    try (CompletionStream stream = client.stream(request)) {
      while (true) {
        StreamResponse event = stream.next();
        any |= event.hasDelta();
        provider = event.hasStarted() ? event.getStarted().getProvider() : provider;
        if (event.hasFinished()) {
          return answered(provider, event.getFinished().getFinishReason());
        }
      }
    } catch (AdmiralException e) {
      return word(e) + (any ? " behind pieces" : "");
    }
  }

  private static String answered(String provider, FinishReason reason) {
    String who = provider.equals("deepseek") ? "the second answers" : "answered";
    String why = reason.name().substring("FINISH_REASON_".length());
    return why.equals("STOP") ? who : who + ", " + why;
  }

  private static String word(AdmiralException e) {
    return e.reason().name().substring("ERROR_REASON_".length());
  }

  private static int asked(FakeVendor who) throws InterruptedException {
    int count = 0;
    for (; who.waiting() > 0; count++) {
      who.taken();
    }
    return count;
  }

  /** Returns what is entered since it was asked last, oldest first. */
  private static String entered() {
    List<LedgerEntry> entries =
        new ArrayList<>(client.ledger().entries(ListEntriesRequest.getDefaultInstance()).toList());
    int fresh = entries.size() - seen;
    seen = entries.size();
    return fresh == 0
        ? "nothing"
        : entries.subList(0, fresh).reversed().stream()
            .map(FaultMatrixTest::entry)
            .collect(Collectors.joining(", "));
  }

  private static int seen;

  private static String entry(LedgerEntry entry) {
    String state = entry.getCost().getState().name().substring("STATE_".length());
    return state.toLowerCase(Locale.ROOT)
        + (entry.getProvider().equals("deepseek") ? " (second)" : "");
  }

  /**
   * A fault of answers given whole and in streams.
   *
   * @param whole null where there is none
   * @param stream null where there is none
   */
  private record Fault(Script whole, Script stream) {
    static Fault both(Script script) {
      return new Fault(script, script);
    }

    static Fault ofWhole(Script script) {
      return new Fault(script, null);
    }

    static Fault ofStreams(Script script) {
      return new Fault(null, script);
    }

    static Fault status(int status, String body, String... headers) {
      Map<String, String> all = new LinkedHashMap<>();
      all.put("Content-Type", "application/json");
      for (int i = 0; i < headers.length; i += 2) {
        all.put(headers[i], headers[i + 1]);
      }
      return both(c -> c.respond(status, all, body.getBytes(UTF_8)));
    }
  }

  private static Map<String, Fault> faults(Wire wire) {
    Map<String, Fault> faults = new LinkedHashMap<>();
    connections(wire, faults);
    forms(wire, faults);
    statuses(wire, faults);
    answers(wire, faults);
    streams(wire, faults);
    return faults;
  }

  private static void connections(Wire wire, Map<String, Fault> faults) {
    faults.put("none", new Fault(c -> c.json(200, wire.whole), c -> c.events(wire.stream())));
    faults.put("closes without a word", Fault.both(Connection::hangUp));
    faults.put("closes within the head", Fault.both(hangUpAfter("HTTP/1.1 200 OK\r\nConte")));
    faults.put("says nothing", Fault.both(Connection::awaitClose));
    faults.put(
        "a head, then nothing",
        new Fault(
            silentAfter(head("application/json", "Content-Length: 50")),
            silentAfter(head("text/event-stream", "Transfer-Encoding: chunked"))));
    faults.put(
        "closes within the body",
        new Fault(
            hangUpAfter(head("application/json", "Content-Length: 5000") + wire.whole),
            hangUpAfter(
                head("text/event-stream", "Transfer-Encoding: chunked") + chunk(wire.first))));
    faults.put(
        "a length that is too short",
        Fault.ofWhole(c -> c.raw(head("application/json", "Content-Length: 20") + wire.whole)));
    faults.put(
        "a second answer behind the first",
        new Fault(
            c -> {
              String answer =
                  head("application/json", "Content-Length: " + wire.whole.length()) + wire.whole;
              c.raw(answer + answer);
            },
            c ->
                c.raw(
                    head("text/event-stream", "Transfer-Encoding: chunked")
                        + chunk(wire.stream())
                        + "0\r\n\r\n"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")));
    faults.put(
        "status 100 without end",
        Fault.both(c -> c.raw("HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000))));
    faults.put(
        "status 101",
        Fault.both(c -> c.raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n")));
    faults.put("another protocol", Fault.both(c -> c.raw("220 mail.example ESMTP\r\n250 OK\r\n")));
  }

  private static void forms(Wire wire, Map<String, Fault> faults) {
    faults.put("status 204", Fault.both(c -> c.raw("HTTP/1.1 204 No Content\r\n\r\n")));
    faults.put("a page of HTML", Fault.both(body("text/html", "<html>gateway</html>")));
    faults.put("plain text", Fault.both(body("text/plain", "upstream connect error")));
    faults.put("an empty body", Fault.both(body("application/json", "")));
    faults.put("an empty object", Fault.both(body("application/json", "{}")));
    faults.put(
        "JSON that is cut", Fault.both(body("application/json", wire.whole.substring(0, 40))));
    faults.put(
        "bytes that are no UTF-8",
        Fault.both(c -> {
          byte[] bytes = wire.whole.replace("hello", "\u0001").getBytes(UTF_8);
          for (int i = 0; i < bytes.length; i++) {
            bytes[i] = bytes[i] == 1 ? (byte) 0xff : bytes[i];
          }
          c.respond(200, Map.of("Content-Type", "application/json"), bytes);
        }));
    faults.put(
        "the other form than asked for",
        new Fault(c -> c.events(wire.stream()), c -> c.json(200, wire.whole)));
    faults.put(
        "a coding that was not asked for",
        Fault.both(c ->
            c.respond(
                200,
                Map.of("Content-Type", "application/json", "Content-Encoding", "compress"),
                wire.whole.getBytes(UTF_8))));
    faults.put(
        "gzip that is none",
        Fault.both(c ->
            c.respond(
                200,
                Map.of("Content-Type", "application/json", "Content-Encoding", "gzip"),
                new byte[] {0x1f, (byte) 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8})));
    faults.put(
        "more than the bound",
        new Fault(
            body("application/json", wire.whole.replace("hello", "x".repeat(BOUND))),
            c -> c.events((wire.first + wire.piece).repeat(2_000))));
  }

  private static void statuses(Wire wire, Map<String, Fault> faults) {
    faults.put("400", Fault.status(400, wire.error("invalid_request_error", "bad")));
    faults.put(
        "400, the context is full",
        Fault.status(400, wire.error("invalid_request_error", wire.contextFull)));
    faults.put("401", Fault.status(401, wire.error("authentication_error", "bad key")));
    faults.put("402", Fault.status(402, wire.error("billing_error", "no credit")));
    faults.put("403", Fault.status(403, wire.error("permission_error", "not yours")));
    faults.put("404", Fault.status(404, wire.error("not_found_error", "no such model")));
    faults.put("408", Fault.status(408, wire.error("timeout_error", "slow")));
    faults.put("413", Fault.status(413, wire.error("request_too_large", "too large")));
    faults.put("422", Fault.status(422, wire.error("invalid_request_error", "bad")));
    faults.put("429", Fault.status(429, wire.error("rate_limit_error", "too many")));
    faults.put(
        "429 with Retry-After: 30",
        Fault.status(429, wire.error("rate_limit_error", "too many"), "Retry-After", "30"));
    faults.put(
        "429, the quota is spent",
        Fault.status(
            429,
            "{\"error\":{\"type\":\"insufficient_quota\",\"code\":\"insufficient_quota\","
                + "\"message\":\"You exceeded your current quota\"}}"));
    faults.put("500", Fault.status(500, wire.error("api_error", "oops")));
    faults.put(
        "502 with a page",
        Fault.both(c ->
            c.respond(
                502, Map.of("Content-Type", "text/html"), "<html>bad</html>".getBytes(UTF_8))));
    faults.put("503", Fault.status(503, wire.error("api_error", "down")));
    faults.put("529", Fault.status(529, wire.error("overloaded_error", "Overloaded")));
  }

  private static void answers(Wire wire, Map<String, Fault> faults) {
    faults.put(
        "an error in place of an answer",
        new Fault(
            c -> c.json(200, wire.error("overloaded_error", "Overloaded")),
            c -> c.events("data: " + wire.error("overloaded_error", "Overloaded") + "\n\n")));
    for (String word : List.of("network_error", "insufficient_system_resource", "SAFETY")) {
      faults.put(
          "the finish reason " + word,
          new Fault(
              c -> c.json(200, wire.whole.replace(wire.stop, word)),
              c -> c.events(wire.stream().replace(wire.stop, word))));
    }
    faults.put(
        "the most tokens were reached",
        new Fault(
            c -> c.json(200, wire.whole.replace(wire.stop, wire.length)),
            c -> c.events(wire.stream().replace(wire.stop, wire.length))));
    faults.put(
        "no counts",
        new Fault(
            c -> c.json(200, wire.whole.replace("\"usage\"", "\"no\"")),
            c -> c.events(wire.stream().replace("\"usage\"", "\"no\""))));
    faults.put(
        "counts of zero beside text",
        new Fault(c -> c.json(200, zeros(wire.whole)), c -> c.events(zeros(wire.stream()))));
    faults.put(
        "counts of 2^63",
        new Fault(
            c -> c.json(200, wire.whole.replace(":5", ":9223372036854775808")),
            c -> c.events(wire.stream().replace(":5", ":9223372036854775808"))));
    faults.put(
        "a service tier without a listed price",
        new Fault(
            c -> c.json(200, wire.tier(wire.whole)), c -> c.events(wire.tier(wire.stream()))));
  }

  private static String zeros(String json) {
    return json.replace("_tokens\":9", "_tokens\":0").replace("_tokens\":5", "_tokens\":0");
  }

  private static void streams(Wire wire, Map<String, Fault> faults) {
    faults.put("comments without end", Fault.ofStreams(endless(": x\n\n")));
    faults.put(
        "a piece, then nothing",
        Fault.ofStreams(
            silentAfter(
                head("text/event-stream", "Transfer-Encoding: chunked")
                    + chunk(wire.first + wire.piece))));
    faults.put(
        "a piece, then comments without end",
        Fault.ofStreams(c -> {
          c.raw(head("text/event-stream", "Transfer-Encoding: chunked"));
          c.raw(chunk(wire.first + wire.piece));
          while (true) {
            c.raw(chunk(": x\n\n"));
          }
        }));
    faults.put(
        "a piece, then it closes",
        Fault.ofStreams(
            hangUpAfter(
                head("text/event-stream", "Transfer-Encoding: chunked")
                    + chunk(wire.first + wire.piece))));
    faults.put(
        "a piece, then an end without its mark",
        Fault.ofStreams(c -> c.events(wire.first + wire.piece)));
    faults.put(
        "a piece, then an error",
        Fault.ofStreams(c ->
            c.events(
                wire.first
                    + wire.piece
                    + "event: error\ndata: "
                    + wire.error("overloaded_error", "Overloaded")
                    + "\n\n")));
    faults.put(
        "a piece, then what is no JSON",
        Fault.ofStreams(c -> c.events(wire.first + wire.piece + "data: {\"choi\n\n")));
    faults.put(
        "everything but the end mark",
        Fault.ofStreams(c -> c.events(wire.stream().replace(wire.mark, ""))));
    faults.put(
        "signs of life between the pieces",
        Fault.ofStreams(c ->
            c.events(
                ": x\n\ndata:\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n"
                    + wire.first
                    + ": x\n\n"
                    + wire.piece
                    + "data: [WAIT]\n\n"
                    + wire.last
                    + wire.mark)));
  }

  private static String head(String type, String framing) {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n" + framing + "\r\n\r\n";
  }

  private static String chunk(String text) {
    return Integer.toHexString(text.getBytes(UTF_8).length) + "\r\n" + text + "\r\n";
  }

  private static Script body(String type, String text) {
    return c -> c.respond(200, Map.of("Content-Type", type), text.getBytes(UTF_8));
  }

  private static Script hangUpAfter(String bytes) {
    return c -> {
      c.raw(bytes);
      c.hangUp();
    };
  }

  private static Script silentAfter(String bytes) {
    return c -> {
      c.raw(bytes);
      c.awaitClose();
    };
  }

  private static Script endless(String event) {
    return c -> {
      c.raw(head("text/event-stream", "Transfer-Encoding: chunked"));
      while (true) {
        c.raw(chunk(event));
      }
    };
  }

  /** An answer as each dialect gives it, after its recordings. */
  private enum Wire {
    OPENAI(
        "openai",
        "Vendors that speak OpenAI's dialect",
        """
        {"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,
        "message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}
        """,
        """
        data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}

        """,
        """
        data: {"id":"c","choices":[{"index":0,"delta":{"content":"hello"}}]}

        """,
        """
        data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

        data: {"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}

        """,
        "data: [DONE]\n\n",
        "stop",
        "length",
        "This model's maximum context length is 10 tokens.") {
      @Override
      String tier(String json) {
        return json.replace("\"id\":\"c\"", "\"id\":\"c\",\"service_tier\":\"flex\"");
      }
    },
    ANTHROPIC(
        "anthropic",
        "Vendors that speak Anthropic's dialect",
        """
        {"id":"msg_1","type":"message","role":"assistant","model":"m",
        "content":[{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,
        "usage":{"input_tokens":9,"output_tokens":5}}
        """,
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_1","role":"assistant","model":"m","content":[],"usage":{"input_tokens":9,"output_tokens":1}}}

        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

        """,
        """
        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}

        """,
        """
        event: content_block_stop
        data: {"type":"content_block_stop","index":0}

        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":5}}

        """,
        """
        event: message_stop
        data: {"type":"message_stop"}

        """,
        "end_turn",
        "max_tokens",
        "prompt is too long: 11 tokens > 10 maximum") {
      @Override
      String tier(String json) {
        return json.replace("\"input_tokens\"", "\"service_tier\":\"priority\",\"input_tokens\"");
      }
    };

    private final String provider;
    private final String title;
    private final String whole;
    private final String first;
    private final String piece;
    private final String last;
    private final String mark;
    private final String stop;
    private final String length;
    private final String contextFull;

    Wire(
        String provider,
        String title,
        String whole,
        String first,
        String piece,
        String last,
        String mark,
        String stop,
        String length,
        String contextFull) {
      this.provider = provider;
      this.title = title;
      this.whole = whole;
      this.first = first;
      this.piece = piece;
      this.last = last;
      this.mark = mark;
      this.stop = stop;
      this.length = length;
      this.contextFull = contextFull;
    }

    String stream() {
      return first + piece + last + mark;
    }

    String error(String type, String message) {
      return "{\"type\":\"error\",\"error\":{\"type\":\""
          + type
          + "\",\"message\":\""
          + message
          + "\"}}";
    }

    /** Says of an answer that it was served apart from the usual service. */
    abstract String tier(String json);
  }
}
