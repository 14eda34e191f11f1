package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.ReportRow;
import dev.admiral.optimizer.v1.StatsGrouping;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import dev.admiral.optimizer.v1.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The dashboard as a person sees it, in a real browser, over a server with agents at work. Pictures
 * of every page are left in target/screenshots.
 */
class DashboardInBrowserTest {
  private static final Path PICTURES = Path.of("target", "screenshots");

  /** Used again by each run: a browser that ends may write to its profile to the last. */
  private static final Path PROFILE = Path.of("target", "chromium").toAbsolutePath();

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int TABS = 60;

  /** Each page, and what is there once its figures are. */
  private static final Map<String, String> PAGES = pages();

  private static Browser browser;

  @BeforeAll
  static void startBrowser() throws IOException {
    Optional<Path> program = Browser.find();
    assumeTrue(program.isPresent(), "no Chromium on this machine; apt-get install chromium");
    browser = Browser.start(program.get(), PROFILE);
  }

  @AfterAll
  static void closeBrowser() {
    if (browser != null) {
      browser.close();
    }
  }

  private static Map<String, String> pages() {
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("agents", "#/agents");
    pages.put("agent", "#/agents/reader-1");
    pages.put("models", "#/models");
    pages.put("model", "#/models/openai/gpt-4o");
    pages.put("calls", "#/calls");
    pages.put("spend", "#/spend");
    pages.put("spend-by-agent", "#/spend/agent");
    pages.put("spend-by-model", "#/spend/model");
    pages.put("events", "#/events");
    pages.put("health", "#/health");
    // Last, so that there is some history to draw.
    pages.put("overview", "#/");
    return pages;
  }

  @Test
  void everyPage_opensWithoutAComplaint_inLightAndDarkAndOnAPhone() {
    try (Harness harness = Harness.start(CONFIG);
        Agents _ = Agents.atWork(harness)) {
      browser.complaints();
      browser.prefersDark(false);
      browser.size(1440, 900);
      browser.open(harness.httpAddress() + "/");
      browser.await("document.querySelector('[data-block=calls] tbody a')");
      Map<String, String> pages = new LinkedHashMap<>();
      pages.put("call", browser.evaluate(A_CALL_THAT_FAILED_OVER).asText());
      pages.putAll(PAGES);

      for (boolean dark : List.of(false, true)) {
        browser.prefersDark(dark);
        pages.forEach((name, hash) -> {
          browser.size(1440, 900);
          show(harness, hash);
          browser.picture(PICTURES.resolve(name + (dark ? "-dark" : "-light") + ".png"));
        });
      }
      pages.forEach((name, hash) -> {
        browser.size(360, 740);
        show(harness, hash);
        browser.picture(PICTURES.resolve(name + "-phone.png"));
        assertThat(browser.evaluate("document.documentElement.scrollWidth").asInt())
            .as("the width of %s on a phone", name)
            .isLessThanOrEqualTo(360);
      });

      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void figures_areThoseOfStatsAtThatMoment() {
    try (Harness harness = Harness.start(CONFIG)) {
      Agents agents = Agents.atWork(harness);
      browser.size(1440, 900);
      browser.prefersDark(false);
      browser.open(harness.httpAddress() + "/");
      browser.await("document.querySelectorAll('[data-block=agents] tbody tr').length >= 6");
      agents.close();
      StatsResponse stats = settled(harness);
      CallStats total = stats.getTotal();
      assertThat(total.getSavedCallCount()).isPositive();

      awaitValue("[data-figure=saved-calls]", Long.toString(total.getSavedCallCount()));
      awaitValue("[data-figure=saved-dollars]", Long.toString(Picos.of(total.getSavedAmount())));
      assertThat(
              browser
                  .evaluate("document.querySelector('[data-figure=saved-seconds]').offsetWidth")
                  .asInt())
          .isPositive();
      browser.await(
          "document.querySelector('[data-block=rates]').textContent.includes('%,d calls since')"
              .formatted(total.getCallCount()));
      show(harness, "#/agents");
      for (StatsRow row : rows(harness, StatsGrouping.STATS_GROUPING_AGENT)) {
        awaitRow("agents", row.getAgentId(), row.getStats());
      }
      show(harness, "#/models");
      for (StatsRow row : rows(harness, StatsGrouping.STATS_GROUPING_MODEL)) {
        awaitRow("models", row.getProvider() + "/" + row.getModel(), row.getStats());
      }
      show(harness, "#/agents/reader-1");
      CallStats one =
          harness
              .client()
              .stats(StatsRequest.newBuilder().setAgentId("reader-1").build())
              .getTotal();
      awaitValue(fact("stats", "Calls"), Long.toString(one.getCallCount()));
      awaitValue(fact("stats", "Spent"), Long.toString(Picos.of(one.getSpentAmount())));
      awaitValue(fact("stats", "Not spent"), Long.toString(Picos.of(one.getSavedAmount())));
      show(harness, "#/spend");
      ReportRow sum =
          harness.client().ledger().report(GetReportRequest.getDefaultInstance()).getTotal();
      awaitValue(
          fact("sum", "Spent"),
          Long.toString(Picos.of(sum.getExactAmount()) + Picos.of(sum.getEstimatedAmount())));
      awaitValue(fact("sum", "Saved calls"), Long.toString(sum.getSavedCallCount()));
    }
  }

  @Test
  void money_isShownToTheLastDigitThatMatters() {
    try (Harness harness = Harness.start()) {
      browser.open(harness.httpAddress() + "/");
      browser.await("document.readyState === 'complete'");

      JsonNode shown =
          browser.evaluate(
              """
              import('/assets/format.js').then(({ dollars, exactDollars }) => [
                dollars('0'), dollars('1'), dollars('123456789'), dollars('999999'),
                dollars('1234567890123456'), dollars('-5000000000000'),
                exactDollars('9007199254740993'), exactDollars('500000000000')])
              """);

      assertThat(shown)
          .extracting(JsonNode::asText)
          .containsExactly(
              "$0",
              "$0.000000000001",
              "$0.0001235",
              "$0.000001000",
              "$1,234.57",
              "−$5.00",
              "$9,007.199254740993",
              "$0.50");
    }
  }

  @Test
  void whatIsWrong_isSaidOnTheFirstPage() {
    try (Harness harness = Harness.start(CONFIG)) {
      browser.open(harness.httpAddress() + "/");
      String wrong = "document.querySelector('[data-block=troubles]').textContent";
      browser.await(wrong + ".includes('Nothing: every part works')");
      browser.picture(PICTURES.resolve("overview-nothing-wrong.png"));
      harness.simulator().fault("gpt-4o", 1, "status=500");
      AdmiralClient agent = harness.client().forAgent("reporter", "");

      await()
          .atMost(PATIENCE)
          .until(() -> {
            ask(agent, "gpt-4o", "fails " + System.nanoTime());
            return browser.evaluate(wrong).asText().contains("openai/gpt-4o has an open circuit");
          });

      browser.await(wrong + ".includes('reporter: ')");
      browser.picture(PICTURES.resolve("overview-breaker-open.png"));
    }
  }

  @Test
  void reportedOutcomes_standOnTheFirstPageAndOnTheModels() {
    try (Harness harness = Harness.start()) {
      AdmiralClient agent = harness.client().forAgent("judge", "");
      String call = agent.complete(Prompts.of("gpt-4o", "to be judged")).getCallId();
      agent.reportOutcome(call, Verdict.VERDICT_BAD, 0.125);
      for (String page : List.of("#/", "#/models/openai/gpt-4o")) {
        browser.open(harness.httpAddress() + "/" + page);
        browser.await(
            "document.querySelector('[data-block=outcomes] tbody"
                + " tr')?.textContent.includes('0.125')");
      }
    }
  }

  @Test
  void textOfAgents_isTextAndNeverMarkup() {
    String model = "<img src=x onerror=alert(1)>";
    try (Harness harness = Harness.start(CONFIG)) {
      browser.complaints();
      ask(harness.client().forAgent("a/b:c@d", ""), model, "hello");
      browser.open(harness.httpAddress() + "/#/calls");
      browser.await("document.querySelector('[data-block=calls] tbody a')");

      assertThat(browser.evaluate("document.querySelector('tbody tr').textContent").asText())
          .contains(model);
      browser.evaluate("document.querySelectorAll('tbody a')[1].click()");
      browser.await("document.querySelector('h1')?.textContent === 'a/b:c@d'");
      browser.await("document.querySelector(" + quoted(fact("agent", "Calls")) + ")");
      assertThat(browser.evaluate("document.querySelectorAll('main img').length").asInt()).isZero();
      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void eventsPage_showsCallsThatWentWellOnlyIfAskedTo() {
    try (Harness harness = Harness.start()) {
      browser.open(harness.httpAddress() + "/#/events");
      browser.await("document.getElementById('state').textContent === 'serving'");
      ask(harness.client().forAgent("newcomer", ""), "gpt-4o", "first");
      browser.await("document.querySelector('[data-type=\"optimizer.agent.registered\"]')");
      assertThat(browser.evaluate("document.querySelectorAll('.events li').length").asInt())
          .isEqualTo(1);

      browser.evaluate("document.querySelector('.choices input').click()");

      await()
          .atMost(PATIENCE)
          .until(() -> {
            ask(harness.client(), "gpt-4o", "next");
            return browser
                    .evaluate(
                        "document.querySelectorAll('[data-type=\"optimizer.call.finished\"]').length")
                    .asInt()
                > 0;
          });
    }
  }

  @Test
  void callNoLongerKept_isSaidSo() {
    try (Harness harness = Harness.start()) {
      browser.open(harness.httpAddress() + "/#/calls/nothing");

      browser.await("document.querySelector('main').textContent.includes('no longer')");
    }
  }

  @Test
  void keyboard_reachesEverythingAndIsSeen() {
    try (Harness harness = Harness.start(CONFIG);
        Agents _ = Agents.atWork(harness)) {
      browser.size(1440, 900);
      browser.open(harness.httpAddress() + "/#/agents");
      browser.await("document.querySelector('[data-block=agents] tbody a')");
      List<String> reached = new ArrayList<>();

      for (int i = 0; i < TABS; i++) {
        browser.press("Tab", 9, "");
        reached.add(
            browser
                .evaluate("document.activeElement.textContent || document.activeElement.type")
                .asText());
        assertThat(
                browser
                    .evaluate(
                        "document.activeElement === document.body ? 'solid' :"
                            + " getComputedStyle(document.activeElement).outlineStyle")
                    .asText())
            .as("the outline of %s", reached.getLast())
            .isNotEqualTo("none");
      }

      assertThat(reached.getFirst()).isEqualTo("Skip to the figures");
      assertThat(reached)
          .contains("Overview", "Agents", "Models", "Calls", "Spend", "Events", "Health")
          .contains("◐", "search", "Spent", "p99", "reader-1");
      browser.evaluate("document.activeElement.blur()");
      browser.press("/", 191, "/");
      assertThat(browser.evaluate("document.activeElement.type").asText()).isEqualTo("search");
      browser.type("reader-1");
      browser.await("document.querySelectorAll('[data-block=agents] tbody tr').length === 1");
      browser.press("Escape", 27, "");
      browser.await("document.querySelectorAll('[data-block=agents] tbody tr').length > 1");
      browser.evaluate(
          "[...document.querySelectorAll('thead button')].find(b => b.textContent ==="
              + " 'Spent').focus()");
      browser.press("Enter", 13, "\r");
      browser.await("document.querySelector('[aria-sort]').textContent === 'Spent'");
    }
  }

  @Test
  void withKeys_onlookersLookAndOperatorsMayChange() {
    try (Harness harness =
            Harness.start(
                """
                keys:
                  - label: operators
                    key: operator-key
                    operator: true
                  - label: onlookers
                    key: onlooker-key
                """);
        AdmiralClient agent =
            AdmiralClient.builder()
                .address(harness.address())
                .key("onlooker-key")
                .agent("reader")
                .build()) {
      ask(agent, "gpt-4o", "kept");
      browser.size(1440, 900);
      browser.open(harness.httpAddress() + "/");
      browser.evaluate("sessionStorage.clear()");
      browser.open(harness.httpAddress() + "/#/health");
      browser.await("document.activeElement.id === 'key'");
      browser.complaints();
      browser.picture(PICTURES.resolve("key.png"));

      enter("guessed");
      browser.await(
          "document.querySelector('#key-remark').textContent.startsWith('the key is not known')");
      enter("onlooker-key");
      browser.await("document.querySelector('[data-block=parts] tbody tr')");
      assertThat(browser.evaluate("document.querySelectorAll('button.danger').length").asInt())
          .isZero();
      assertThat(browser.evaluate("document.getElementById('who').textContent").asText())
          .contains("default", "onlookers", "read only");
      browser.evaluate("document.querySelector('#who button').click()");
      browser.await("document.activeElement.id === 'key'");
      enter("operator-key");
      browser.await("document.querySelector('button.danger')");
      browser.evaluate("document.querySelector('button.danger').click()");
      browser.await("document.querySelector('dialog[open]')");
      browser.picture(PICTURES.resolve("confirm.png"));
      browser.evaluate("document.querySelector('dialog button.danger').click()");
      browser.await("document.querySelector('.banner').textContent === 'One answer was removed.'");

      assertThat(browser.complaints()).isEmpty();
    }
  }

  @Test
  void serverThatStops_isMissedAndSaidSo() {
    try (Harness harness = Harness.start()) {
      browser.open(harness.httpAddress() + "/");
      browser.await("document.getElementById('state').textContent === 'serving'");

      harness.stopServer();

      browser.await("document.getElementById('state').textContent === 'no connection'");
      browser.await(
          "document.querySelector('.banner').textContent.startsWith('No connection since')");
    }
  }

  private static final String CONFIG =
      """
      calls:
        capture_content: true
      limits:
        agent_requests_per_minute: 100000
        agents:
          - agent: hasty
            requests_per_minute: 20
      """;

  /** The page of a call with several attempts if there is one, else of the latest. */
  private static final String A_CALL_THAT_FAILED_OVER =
      """
      fetch('/api/calls?pageSize=1000').then(answer => answer.json()).then(({ calls }) =>
        '#/calls/' + (calls.find(call => call.served?.attempts.length > 1 && call.usage) ?? calls[0]).callId)
      """;

  private static void show(Harness harness, String hash) {
    String address = harness.httpAddress() + "/" + hash;
    browser.evaluate("location.href = " + quoted(address) + "; 0");
    browser.await(
        "location.href.startsWith("
            + quoted(address)
            + ") && [...document.querySelectorAll('[data-block]')].filter(b =>"
            + " b.offsetParent).every(b => b.querySelector('tbody tr, data, canvas, li,"
            + " .empty:not([hidden]), svg, pre, p')) && document.querySelector('main tbody tr, main"
            + " li')");
    if (hash.equals("#/")) {
      browser.await("document.querySelector('.legend b').textContent !== '–'");
    }
    browser.evaluate(
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
  }

  private static void enter(String key) {
    browser.await("document.activeElement.id === 'key'");
    browser.evaluate("document.activeElement.value = ''");
    browser.type(key);
    browser.press("Enter", 13, "\r");
  }

  private static String fact(String block, String label) {
    return "[data-block=%s] [data-fact=\"%s\"] data".formatted(block, label);
  }

  private static void awaitValue(String selector, String value) {
    browser.await(
        "document.querySelector("
            + quoted(selector)
            + ")?.getAttribute('value') === "
            + quoted(value));
  }

  private static void awaitRow(String block, String key, CallStats stats) {
    String row =
        "[...document.querySelectorAll('[data-block=%s] tbody tr')].find(r => r.dataset.key === %s)"
            .formatted(block, quoted(key));
    browser.await(
        "((r) => r && [...r.querySelectorAll('[data-value]')].map(c => c.dataset.value).join() === "
            + quoted(
                stats.getCallCount()
                    + ","
                    + Picos.of(stats.getSpentAmount())
                    + ","
                    + stats.getFailureCount())
            + ")("
            + row
            + ")");
  }

  private static List<StatsRow> rows(Harness harness, StatsGrouping grouping) {
    return harness
        .client()
        .statsRows(StatsRequest.newBuilder().setGrouping(grouping).build())
        .toList();
  }

  private static String quoted(String text) {
    return TextNode.valueOf(text).toString();
  }

  /** Returns the statistics once nobody calls and all is in the ledger. */
  private static StatsResponse settled(Harness harness) {
    harness.awaitInFlight(0);
    StatsResponse stats = harness.client().stats();
    await()
        .atMost(PATIENCE)
        .until(() ->
            harness
                    .client()
                    .ledger()
                    .report(GetReportRequest.getDefaultInstance())
                    .getTotal()
                    .getSavedCallCount()
                == stats.getTotal().getSavedCallCount());
    return stats;
  }

  private static void ask(AdmiralClient agent, String model, String question) {
    try {
      agent.complete(Prompts.of(model, question));
    } catch (AdmiralException expected) {
      // What fails shows on the page.
      assertThat(expected.code()).isNotNull();
    }
  }

  /** Agents that ask until they are closed, often the same. */
  private static final class Agents implements AutoCloseable {
    private static final List<String> MODELS =
        List.of("gpt-4o", "gpt-4o-mini", "claude-haiku-4-5", "claude-sonnet-5", "gpt-4.1");
    private static final Duration PAUSE = Duration.ofMillis(40);

    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    static Agents atWork(Harness harness) {
      Agents agents = new Agents();
      harness.simulator().fault("gpt-4o-mini", 0.3, "status=500");
      harness.simulator().fault("claude-haiku-4-5", 0.2, "overloaded");
      List<String> names =
          List.of("reader-1", "reader-2", "writer-1", "writer-2", "reviewer-1", "hasty");
      for (int i = 0; i < names.size(); i++) {
        AdmiralClient client = harness.client().forAgent(names.get(i), "crew");
        int seed = i;
        agents.threads.add(Thread.ofVirtual().start(() -> agents.work(client, seed)));
      }
      return agents;
    }

    private void work(AdmiralClient client, int seed) {
      for (int i = 0; !over.get(); i++) {
        String model = MODELS.get((i + seed) % MODELS.size());
        // Two questions of three were asked before.
        ask(client, model, i % 3 == 0 ? "new " + seed + "/" + i : "common " + i % 7);
        LockSupport.parkNanos(PAUSE.toNanos());
      }
    }

    @Override
    public void close() {
      over.set(true);
      threads.forEach(thread -> {
        try {
          thread.join();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      });
    }
  }
}
