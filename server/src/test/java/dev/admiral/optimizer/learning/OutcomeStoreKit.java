package dev.admiral.optimizer.learning;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
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
    return new OutcomeStore.Change(Set.of(), Set.of(), records, reports);
  }

  private static OutcomeRecord.Key key(String model) {
    return new OutcomeRecord.Key("acme", "openai", model, "review");
  }

  @Test
  public void load_emptyStore_isEmpty() throws Exception {
    assertThat(forEnd(store().load())).isEqualTo(new OutcomeStore.Kept(List.of(), List.of()));
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

    forEnd(store.write(put(List.of(record("a", 1), record("b", 2), bare), reports)));

    assertThat(forEnd(store.load()).records())
        .containsExactlyInAnyOrder(record("a", 1), record("b", 2), bare);
    assertThat(forEnd(store.load()).reports()).containsExactlyInAnyOrderElementsOf(reports);
  }

  @Test
  public void write_sameKeyAndIdAgain_addsToTheSumAndReplacesTheReport() throws Exception {
    OutcomeStore store = store();
    forEnd(store.write(put(List.of(record("a", 1)), List.of(report("call", "a", 1)))));

    OutcomeRecord gain =
        new OutcomeRecord(
            key("a"), 7, -2, -1, -500_000_001, Set.of("eve"), FIRST.minusNanos(5), FIRST);
    forEnd(store.write(put(List.of(gain), List.of(report("call", "a", 2)))));

    assertThat(forEnd(store.load()).records())
        .containsExactly(
            new OutcomeRecord(
                key("a"),
                8,
                0,
                2,
                1_000_000_000,
                Set.of("ada", "team-b:bob@host/1", "eve"),
                FIRST.minusNanos(5),
                FIRST.plusNanos(1)));
    assertThat(forEnd(store.load()).reports()).containsExactly(report("call", "a", 2));
  }

  @Test
  public void gainsOfTwoWriters_interleaved_addUp() throws Exception {
    OutcomeStore store = store();
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      ends.add(store.write(put(List.of(record("a", 1), record("b", i)), List.of())));
    }
    CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();

    assertThat(forEnd(store.load()).records())
        .extracting(r -> r.key().model() + " " + r.good() + " " + r.bad() + " " + r.scores())
        .containsExactlyInAnyOrder("a 200 400 600", "b 20100 400 600");
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

    forEnd(store.write(put(records, reports)));

    assertThat(forEnd(store.load()).records()).containsExactlyInAnyOrderElementsOf(records);
    assertThat(forEnd(store.load()).reports()).containsExactlyInAnyOrderElementsOf(reports);
  }

  @Test
  public void write_reportsLetGo_areGoneAndStayCounted() throws Exception {
    OutcomeStore store = store();
    OutcomeReport others =
        new OutcomeReport(
            new OutcomeReport.Id("globex", "one", "ada"),
            0,
            new OutcomeRecord.Key("globex", "openai", "a", "review"),
            true,
            OptionalInt.empty());
    forEnd(
        store.write(
            put(
                List.of(record("a", 2)),
                List.of(others, report("one", "a", 1), report("two", "a", 2)))));

    forEnd(
        store.write(
            new OutcomeStore.Change(
                Set.of(),
                Set.of(
                    report("one", "a", 1).id(),
                    report("two", "a", 2).id(),
                    new OutcomeReport.Id("acme", "unknown", "ada")),
                List.of(),
                List.of(report("two", "a", 3)))));

    assertThat(forEnd(store.load()).records()).containsExactly(record("a", 2));
    assertThat(forEnd(store.load()).reports())
        .containsExactlyInAnyOrder(others, report("two", "a", 3));
  }

  @Test
  public void write_forgottenSum_goesWithItsReportsBeforeNewOnesCome() throws Exception {
    OutcomeStore store = store();
    forEnd(
        store.write(
            put(
                List.of(record("a", 1), record("b", 1)),
                List.of(report("one", "a", 1), report("two", "b", 2)))));

    forEnd(
        store.write(
            new OutcomeStore.Change(
                Set.of(key("a"), key("unknown")),
                Set.of(),
                List.of(record("a", 5)),
                List.of(report("three", "a", 3)))));

    assertThat(forEnd(store.load()).records())
        .containsExactlyInAnyOrder(record("a", 5), record("b", 1));
    assertThat(forEnd(store.load()).reports())
        .containsExactlyInAnyOrder(report("two", "b", 2), report("three", "a", 3));
  }
}
