package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.e2e.Exposed.Sample;
import dev.admiral.optimizer.e2e.PromQl.Condition;
import dev.admiral.optimizer.e2e.PromQl.Selection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The dashboard and the alert rules of deploy/ ask only for metrics, labels and values that a
 * server tells, in expressions that are well formed.
 */
class DeployedFilesTest {
  private static final Path DASHBOARD = Path.of("../deploy/grafana/admiral.json");
  private static final Path OPERATIONS = Path.of("../docs/operations.md");
  private static final Path ALERTS = Path.of("../deploy/prometheus/alerts.yml");

  /** What Prometheus adds. */
  private static final Set<String> OF_THE_SCRAPE = Set.of("job", "instance");

  private static Exposed told;

  @BeforeAll
  static void scrapeAServerThatWasUsed() throws Exception {
    String config =
        """
            requests_per_minute: 6000
        retry: {max_attempts: 1}
        """;
    try (Harness harness = Harness.start(config)) {
      harness.client().ask("anthropic/claude-haiku-4-5", "twice");
      harness.client().ask("anthropic/claude-haiku-4-5", "twice");
      harness.simulator().fault("claude-haiku-4-5", 1, "status=500");
      assertThatThrownBy(() -> harness.client().ask("anthropic/claude-haiku-4-5", "fails"))
          .isInstanceOf(AdmiralException.class);
      told = Exposed.of(harness.httpAddress());
    }
  }

  @Test
  void everyPanelOfTheDashboard_asksForWhatIsTold() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());

    List<String> expressions = new ArrayList<>();
    for (JsonNode panel : dashboard.path("panels")) {
      panel.path("targets").forEach(target -> expressions.add(target.path("expr").asText()));
    }
    assertThat(expressions).hasSizeGreaterThan(30);
    expressions.forEach(expression -> check(PromQl.read(expression), Set.of()));
    assertThat(dashboard.at("/templating/list/1/query/query").asText())
        .isEqualTo("label_values(admiral_build_info, instance)");
  }

  @Test
  void panels_haveTheirOwnPlaceAndSayTheirDataSource() throws Exception {
    JsonNode dashboard = new ObjectMapper().readTree(DASHBOARD.toFile());

    Set<Integer> ids = new HashSet<>();
    Set<List<Integer>> cells = new HashSet<>();
    for (JsonNode panel : dashboard.path("panels")) {
      assertThat(ids.add(panel.path("id").asInt())).isTrue();
      assertThat(panel.path("title").asText()).isNotBlank();
      JsonNode place = panel.path("gridPos");
      assertThat(place.path("x").asInt() + place.path("w").asInt()).isLessThanOrEqualTo(24);
      for (int x = 0; x < place.path("w").asInt(); x++) {
        for (int y = 0; y < place.path("h").asInt(); y++) {
          assertThat(cells.add(List.of(place.path("x").asInt() + x, place.path("y").asInt() + y)))
              .as(panel.path("title").asText())
              .isTrue();
        }
      }
      if (!panel.path("type").asText().equals("row")) {
        assertThat(panel.at("/datasource/uid").asText()).isEqualTo("${datasource}");
      }
    }
  }

  @Test
  void everyAlert_asksForWhatIsToldAndSaysWhatToDo() throws Exception {
    JsonNode file = new YAMLMapper().readTree(ALERTS.toFile());

    List<JsonNode> rules =
        StreamSupport.stream(file.path("groups").spliterator(), false)
            .flatMap(group -> StreamSupport.stream(group.path("rules").spliterator(), false))
            .toList();
    Set<String> recorded =
        rules.stream()
            .filter(rule -> rule.has("record"))
            .map(rule -> rule.path("record").asText())
            .collect(Collectors.toSet());
    assertThat(rules).hasSizeGreaterThan(15);
    assertThat(rules)
        .extracting(rule -> rule.path("alert").asText(rule.path("record").asText()))
        .doesNotHaveDuplicates();
    for (JsonNode rule : rules) {
      check(PromQl.read(rule.path("expr").asText()), recorded);
      if (!rule.has("record")) {
        String name = rule.path("alert").asText();
        assertThat(name).matches("Admiral[A-Za-z]+");
        assertThat(fields(rule))
            .as(name)
            .isSubsetOf("alert", "expr", "for", "labels", "annotations");
        assertThat(rule.path("for").asText("1m")).as(name).matches("[0-9]+[mh]");
        assertThat(rule.at("/labels/severity").asText()).isIn("info", "warning", "critical");
        assertThat(rule.at("/annotations/summary").asText()).as(name).isNotBlank();
        assertThat(rule.at("/annotations/description").asText()).as(name).endsWith(".");
        assertThat(rule.at("/annotations/runbook").asText())
            .isEqualTo("docs/operations.md#" + name.toLowerCase(Locale.ROOT));
      }
    }
  }

  @Test
  void everyAlert_hasARunbookAndEveryRunbookAnAlert() throws Exception {
    List<String> runbooks =
        Files.readAllLines(OPERATIONS).stream()
            .filter(line -> line.startsWith("### Admiral"))
            .map(line -> line.substring("### ".length()))
            .toList();

    assertThat(runbooks)
        .containsExactlyInAnyOrderElementsOf(
            new YAMLMapper().readTree(ALERTS.toFile()).findValuesAsText("alert"));
  }

  /** Every alert that an operator would miss is there. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "AdmiralNotReady",
        "AdmiralProviderDown",
        "AdmiralErrorBudgetBurnsFast",
        "AdmiralLedgerBacklog",
        "AdmiralCacheDiskFails",
        "AdmiralOverheadHigh",
        "AdmiralSpendHigh"
      })
  void alert_isThere(String name) throws Exception {
    assertThat(new YAMLMapper().readTree(ALERTS.toFile()).findValuesAsText("alert")).contains(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sum(rate(a_total[5m])",
        "rate(a_total)",
        "rate(a_gauge[5m])",
        "sum by (x) (a",
        "a{b=c}",
        "a[5m]",
        "histogram_quantile(0.9, sum(rate(a_bucket[5m])))",
        "a b",
        "a +",
        "a ? b"
      })
  void expressionThatIsWrong_isRefusedByThisTest(String expression) {
    assertThatThrownBy(() -> PromQl.read(expression)).isInstanceOf(AssertionError.class);
  }

  private static void check(PromQl expression, Set<String> recorded) {
    Set<String> labels = new TreeSet<>(OF_THE_SCRAPE);
    for (Selection selection : expression.selections()) {
      if (!selection.metric().equals("up") && !recorded.contains(selection.metric())) {
        List<Sample> samples =
            told.samples().stream()
                .filter(sample -> sample.name().equals(selection.metric()))
                .toList();
        assertThat(samples).as("what is told of %s", selection.metric()).isNotEmpty();
        labels.addAll(samples.getFirst().labels().keySet());
        selection.conditions().stream()
            .filter(condition -> !OF_THE_SCRAPE.contains(condition.label()))
            .forEach(condition -> check(selection.metric(), condition, samples));
      }
    }
    assertThat(labels).containsAll(expression.groupedBy());
  }

  /** A condition names a label that is there; what it names of values is there, each of them. */
  private static void check(String metric, Condition condition, List<Sample> samples) {
    Set<String> values =
        samples.stream()
            .map(sample -> sample.labels().getOrDefault(condition.label(), ""))
            .collect(Collectors.toSet());
    assertThat(values).as("%s of %s", condition.label(), metric).doesNotContain("");
    if (condition.operator().endsWith("~")) {
      Pattern pattern = Pattern.compile(condition.value());
      assertThat(values.stream().filter(value -> pattern.matcher(value).matches()))
          .as("%s%s", metric, condition)
          .hasSizeGreaterThanOrEqualTo(words(condition.value()));
    } else {
      assertThat(values).as("%s%s", metric, condition).contains(condition.value());
    }
  }

  /** Returns how many words such as "a|b|c_(d|e)" names: four. */
  private static int words(String alternatives) {
    return alternatives.split("\\|").length;
  }

  private static List<String> fields(JsonNode node) {
    List<String> fields = new ArrayList<>();
    node.fieldNames().forEachRemaining(fields::add);
    return fields;
  }
}
