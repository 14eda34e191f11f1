package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.FailureQuery;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ListCallsResponse;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.ReportGrouping;
import dev.admiral.optimizer.v1.StatsGrouping;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the dashboard's page is given, and what it is refused. The page itself: a browser's test.
 */
class DashboardTest {
  private static final String KEYS =
      """
      keys:
        - label: operators
          key: operator-key
          operator: true
        - label: onlookers
          key: onlooker-key
        - label: strangers
          tenant: elsewhere
          key: stranger-key
      """;
  private static final String ALL_ANSWERS = "{\"all\":{}}";
  private static final JsonMapper JSON = new JsonMapper();

  /** As http.max_watchers is by default. */
  private static final int WATCHERS = 64;

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Test
  void figures_areThoseOfTheContract() throws Exception {
    try (Harness harness = Harness.start("limits:\n  agent_requests_per_minute: 1000")) {
      AdmiralClient agent = harness.client().forAgent("reader", "readers");
      agent.complete(Prompts.of("gpt-4o", "asked twice"));
      agent.complete(Prompts.of("gpt-4o", "asked twice"));
      harness.simulator().fault("gpt-4o-mini", 1, "status=400");
      assertThatThrownBy(() -> agent.complete(Prompts.of("gpt-4o-mini", "fails")))
          .isInstanceOf(AdmiralException.class);
      awaitBooks(harness);

      assertThat(message(harness, "/api/stats", StatsResponse.getDefaultInstance()))
          .isEqualTo(harness.client().stats());
      assertThat(message(harness, "/api/stats?agentId=reader", StatsResponse.getDefaultInstance()))
          .isEqualTo(
              harness.client().stats(StatsRequest.newBuilder().setAgentId("reader").build()));
      assertThat(
              message(
                  harness,
                  "/api/stats?grouping=STATS_GROUPING_MODEL&pageSize=1",
                  StatsResponse.getDefaultInstance()))
          .isEqualTo(
              harness
                  .client()
                  .stats(
                      StatsRequest.newBuilder()
                          .setGrouping(StatsGrouping.STATS_GROUPING_MODEL)
                          .setPageSize(1)
                          .build()));
      assertThat(
              message(
                  harness, "/api/models?pageSize=1000", ListModelsResponse.getDefaultInstance()))
          .isEqualTo(
              harness
                  .client()
                  .listModels(ListModelsRequest.newBuilder().setPageSize(1000).build()));
      assertThat(
              message(
                  harness,
                  "/api/learning?failures.pageSize=5&failures.provider=openai",
                  LearningQueryResponse.getDefaultInstance()))
          .isEqualTo(
              harness
                  .client()
                  .learning(
                      LearningQueryRequest.newBuilder()
                          .setFailures(
                              FailureQuery.newBuilder().setPageSize(5).setProvider("openai"))
                          .build()));
      assertThat(
              message(
                  harness,
                  "/api/report?grouping=REPORT_GROUPING_DAY&startTime=2026-01-01T00:00:00Z",
                  GetReportResponse.getDefaultInstance()))
          .isEqualTo(
              harness
                  .client()
                  .ledger()
                  .report(
                      GetReportRequest.newBuilder()
                          .setGrouping(ReportGrouping.REPORT_GROUPING_DAY)
                          .build()));
      ListCallsResponse calls =
          message(harness, "/api/calls?failedOnly=true", ListCallsResponse.getDefaultInstance());
      assertThat(calls.getCallsList()).singleElement().extracting("agentId").isEqualTo("reader");
      assertThat(
              message(harness, "/api/limits", ListLimitsResponse.getDefaultInstance())
                  .getLimitsList())
          .anySatisfy(limit -> {
            assertThat(limit.getSubject().getAgent().getAgentId()).isEqualTo("reader");
            assertThat(limit.getLimitCount()).isEqualTo(1000);
          });
    }
  }

  @Test
  void zeros_areSentToo_andMoneyAsText() throws Exception {
    try (Harness harness = Harness.start()) {
      JsonNode total = json(get(harness, "/api/stats")).path("total");

      assertThat(total.path("callCount").asText("absent")).isEqualTo("0");
      assertThat(total.at("/spentAmount/pico").isTextual()).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/stats?agent=reader | there is no parameter 'agent' here; known are: agentId",
        "/api/calls?pageSize=many | the value of the parameter 'pageSize' cannot be read",
        "/api/calls?pageSize=-1 | page_size",
        "/api/report?startTime=noon | the value of the parameter 'startTime' cannot be read"
      })
  void wrongParameter_isNamed(String path, String sentence) throws Exception {
    try (Harness harness = Harness.start()) {
      HttpResponse<String> response = get(harness, path);

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(json(response).path("error").asText()).contains(sentence);
    }
  }

  @Test
  void unknownAgent_isNotFound() throws Exception {
    try (Harness harness = Harness.start()) {
      HttpResponse<String> response = get(harness, "/api/agent?agentId=nobody");

      assertThat(response.statusCode()).isEqualTo(404);
      assertThat(json(response).path("error").asText()).contains("no such agent");
    }
  }

  @Test
  void everyFile_isServedUnderTheStrictPolicy() throws Exception {
    try (Harness harness = Harness.start()) {
      for (String path : filesOfThePage()) {
        HttpResponse<String> file = get(harness, path);

        assertThat(file.statusCode()).as(path).isEqualTo(200);
        assertThat(file.headers().firstValue("content-security-policy").orElse(""))
            .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
            .doesNotContain("unsafe", "http");
        assertThat(file.headers().firstValue("x-content-type-options")).contains("nosniff");
        assertThat(file.headers().firstValue("referrer-policy")).contains("no-referrer");
        assertThat(file.headers().firstValue("cross-origin-opener-policy")).contains("same-origin");
        String tag = file.headers().firstValue("etag").orElseThrow();
        HttpResponse<String> again =
            send(request(harness, path, r -> r.header("if-none-match", tag)));
        assertThat(again.statusCode()).as(path).isEqualTo(304);
        assertThat(again.body()).isEmpty();
      }
    }
  }

  @Test
  void page_hasNothingInlineAndNothingFromElsewhere() throws Exception {
    try (Harness harness = Harness.start()) {
      assertThat(get(harness, "/").body())
          .doesNotContain("style=", "<style", "onclick", "http://", "https://")
          .doesNotContainPattern("<script(?![^>]*\\bsrc=)");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/assets/../../../../etc/passwd",
        "/assets/..%2f..%2f..%2fetc/passwd",
        "/assets/%2e%2e/%2e%2e/LiveFeed.class",
        "/assets/..;/StaticFiles.class",
        "/assets//etc/passwd",
        "/assets/",
        "/assets/pages",
        "/assets/StaticFiles.class",
        "/assets/index.html%00.js",
        "/assets/..\\..\\prices.csv",
        "/..%252f..%252fetc/passwd"
      })
  void pathOutOfTheList_findsNothing(String path) throws Exception {
    try (Harness harness = Harness.start()) {
      // By hand: a client of the library would mend such paths.
      String response = raw(harness, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");

      assertThat(response).containsPattern("^HTTP/1.1 40[04] ");
      assertThat(response).doesNotContain("root:", "CAFEBABE");
    }
  }

  @Test
  void changeFromAnotherSite_isRefusedAndNothingChanges() throws Exception {
    try (Harness harness = Harness.start()) {
      harness.client().complete(Prompts.of("gpt-4o", "kept"));

      for (UnaryOperator<HttpRequest.Builder> foreign :
          List.<UnaryOperator<HttpRequest.Builder>>of(
              r -> r.header("sec-fetch-site", "cross-site"),
              r -> r.header("sec-fetch-site", "same-site"),
              r -> r.header("origin", "http://evil.example"),
              r -> r.header("origin", "null"))) {
        HttpResponse<String> response =
            send(request(harness, "/api/cache/invalidate", r -> all(foreign.apply(r))));
        assertThat(response.statusCode()).isEqualTo(403);
      }
      // A form of another site can send no other type than these.
      HttpResponse<String> form =
          send(
              request(
                  harness,
                  "/api/cache/invalidate",
                  r ->
                      r.header("content-type", "text/plain")
                          .POST(BodyPublishers.ofString(ALL_ANSWERS))));
      assertThat(form.statusCode()).isEqualTo(415);
      assertThat(get(harness, "/api/cache/invalidate").statusCode()).isEqualTo(405);

      harness.client().complete(Prompts.of("gpt-4o", "kept"));
      assertThat(harness.client().stats().getTotal().getSavedCallCount()).isEqualTo(1);
    }
  }

  @Test
  void changeFromThePageItself_isDone() throws Exception {
    try (Harness harness = Harness.start()) {
      harness.client().complete(Prompts.of("gpt-4o", "removed"));

      HttpResponse<String> response =
          send(
              request(
                  harness,
                  "/api/cache/invalidate",
                  r ->
                      all(
                          r.header("sec-fetch-site", "same-origin")
                              .header("origin", harness.httpAddress()))));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(json(response).path("entryCount").asText()).isEqualTo("1");
    }
  }

  @Test
  void withKeys_thePageLoadsAndTheFiguresNeedOne() throws Exception {
    try (Harness harness = Harness.start(KEYS)) {
      assertThat(get(harness, "/").statusCode()).isEqualTo(200);
      JsonNode nobody = json(get(harness, "/api/me"));
      assertThat(nobody.path("known").asBoolean()).isFalse();
      assertThat(nobody.path("error").asText()).isEqualTo("this server asks for a key");
      for (String path : List.of("/api/stats", "/api/calls", "/api/live", "/api/report")) {
        HttpResponse<String> response = get(harness, path);
        assertThat(response.statusCode()).as(path).isEqualTo(401);
        assertThat(json(response).path("error").asText()).contains("no key was sent");
      }
    }
  }

  @Test
  void wrongKey_isToldInOneSentence() throws Exception {
    try (Harness harness = Harness.start(KEYS)) {
      JsonNode me = json(send(request(harness, "/api/me", r -> as(r, "guessed"))));
      HttpResponse<String> stats = send(request(harness, "/api/stats", r -> as(r, "guessed")));

      assertThat(me.path("known").asBoolean()).isFalse();
      assertThat(me.path("error").asText()).startsWith("the key is not known to this server");
      assertThat(stats.statusCode()).isEqualTo(401);
      assertThat(stats.body()).doesNotContain("guessed");
    }
  }

  @Test
  void onlooker_seesAllAndChangesNothing() throws Exception {
    try (Harness harness = Harness.start(KEYS)) {
      JsonNode me = json(send(request(harness, "/api/me", r -> as(r, "onlooker-key"))));
      HttpResponse<String> stats = send(request(harness, "/api/stats", r -> as(r, "onlooker-key")));
      HttpResponse<String> change =
          send(request(harness, "/api/cache/invalidate", r -> all(as(r, "onlooker-key"))));

      assertThat(me.path("operator").asBoolean(true)).isFalse();
      assertThat(me.path("label").asText()).isEqualTo("onlookers");
      assertThat(stats.statusCode()).isEqualTo(200);
      assertThat(change.statusCode()).isEqualTo(403);
      assertThat(json(change).path("error").asText()).contains("needs an operator's key");
    }
  }

  @Test
  void anotherTenantsKey_showsNothingOfThisOne() throws Exception {
    try (Harness harness = Harness.start(KEYS);
        AdmiralClient mine =
            AdmiralClient.builder()
                .address(harness.address())
                .key("onlooker-key")
                .agent("reader")
                .build()) {
      mine.complete(Prompts.of("gpt-4o", "ours"));

      for (String path :
          List.of("/api/stats", "/api/calls", "/api/agents", "/api/learning?failures.pageSize=9")) {
        assertThat(send(request(harness, path, r -> as(r, "stranger-key"))).body())
            .as(path)
            .doesNotContain("reader");
        assertThat(send(request(harness, "/api/agents", r -> as(r, "onlooker-key"))).body())
            .contains("reader");
      }
    }
  }

  @Test
  void live_sendsFiguresAndWhatHappens_untilTheServerStops() {
    Harness harness = Harness.start();
    Watching watching = watch(harness, "/api/live");
    watching.await("event: snapshot");

    harness.client().complete(Prompts.of("gpt-4o", "a secret question"));

    watching.await("event: happened");
    watching.await("\"callFinished\"");
    watching.await("\"callCount\":\"1\"");
    harness.stopServer();
    assertThat(watching.end).succeedsWithin(30, TimeUnit.SECONDS);
    watching.await("event: refused");
    assertThat(watching.lines).noneMatch(line -> line.contains("a secret question"));
    harness.close();
  }

  @Test
  void live_withPatterns_sendsNoOtherEvents() {
    try (Harness harness = Harness.start()) {
      Watching watching = watch(harness, "/api/live?pattern=optimizer.agent.%23");
      watching.await("event: snapshot");

      harness.client().forAgent("newcomer", "").complete(Prompts.of("gpt-4o", "x"));

      watching.await("\"agentRegistered\"");
      watching.await("\"callCount\":\"1\"");
      assertThat(watching.lines).noneMatch(line -> line.contains("\"callFinished\""));
    }
  }

  @Test
  void live_showsNoMoreThanCanBeRead_andCountsTheRest() {
    try (Harness harness = Harness.start()) {
      Watching watching = watch(harness, "/api/live?pattern=optimizer.call.%23");
      watching.await("event: snapshot");

      // Hits, more of them in a second than are shown.
      Awaitility.await()
          .atMost(PATIENCE)
          .until(() -> {
            for (int i = 0; i < 200; i++) {
              harness.client().complete(Prompts.of("gpt-4o", "the same"));
            }
            return watching.came("event: missed");
          });
    }
  }

  @Test
  void keyThatIsTakenAway_endsTheStreamItOpened(@TempDir Path folder) throws Exception {
    try (Harness harness = Harness.start(folder, KEYS)) {
      Watching watching = watch(harness, "/api/live", "onlooker-key");
      watching.await("event: snapshot");

      Path config = folder.resolve("config.yaml");
      Files.writeString(config, Files.readString(config).replace("onlooker-key", "another-key"));

      assertThat(watching.end).succeedsWithin(PATIENCE);
      assertThat(watching.came("the key is not known to this server")).isTrue();
    }
  }

  @Test
  void live_withAMalformedPattern_endsWithTheSentence() throws Exception {
    try (Harness harness = Harness.start()) {
      String events = get(harness, "/api/live?pattern=a..b").body();

      assertThat(events).contains("event: refused", "the pattern 'a..b' has an empty word");
    }
  }

  @Test
  void oneBrowserTooMany_isTold_andAPlaceOfOneThatLeftIsFree() throws Exception {
    try (Harness harness = Harness.start()) {
      List<Watching> all = new ArrayList<>();
      for (int i = 0; i < WATCHERS; i++) {
        all.add(watch(harness, "/api/live"));
      }
      all.forEach(watching -> watching.await("event: snapshot"));

      HttpResponse<String> refused = get(harness, "/api/live");
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(json(refused).path("error").asText()).contains("http.max_watchers");

      all.getFirst().end.cancel(true);
      await()
          .atMost(30, TimeUnit.SECONDS)
          .until(() -> {
            Watching next = watch(harness, "/api/live");
            next.await("");
            return next.came("event: snapshot");
          });
    }
  }

  /** A browser that looks on: the lines it was sent. */
  private record Watching(List<String> lines, CompletableFuture<HttpResponse<Void>> end) {
    boolean came(String text) {
      return lines.stream().anyMatch(line -> line.contains(text));
    }

    void await(String text) {
      Awaitility.await()
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> came(text));
    }
  }

  private static Watching watch(Harness harness, String path) {
    return watch(harness, path, "");
  }

  private static Watching watch(Harness harness, String path, String key) {
    List<String> lines = new CopyOnWriteArrayList<>();
    Flow.Subscriber<String> reader =
        new Flow.Subscriber<>() {
          @Override
          public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
          }

          @Override
          public void onNext(String line) {
            lines.add(line);
          }

          @Override
          public void onError(Throwable cause) {
            lines.add("broken");
          }

          @Override
          public void onComplete() {}
        };
    return new Watching(
        lines,
        CLIENT.sendAsync(
            request(harness, path, r -> as(r, key)), BodyHandlers.fromLineSubscriber(reader)));
  }

  /** What was saved is in the ledger within a second. */
  private static void awaitBooks(Harness harness) {
    Awaitility.await()
        .atMost(PATIENCE)
        .until(() ->
            harness
                    .client()
                    .ledger()
                    .report(GetReportRequest.getDefaultInstance())
                    .getTotal()
                    .getSavedCallCount()
                == harness.client().stats().getTotal().getSavedCallCount());
  }

  private static List<String> filesOfThePage() throws Exception {
    List<String> paths = new ArrayList<>(List.of("/"));
    Path folder = Path.of("src/main/resources/dev/admiral/optimizer/http/dashboard");
    try (Stream<Path> files = Files.walk(folder)) {
      files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(file -> !file.equals("index.html"))
          .forEach(file -> paths.add("/assets/" + file));
    }
    return paths;
  }

  private static <M extends Message> M message(Harness harness, String path, M empty)
      throws Exception {
    HttpResponse<String> response = get(harness, path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    assertThat(response.headers().firstValue("cache-control")).contains("no-store");
    Message.Builder told = empty.newBuilderForType();
    JsonFormat.parser().merge(response.body(), told);
    @SuppressWarnings("unchecked") // A builder builds its own message.
    M message = (M) told.build();
    return message;
  }

  private static JsonNode json(HttpResponse<String> response) throws IOException {
    return JSON.readTree(response.body());
  }

  private static HttpResponse<String> get(Harness harness, String path) throws Exception {
    return send(request(harness, path, r -> r));
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return CLIENT.send(request, BodyHandlers.ofString());
  }

  private static HttpRequest request(
      Harness harness, String path, UnaryOperator<HttpRequest.Builder> more) {
    return more.apply(HttpRequest.newBuilder(URI.create(harness.httpAddress() + path))).build();
  }

  /** Sends a request by hand, and returns all that comes. */
  private static String raw(Harness harness, String head) throws IOException {
    URI address = URI.create(harness.httpAddress());
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket
          .getOutputStream()
          .write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static HttpRequest.Builder as(HttpRequest.Builder request, String key) {
    return request.header("authorization", "Bearer " + key);
  }

  private static HttpRequest.Builder all(HttpRequest.Builder request) {
    return request
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(ALL_ANSWERS));
  }
}
