package dev.admiral.optimizer.http.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.CallObserver.Trouble;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is told of those who are told of the end of calls. */
class ObserverFiguresTest {
  @Test
  void troubles_areCountedForEachObserver() {
    Exposition exposition = new Exposition();
    new ObserverFigures(() ->
        List.of(new Trouble("statistics", 0, 0, null), new Trouble("journal", 3, 2, Instant.EPOCH)))
        .tell(exposition);

    assertThat(counts(exposition, "admiral_observer_failures"))
        .isEqualTo(Map.of("statistics", 0.0, "journal", 3.0));
    assertThat(counts(exposition, "admiral_observer_slow"))
        .isEqualTo(Map.of("statistics", 0.0, "journal", 2.0));
  }

  private static Map<String, Double> counts(Exposition exposition, String name) {
    MetricSnapshot found =
        exposition.build().stream()
            .filter(metric -> metric.getMetadata().getName().equals(name))
            .findFirst()
            .orElseThrow();
    return ((CounterSnapshot) found)
        .getDataPoints().stream()
            .collect(
                Collectors.toMap(
                    point -> point.getLabels().get("observer"),
                    CounterSnapshot.CounterDataPointSnapshot::getValue));
  }
}
