package dev.admiral.optimizer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.VirtualTime;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/**
 * Sums against a list of all reports from which a replaced one is struck out, through restarts and
 * times at which the store cannot be written.
 */
class OutcomeLogModelTest {

  /** What happens. */
  sealed interface Step {}

  /** A report; its model follows from the call, as in life. */
  record Reported(String tenant, int call, String agent, boolean good, int score) implements Step {}

  /** The store breaks, or is whole again. */
  record StoreBroken(boolean broken) implements Step {}

  /** The store is written as well as can be, and the server starts again. */
  record Restarted() implements Step {}

  @Property(tries = 500)
  void sums_equalThoseOfTheReferenceModel(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 30) int maxReports)
      throws IOException {
    BreakableStore store = new BreakableStore();
    OutcomeLog.Settings settings = new OutcomeLog.Settings(100, 100, maxReports);
    OutcomeLog log = new OutcomeLog(store, settings, new VirtualTime());
    List<Reported> counted = new ArrayList<>();
    Map<String, LinkedHashMap<OutcomeReport.Id, Reported>> kept = new HashMap<>();
    for (Step step : steps) {
      switch (step) {
        case Reported report -> {
          OutcomeReport.Id id =
              new OutcomeReport.Id(report.tenant, "call-" + report.call, report.agent);
          log.report(
              id,
              key(report),
              report.good,
              report.score < 0 ? OptionalDouble.empty() : OptionalDouble.of(report.score / 10.0));
          LinkedHashMap<OutcomeReport.Id, Reported> latest =
              kept.computeIfAbsent(report.tenant, tenant -> new LinkedHashMap<>());
          Reported replaced = latest.remove(id);
          if (replaced != null) {
            counted.remove(counted.indexOf(replaced));
          }
          counted.add(report);
          latest.put(id, report);
          if (latest.size() > maxReports) {
            latest.pollFirstEntry();
          }
        }
        case StoreBroken now -> store.broken = now.broken;
        case Restarted _ -> {
          store.broken = false;
          log.flush();
          log = new OutcomeLog(store, settings, new VirtualTime());
          log.load();
        }
      }
      for (String tenant : List.of("acme", "globex")) {
        assertThat(told(log, tenant)).isEqualTo(expected(counted, tenant));
      }
    }
    store.broken = false;
    log.flush();
    assertThat(store.kept.load().reports())
        .extracting(OutcomeReport::id)
        .containsExactlyInAnyOrderElementsOf(
            kept.values().stream().flatMap(latest -> latest.keySet().stream()).toList());
  }

  private static Map<OutcomeRecord.Key, List<Long>> told(OutcomeLog log, String tenant) {
    Map<OutcomeRecord.Key, List<Long>> told = new LinkedHashMap<>();
    for (OutcomeRecord sum : log.query(new OutcomeQuery(tenant, "", ""))) {
      told.put(sum.key(), List.of(sum.good(), sum.bad(), sum.scores(), sum.scoreSum()));
    }
    return told;
  }

  private static Map<OutcomeRecord.Key, List<Long>> expected(
      List<Reported> counted, String tenant) {
    Map<OutcomeRecord.Key, List<Long>> sums = new LinkedHashMap<>();
    for (Reported report : counted) {
      if (report.tenant.equals(tenant)) {
        long scored = report.score < 0 ? 0 : 1;
        List<Long> one =
            List.of(
                report.good ? 1L : 0L,
                report.good ? 0L : 1L,
                scored,
                scored * report.score * (OutcomeReport.SCORE_OF_ONE / 10));
        sums.merge(
            key(report),
            one,
            (a, b) ->
                List.of(
                    a.get(0) + b.get(0),
                    a.get(1) + b.get(1),
                    a.get(2) + b.get(2),
                    a.get(3) + b.get(3)));
      }
    }
    return sums;
  }

  private static OutcomeRecord.Key key(Reported report) {
    return new OutcomeRecord.Key(
        report.tenant, "openai", "model-" + report.call % 3, report.call % 2 == 0 ? "" : "review");
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Step> reports =
        Combinators.combine(
                Arbitraries.of("acme", "globex"),
                Arbitraries.integers().between(0, 9),
                Arbitraries.of("ada", "bob"),
                Arbitraries.of(true, false),
                Arbitraries.integers().between(-1, 10))
            .as(Reported::new);
    return Arbitraries.frequencyOf(
            Tuple.of(20, reports),
            Tuple.of(2, Arbitraries.of(true, false).map(StoreBroken::new)),
            Tuple.of(1, Arbitraries.create(Restarted::new)))
        .list()
        .ofMaxSize(80);
  }

  /** A store that can break. */
  private static final class BreakableStore implements OutcomeStore {
    private final InMemoryOutcomeStore kept = new InMemoryOutcomeStore();
    private boolean broken;

    @Override
    public Kept load() {
      return kept.load();
    }

    @Override
    public void write(Change change) throws IOException {
      if (broken) {
        throw new IOException("broken");
      }
      kept.write(change);
    }
  }
}
