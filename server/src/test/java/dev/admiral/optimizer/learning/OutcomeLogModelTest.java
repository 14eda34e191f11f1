package dev.admiral.optimizer.learning;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.call.WriteSwitch;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
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

  /** The store takes its time from now on, or ends what waited. */
  record StoreHeld(boolean held) implements Step {}

  /** The store is written as well as can be, and the server starts again. */
  record Restarted() implements Step {}

  @Property(tries = 500)
  void sums_equalThoseOfTheReferenceModel(
      @ForAll("steps") List<Step> steps, @ForAll @IntRange(min = 1, max = 30) int maxReports)
      throws IOException {
    SwitchedStore store = new SwitchedStore();
    OutcomeLog.Settings settings = new OutcomeLog.Settings(100, 100, maxReports);
    OutcomeLog log = new OutcomeLog(store, Duration.ZERO, settings, new VirtualTime());
    List<Reported> counted = new ArrayList<>();
    Map<String, LinkedHashMap<OutcomeReport.Id, Reported>> kept = new HashMap<>();
    for (Step step : steps) {
      switch (step) {
        case Reported report -> {
          OutcomeReport.Id id =
              new OutcomeReport.Id(report.tenant, "call-" + report.call, report.agent);
          log.report(id, key(report), report.good, score(report));
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
        case StoreBroken now -> store.writes.breakWrites(now.broken);
        case StoreHeld now -> {
          if (now.held) {
            store.writes.hold();
          } else {
            store.writes.letGo();
          }
        }
        case Restarted _ -> {
          mend(store);
          log.flush();
          log = new OutcomeLog(store, Duration.ZERO, settings, new VirtualTime());
          log.load();
        }
      }
      for (String tenant : List.of("acme", "globex")) {
        assertThat(told(log, tenant)).isEqualTo(expected(counted, tenant));
      }
    }
    mend(store);
    log.flush();
    assertThat(forEnd(store.kept.load()).reports())
        .extracting(OutcomeReport::id)
        .containsExactlyInAnyOrderElementsOf(
            kept.values().stream().flatMap(latest -> latest.keySet().stream()).toList());
  }

  /** Two servers share the store; each agent reports to one of them. */
  @Property(tries = 300)
  void sumsOfTwoLogsOnOneStore_equalThoseOfTheReferenceModel(@ForAll("steps") List<Step> steps)
      throws IOException {
    SwitchedStore store = new SwitchedStore();
    Map<String, OutcomeLog> logs = Map.of("ada", sharing(store), "bob", sharing(store));
    Map<OutcomeReport.Id, Reported> latest = new LinkedHashMap<>();
    for (Step step : steps) {
      switch (step) {
        case Reported report -> {
          OutcomeReport.Id id =
              new OutcomeReport.Id(report.tenant, "call-" + report.call, report.agent);
          logs.get(report.agent).report(id, key(report), report.good, score(report));
          latest.put(id, report);
        }
        case StoreBroken now -> store.writes.breakWrites(now.broken);
        case StoreHeld now when now.held -> store.writes.hold();
        case StoreHeld _, Restarted _ -> store.writes.letGo();
      }
    }
    mend(store);
    for (OutcomeLog log : logs.values()) {
      log.flush();
    }

    OutcomeLog restarted = sharing(store);
    restarted.load();
    for (String tenant : List.of("acme", "globex")) {
      Map<OutcomeRecord.Key, List<Long>> told = told(restarted, tenant);
      assertThat(told).isEqualTo(expected(List.copyOf(latest.values()), tenant));
    }
    assertThat(forEnd(store.kept.load()).reports())
        .extracting(OutcomeReport::id)
        .containsExactlyInAnyOrderElementsOf(latest.keySet());
  }

  private static OutcomeLog sharing(OutcomeStore store) {
    return new OutcomeLog(
        store, Duration.ZERO, new OutcomeLog.Settings(100, 100, 100), new VirtualTime());
  }

  private static OptionalDouble score(Reported report) {
    return report.score < 0 ? OptionalDouble.empty() : OptionalDouble.of(report.score / 10.0);
  }

  private static void mend(SwitchedStore store) {
    store.writes.breakWrites(false);
    store.writes.letGo();
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
            Tuple.of(2, Arbitraries.of(true, false).map(StoreHeld::new)),
            Tuple.of(1, Arbitraries.create(Restarted::new)))
        .list()
        .ofMaxSize(80);
  }

  /** A store that can break, and take its time. */
  private static final class SwitchedStore implements OutcomeStore {
    private final InMemoryOutcomeStore kept = new InMemoryOutcomeStore();
    private final WriteSwitch writes = new WriteSwitch();

    @Override
    public CompletableFuture<Kept> load() {
      return kept.load();
    }

    @Override
    public CompletableFuture<Void> write(Change change) {
      return writes.end(() -> kept.write(change));
    }
  }
}
