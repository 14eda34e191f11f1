package dev.admiral.optimizer.http.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** docs/metrics.md and the code tell the same; names and units follow the rules of Prometheus. */
class MetricsDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/metrics.md");

  @Test
  void everyMetric_isDocumentedAsItIsTold() throws Exception {
    assertThat(documented())
        .containsExactlyElementsOf(Stream.of(Metric.values()).map(this::row).toList());
  }

  @Test
  void everyName_isInSnakeCaseWithItsUnitInFull() {
    for (Metric metric : Metric.values()) {
      assertThat(metric.base())
          .matches("(admiral|gen_ai|process|jvm)(_[a-z]+)+")
          .doesNotMatch(".*_(ms|millis|micros|minutes|kb|mb|total|count|sum|bucket|info)");
      assertThat(metric.help()).endsWith(".");
    }
    assertThat(Metric.values()).extracting(Metric::base).doesNotHaveDuplicates();
  }

  @Test
  void noLabel_namesAPersonAKeyOrContent() {
    assertThat(Stream.of(Metric.values()).flatMap(metric -> metric.labels().stream()))
        .doesNotContain("key", "user", "tenant", "prompt", "call_id", "request_id");
    assertThat(Stream.of(Metric.values()).filter(metric -> metric.labels().contains("agent")))
        .containsExactly(Metric.AGENT_CALLS, Metric.AGENT_SPENT, Metric.AGENT_SAVED);
  }

  private List<String> row(Metric metric) {
    return List.of(
        "`" + metric.shownName() + "`",
        metric.type().name().toLowerCase(Locale.ROOT),
        metric.labels().stream().map(label -> "`" + label + "`").collect(Collectors.joining(", ")),
        metric.help());
  }

  private static List<List<String>> documented() throws Exception {
    return Files.readAllLines(DOCUMENT).stream()
        .filter(line -> line.startsWith("| `"))
        .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
        .map(cells -> cells.subList(1, cells.size() - 1))
        .toList();
  }
}
