package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.EventStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FleetEvent;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the server says while it is used and misused through both doors with everything switched on:
 * no line, event or metric holds a prompt, an answer or a key, and what is said of a call names it.
 */
class LogsTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final String PROMPT = "m4rk-prompt";
  private static final String KEY = "m4rk-key";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintStream original = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void takeDown() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void letGo() {
    System.setErr(original);
    // The next server, which may be of another test, logs as usual again.
    Harness.start().close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json", "human"})
  void useAndMisuse_leaveNoContentAndNoKeyBehind(String format) throws Exception {
    List<String> answers = new ArrayList<>();
    List<FleetEvent> events;
    String metrics;
    try (Harness harness = Harness.start(config(format));
        AdmiralClient client = client(harness, KEY + "-client");
        AdmiralClient stranger = client(harness, KEY + "-wrong");
        EventStream watch = client.events().watch(WatchEventsRequest.getDefaultInstance())) {
      use(client, answers);
      misuse(harness, client, stranger);
      useByHttp(harness);
      metrics =
          Exposed.text(
              Exposed.ask(harness.httpAddress(), "authorization", "Bearer " + KEY + "-client"));
      events = firstOf(watch);
      harness.stopServer();
    }

    String log = written.toString(StandardCharsets.UTF_8);
    assertThat(log).contains("call answered", "call failed", "request answered");
    assertThat(answers).hasSizeGreaterThan(3);
    assertThat(events).isNotEmpty();
    Stream.concat(Stream.of(PROMPT, KEY), answers.stream())
        .forEach(mark -> {
          assertThat(log.lines().filter(line -> line.contains(mark))).as("log").isEmpty();
          assertThat(metrics).as("metrics").doesNotContain(mark);
          assertThat(events.toString()).as("events").doesNotContain(mark);
        });
  }

  @Test
  void everyLine_isOneObject_andWhatIsSaidOfACallNamesIt() throws Exception {
    String id;
    String byHttp;
    try (Harness harness = Harness.start(config("json"));
        AdmiralClient client = client(harness, KEY + "-client")) {
      id = client.complete(Prompts.of("openai/gpt-4o", "hello")).getCallId();
      byHttp =
          post(harness, "/v1/chat/completions", chat("hello"))
              .headers()
              .firstValue("x-admiral-request-id")
              .orElseThrow();
      harness.stopServer();
    }

    List<JsonNode> lines = new ArrayList<>();
    for (String line : written.toString(StandardCharsets.UTF_8).lines().toList()) {
      lines.add(JSON.readTree(line));
    }
    assertThat(lines)
        .allSatisfy(line ->
            assertThat(List.of("time", "level", "logger", "thread", "message")).allMatch(line::has))
        .anySatisfy(line -> {
          assertThat(line.path("message").asText()).isEqualTo("call answered");
          assertThat(line.path("call_id").asText()).isEqualTo(id);
          assertThat(line.path("source").asText()).isEqualTo("upstream");
        })
        .anySatisfy(line -> {
          assertThat(line.path("message").asText()).isEqualTo("request answered");
          assertThat(line.path("call_id").asText()).isEqualTo(byHttp);
          assertThat(line.path("status").asInt()).isEqualTo(200);
        });
    assertThat(lines.stream().filter(line -> line.path("message").asText().equals("call answered")))
        .hasSize(2);
  }

  @Test
  void providerThatIsDown_doesNotFloodTheLog() {
    String config = "log: {format: json, max_similar_failures: 2}\nretry: {max_attempts: 1}\n";
    try (Harness harness = Harness.start(config)) {
      harness.simulator().fault("gpt-4o", 1, "status=500");
      List<CompletableFuture<?>> calls = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        calls.add(
            harness
                .client()
                .call(
                    OptimizerServiceGrpc.getCompleteMethod(),
                    CompleteRequest.newBuilder()
                        .setPrompt(Prompts.of("openai/gpt-4o", "question " + i))
                        .build()));
      }
      calls.forEach(call -> assertThat(call).failsWithin(LONG));
      harness.stopServer();
    }

    List<String> about =
        written
            .toString(StandardCharsets.UTF_8)
            .lines()
            .filter(line -> line.contains("dev.admiral.optimizer.calls"))
            .toList();
    // Of each reason two, and the sum of the others: the breaker makes a second reason.
    assertThat(about).hasSizeBetween(3, 12).anyMatch(line -> line.contains("more calls failed"));
  }

  private static String config(String format) {
    return """
    log: {level: debug, format: %s}
    calls: {capture_content: true}
    retry: {max_attempts: 1}
    keys:
      - label: tests
        key: %s-client
        operator: true
    """
        .formatted(format, KEY);
  }

  private static void use(AdmiralClient client, List<String> answers) {
    for (String model : List.of("openai/gpt-4o", "anthropic/claude-haiku-4-5")) {
      answers.add(start(client.ask(model, PROMPT)));
      answers.add(start(client.ask(model, PROMPT)));
      try (CompletionStream stream = client.stream(Prompts.of(model, PROMPT + " streamed"))) {
        answers.add(start(String.join("", stream.text())));
      }
    }
  }

  /** Enough of an answer to be none by chance. */
  private static String start(String answer) {
    assertThat(answer.length()).isGreaterThan(20);
    return answer.substring(0, 20);
  }

  private static void misuse(Harness harness, AdmiralClient client, AdmiralClient stranger)
      throws Exception {
    fails(() -> stranger.ask("gpt-4o", PROMPT));
    fails(() -> client.complete(Prompt.newBuilder().setModel("gpt-4o").build()));
    fails(() ->
        client.complete(
            Prompt.newBuilder()
                .setModel("gpt-4o")
                .addMessages(
                    ChatMessage.newBuilder()
                        .setRole(Role.ROLE_TOOL)
                        .addParts(
                            ContentPart.newBuilder()
                                .setText(TextPart.newBuilder().setText(PROMPT))))
                .build()));
    for (String fault :
        List.of(
            "status=400",
            "status=401",
            "status=500",
            "overloaded",
            "429",
            "html",
            "cut-after=1",
            "malformed-after=1",
            "error-after=1",
            "reset")) {
      harness.simulator().fault("*", 1, fault);
      for (String model : List.of("openai/gpt-4o-mini", "anthropic/claude-sonnet-4-5")) {
        fails(() -> client.ask(model, PROMPT + " " + fault));
        fails(() -> {
          try (CompletionStream stream =
              client.stream(Prompts.of(model, PROMPT + " streamed " + fault))) {
            assertThat(String.join("", stream.text())).isNotNull();
            assertThat(stream.finish()).isNotNull();
          }
        });
      }
      harness.simulator().clearFaults();
    }
  }

  private static void useByHttp(Harness harness) throws Exception {
    assertThat(post(harness, "/v1/chat/completions", chat(PROMPT + " http")).statusCode())
        .isEqualTo(200);
    for (String body :
        List.of(
            "{\"model\":\"gpt-4o\",\"messages\":\"" + PROMPT + "\"}",
            "{\"model\":\"gpt-4o\",\"" + PROMPT,
            "\"" + PROMPT + "\"",
            PROMPT)) {
      for (String path : List.of("/v1/chat/completions", "/v1/messages", "/v1/" + PROMPT)) {
        assertThat(post(harness, path, body).statusCode()).isBetween(400, 499);
      }
    }
    assertThat(post(harness, "/v1/models?key=" + KEY, "{}").statusCode()).isBetween(400, 499);
  }

  private static String chat(String text) {
    return "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
  }

  private static HttpResponse<String> post(Harness harness, String path, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(harness.httpAddress() + path))
            .header("content-type", "application/json")
            .header("authorization", "Bearer " + KEY + "-client")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request, HttpResponse.BodyHandlers.ofString());
    }
  }

  private static void fails(ThrowingCallable call) {
    assertThatThrownBy(call).isInstanceOf(AdmiralException.class);
  }

  private static AdmiralClient client(Harness harness, String key) {
    return AdmiralClient.builder()
        .address(harness.address())
        .key(key)
        .retry(RetryPolicy.NONE)
        .build();
  }

  /** Returns the events up to the call that HTTP brought. */
  private static List<FleetEvent> firstOf(EventStream watch) {
    List<FleetEvent> events = new ArrayList<>();
    while (events.size() < 30 && watch.hasNext()) {
      events.add(watch.next());
    }
    return events;
  }
}
