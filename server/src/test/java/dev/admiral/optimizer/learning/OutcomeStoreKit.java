package dev.admiral.optimizer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What every store of reported outcomes must do. */
public abstract class OutcomeStoreKit {
  private static final Instant FIRST = Instant.parse("2026-03-01T12:00:00.123456789Z");

  /** Returns an empty store. */
  protected abstract OutcomeStore store() throws Exception;

  /** Returns a sum that differs from others by its model and count. */
  protected static OutcomeRecord record(String model, long good) {
    return new OutcomeRecord(
        key(model),
        good,
        2,
        3,
        1_500_000_001,
        Set.of("ada", "team-b:bob@host/1"),
        FIRST,
        FIRST.plusNanos(good));
  }

  /** Returns a report that differs from others by its call, model and number. */
  protected static OutcomeReport report(String call, String model, long number) {
    return new OutcomeReport(
        new OutcomeReport.Id("acme", call, "ada"),
        number,
        key(model),
        number % 2 == 0,
        number % 3 == 0 ? OptionalInt.empty() : OptionalInt.of((int) (number % 5)));
  }

  protected static OutcomeStore.Change put(
      List<OutcomeRecord> records, List<OutcomeReport> reports) {
    return new OutcomeStore.Change(Set.of(), records, reports, Map.of());
  }

  private static OutcomeRecord.Key key(String model) {
    return new OutcomeRecord.Key("acme", "openai", model, "review");
  }

  @Test
  public void load_emptyStore_isEmpty() throws Exception {
    assertThat(store().load()).isEqualTo(new OutcomeStore.Kept(List.of(), List.of()));
  }

  @Test
  public void load_afterWrite_givesAllAsItWas() throws Exception {
    OutcomeStore store = store();
    OutcomeRecord bare =
        new OutcomeRecord(
            new OutcomeRecord.Key("globex", "ollama", "", ""),
            Long.MAX_VALUE,
            0,
            0,
            0,
            Set.of(),
            Instant.EPOCH,
            Instant.EPOCH);
    List<OutcomeReport> reports = new ArrayList<>();
    for (int number = 1; number <= 12; number++) {
      reports.add(report("call-" + number, "a", number));
    }
    reports.add(
        new OutcomeReport(
            new OutcomeReport.Id("globex", "call-1", ""),
            Long.MAX_VALUE,
            bare.key(),
            true,
            OptionalInt.of(OutcomeReport.SCORE_OF_ONE)));

    store.write(put(List.of(record("a", 1), record("b", 2), bare), reports));

    assertThat(store.load().records())
        .containsExactlyInAnyOrder(record("a", 1), record("b", 2), bare);
    assertThat(store.load().reports()).containsExactlyInAnyOrderElementsOf(reports);
  }

  @Test
  public void write_sameKeyAndIdAgain_replaces() throws Exception {
    OutcomeStore store = store();
    store.write(put(List.of(record("a", 1)), List.of(report("call", "a", 1))));

    store.write(put(List.of(record("a", 7)), List.of(report("call", "a", 2))));

    assertThat(store.load().records()).containsExactly(record("a", 7));
    assertThat(store.load().reports()).containsExactly(report("call", "a", 2));
  }

  @Test
  public void write_keysThatDifferInOnePart_areKeptApart() throws Exception {
    OutcomeStore store = store();
    List<OutcomeRecord> records = new ArrayList<>();
    List<OutcomeReport> reports = new ArrayList<>();
    for (String first : List.of("t", "u")) {
      for (String second : List.of("p", "q")) {
        for (String third : List.of("x", "y")) {
          OutcomeRecord.Key key = new OutcomeRecord.Key(first, second, "m", third);
          records.add(new OutcomeRecord(key, 1, 0, 0, 0, Set.of(), FIRST, FIRST));
          reports.add(
              new OutcomeReport(
                  new OutcomeReport.Id(first, second, third),
                  reports.size(),
                  new OutcomeRecord.Key(first, "p", "m", ""),
                  true,
                  OptionalInt.empty()));
        }
      }
    }

    store.write(put(records, reports));

    assertThat(store.load().records()).containsExactlyInAnyOrderElementsOf(records);
    assertThat(store.load().reports()).containsExactlyInAnyOrderElementsOf(reports);
  }

  @Test
  public void write_oldReports_areLetGoTenantByTenantAndStayCounted() throws Exception {
    OutcomeStore store = store();
    OutcomeReport others =
        new OutcomeReport(
            new OutcomeReport.Id("globex", "one", "ada"), 0, key("a"), true, OptionalInt.empty());
    store.write(
        put(
            List.of(record("a", 2)),
            List.of(others, report("one", "a", 1), report("two", "a", 2))));

    store.write(
        new OutcomeStore.Change(
            Set.of(), List.of(), List.of(), Map.of("acme", 2L, "unknown", Long.MAX_VALUE)));

    assertThat(store.load().records()).containsExactly(record("a", 2));
    assertThat(store.load().reports())
        .extracting(report -> report.id().tenant() + " " + report.id().callId())
        .containsExactlyInAnyOrder("globex one", "acme two");
  }

  @Test
  public void write_forgottenSum_goesWithItsReportsBeforeNewOnesCome() throws Exception {
    OutcomeStore store = store();
    store.write(
        put(
            List.of(record("a", 1), record("b", 1)),
            List.of(report("one", "a", 1), report("two", "b", 2))));

    store.write(
        new OutcomeStore.Change(
            Set.of(key("a"), key("unknown")),
            List.of(record("a", 5)),
            List.of(report("three", "a", 3)),
            Map.of()));

    assertThat(store.load().records()).containsExactlyInAnyOrder(record("a", 5), record("b", 1));
    assertThat(store.load().reports())
        .containsExactlyInAnyOrder(report("two", "b", 2), report("three", "a", 3));
  }
}
