package dev.admiral.optimizer.ledger;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static dev.admiral.optimizer.ledger.LedgerEntries.NOON;
import static dev.admiral.optimizer.ledger.LedgerEntries.entry;
import static dev.admiral.optimizer.ledger.LedgerEntries.known;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.call.DurableRecord.Log;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.ledger.LedgerStore.Numbered;
import dev.admiral.optimizer.ledger.LedgerStore.NumberedRecord;
import dev.admiral.optimizer.ledger.LedgerStore.Place;
import dev.admiral.optimizer.ledger.ReportQuery.Grouping;
import dev.admiral.optimizer.v1.Source;
import java.io.Closeable;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** What every {@link LedgerStore} promises. */
public abstract class LedgerStoreKit {
  private static final LocalDate DAY = LocalDate.ofInstant(NOON, ZoneOffset.UTC);

  /** Returns a new empty store. */
  protected abstract Opened open() throws Exception;

  /** A store and how to close it. */
  public record Opened(LedgerStore store, Closeable closing) implements Closeable {
    @Override
    public void close() throws IOException {
      closing.close();
    }
  }

  @Test
  void emptyStore_hasNoRowsAndNoEntries() throws Exception {
    try (Opened opened = open()) {
      for (Grouping grouping : Grouping.values()) {
        assertThat(forEnd(opened.store.rows(query(grouping)))).isEmpty();
      }
      assertThat(forEnd(opened.store.entries(all(), null, 10))).isEmpty();
    }
  }

  @Test
  void entry_comesBackAsItWasEntered() throws Exception {
    LedgerEntry entered =
        new LedgerEntry(
            "id",
            "call",
            3,
            "t",
            "agent 'with' \"quotes\" and ünïcödé",
            "group",
            "task",
            "groq",
            "openai/gpt-oss-120b",
            new Usage(1, 2, 3, 4, 5, 6, true),
            known(new Money(999_999_999_999L, 999_999_999_999L), true),
            "req_1",
            NOON.plusNanos(123_456_789));
    LedgerEntry unpriced =
        entry("id2", "call2", "a", NOON, Usage.reported(1, 2), new Cost.Unknown());
    try (Opened opened = open()) {
      forEnd(opened.store.commit(UnitOfWork.of(entered)));
      forEnd(opened.store.commit(UnitOfWork.of(unpriced)));

      assertThat(forEnd(opened.store.entries(all(), null, 10)))
          .extracting(Numbered::entry)
          .containsExactly(entered, unpriced);
    }
  }

  @Test
  void sameIdEnteredTwice_isCountedOnceAsItFirstWas() throws Exception {
    try (Opened opened = open()) {
      forEnd(opened.store.commit(UnitOfWork.of(entry("id", 7))));
      forEnd(opened.store.commit(UnitOfWork.of(entry("id", 9))));

      assertThat(forEnd(opened.store.entries(all(), null, 10))).hasSize(1);
      assertThat(onlyRow(opened).exactCalls()).isEqualTo(1);
      assertThat(onlyRow(opened).exact()).isEqualTo(new Money(7));
    }
  }

  @Test
  void unpricedAndEstimatedCalls_areCountedApart() throws Exception {
    Usage guessed = Usage.estimated(10, 5);
    try (Opened opened = open()) {
      forEnd(opened.store.commit(UnitOfWork.of(entry("1", 100))));
      forEnd(
          opened.store.commit(UnitOfWork.of(entry("2", "c", "a", NOON, guessed, known(30, true)))));
      forEnd(
          opened.store.commit(
              UnitOfWork.of(entry("3", "c", "a", NOON, guessed, new Cost.Unknown()))));

      Report.Row row = onlyRow(opened);
      assertThat(row.exactCalls()).isEqualTo(1);
      assertThat(row.exact()).isEqualTo(new Money(100));
      assertThat(row.estimatedCalls()).isEqualTo(1);
      assertThat(row.estimated()).isEqualTo(new Money(30));
      assertThat(row.unpricedCalls()).isEqualTo(1);
      assertThat(row.usage()).isEqualTo(new Usage(30, 0, 0, 0, 15, 0, true));
    }
  }

  @Test
  void sumsBeyondNineMillionDollars_areRight() throws Exception {
    Money dear = new Money(8_999_999, 999_999_999_999L);
    Money garbled = new Money(1_000_000_000_000L, 1);
    LedgerEntry absurd = entry("absurd", "call", "b", NOON, Usage.NONE, known(garbled, true));
    Saving saving =
        new Saving(
            DAY, "t", "a", "openai", "gpt-4o", Source.SOURCE_MEMORY, 1, garbled, Duration.ZERO);
    try (Opened opened = open()) {
      for (int i = 0; i < 3; i++) {
        LedgerEntry entry = entry("" + i, "call", "a", NOON, Usage.NONE, known(dear, false));
        forEnd(opened.store.commit(UnitOfWork.of(entry)));
        forEnd(opened.store.addSavings(List.of(saving)));
      }
      forEnd(opened.store.commit(UnitOfWork.of(absurd)));

      assertThat(onlyRow(opened).exact()).isEqualTo(new Money(26_999_999, 999_999_999_997L));
      assertThat(onlyRow(opened).estimated()).isEqualTo(garbled);
      assertThat(onlyRow(opened).saved()).isEqualTo(new Money(3_000_000_000_000L, 3));
      assertThat(forEnd(opened.store.entries(all(), null, 10)))
          .extracting(Numbered::entry)
          .contains(absurd);
    }
  }

  @Test
  void tokensOfDaysAtTheirCap_sumUpToTheLargestNumber() throws Exception {
    // More days than 64 bits hold at the cap of a day, 10^15 tokens.
    int days = 9_224;
    Usage garbled = Usage.reported(1_000_000_000_000_000L, 1_000_001);
    try (Opened opened = open()) {
      List<CompletableFuture<?>> writes = new ArrayList<>();
      for (int i = 0; i < days; i++) {
        Instant day = NOON.plus(Duration.ofDays(i));
        LedgerEntry entry = entry("" + i, "call", "a", day, garbled, new Cost.Unknown());
        writes.add(opened.store.commit(UnitOfWork.of(entry)));
      }
      for (CompletableFuture<?> write : writes) {
        forEnd(write);
      }

      assertThat(onlyRow(opened).usage())
          .isEqualTo(Usage.reported(Long.MAX_VALUE, days * 1_000_001L));
    }
  }

  @Test
  void unitOfWork_keepsItsRecordsInOrderEachInItsLog() throws Exception {
    DurableRecord spent = record(Log.OUTBOX, "e1", "spent");
    DurableRecord warned = record(Log.OUTBOX, "e2", "warned");
    DurableRecord changed = record(Log.AUDIT, "e1", "changed");
    DurableRecord later = record(Log.OUTBOX, "e0", "spent");
    try (Opened opened = open()) {
      forEnd(opened.store.commit(new UnitOfWork(entry("1", 5), List.of(spent, changed, warned))));
      forEnd(opened.store.commit(new UnitOfWork(entry("2", 5), List.of(later))));

      assertThat(records(opened, Log.OUTBOX)).containsExactly(spent, warned, later);
      assertThat(records(opened, Log.AUDIT)).containsExactly(changed);
      assertThat(onlyRow(opened).exactCalls()).isEqualTo(2);
    }
  }

  @Test
  void unitOfWorkCommittedAgain_changesNothing() throws Exception {
    UnitOfWork work =
        new UnitOfWork(
            entry("1", 5),
            List.of(record(Log.OUTBOX, "e1", "spent"), record(Log.AUDIT, "a1", "changed")));
    try (Opened opened = open()) {
      forEnd(opened.store.commit(work));
      forEnd(opened.store.commit(work));
      forEnd(
          opened.store.commit(
              new UnitOfWork(entry("1", 9), List.of(record(Log.OUTBOX, "e1", "other")))));

      assertThat(records(opened, Log.OUTBOX)).containsExactly(work.records().getFirst());
      assertThat(records(opened, Log.AUDIT)).containsExactly(work.records().getLast());
      assertThat(onlyRow(opened).exact()).isEqualTo(new Money(5));
    }
  }

  @Test
  void records_areReadPageByPage() throws Exception {
    try (Opened opened = open()) {
      for (int i = 0; i < 10; i++) {
        forEnd(
            opened.store.commit(
                new UnitOfWork(entry("" + i, 1), List.of(record(Log.OUTBOX, "e" + i, "spent")))));
      }
      List<String> seen = new ArrayList<>();
      List<NumberedRecord> page = forEnd(opened.store.records(Log.OUTBOX, 0, 3));
      while (!page.isEmpty()) {
        page.forEach(numbered -> seen.add(numbered.record().id()));
        page = forEnd(opened.store.records(Log.OUTBOX, page.getLast().number(), 3));
      }
      assertThat(seen).containsExactly("e0", "e1", "e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9");
    }
  }

  protected static DurableRecord record(Log log, String id, String kind) {
    return LedgerEntries.record(log, id, kind);
  }

  protected static List<DurableRecord> records(Opened opened, Log log) throws IOException {
    return forEnd(opened.store.records(log, 0, 1_000)).stream()
        .map(NumberedRecord::record)
        .toList();
  }

  @Test
  void manyDearCallsOfADay_sumExactly() throws Exception {
    // Each just below a whole number of dollars, so that every addition carries.
    long almost = 2_999_999_999_999L;
    try (Opened opened = open()) {
      for (int i = 0; i < 1000; i++) {
        forEnd(opened.store.commit(UnitOfWork.of(entry("id" + i, almost))));
      }
      assertThat(onlyRow(opened).exact()).isEqualTo(new Money(1000 * almost));
    }
  }

  @Test
  void savings_addUpAcrossWritings() throws Exception {
    Saving saving =
        new Saving(
            DAY,
            "t",
            "a",
            "openai",
            "gpt-4o",
            Source.SOURCE_MEMORY,
            2,
            new Money(1_500_000_000_000L),
            Duration.ofMillis(1_750));
    Saving joined =
        new Saving(
            DAY,
            "t",
            "a",
            "openai",
            "gpt-4o",
            Source.SOURCE_COALESCED,
            1,
            new Money(5),
            Duration.ZERO);
    try (Opened opened = open()) {
      forEnd(opened.store.addSavings(List.of(saving, joined)));
      forEnd(opened.store.addSavings(List.of(saving)));

      Report.Row row = onlyRow(opened);
      assertThat(row.savedCalls()).isEqualTo(5);
      assertThat(row.saved()).isEqualTo(new Money(3_000_000_000_005L));
      assertThat(row.savedTime()).isEqualTo(Duration.ofMillis(3_500));
      assertThat(row.exactCalls()).isZero();
    }
  }

  @Test
  void entriesOfTheSameInstant_arePagedWithoutLossOrRepeat() throws Exception {
    try (Opened opened = open()) {
      for (int i = 0; i < 10; i++) {
        forEnd(opened.store.commit(UnitOfWork.of(entry("id" + i, i))));
      }
      List<String> seen = new ArrayList<>();
      Place place = null;
      List<Numbered> page = forEnd(opened.store.entries(all(), null, 3));
      while (!page.isEmpty()) {
        page.forEach(numbered -> seen.add(numbered.entry().id()));
        place = new Place(page.getLast().entry().createdNanos(), page.getLast().number());
        page = forEnd(opened.store.entries(all(), place, 3));
      }
      assertThat(seen)
          .containsExactly("id9", "id8", "id7", "id6", "id5", "id4", "id3", "id2", "id1", "id0");
    }
  }

  @Property(tries = 40)
  void sums_equalThoseOfTheReferenceModel(
      @ForAll("ledgers") Ledgers ledger, @ForAll Grouping grouping) throws Exception {
    LocalDate from = ledger.from();
    LocalDate until = ledger.until();
    ReportQuery query = new ReportQuery("t", from, until, grouping, ledger.agent());
    try (Opened opened = open()) {
      enter(opened, ledger);

      assertThat(forEnd(opened.store.rows(query)))
          .containsExactlyInAnyOrderElementsOf(reference(ledger, query));
    }
  }

  @Property(tries = 40)
  void entries_equalThoseOfTheReferenceModel(@ForAll("ledgers") Ledgers ledger) throws Exception {
    EntryQuery query =
        new EntryQuery(
            "t",
            ledger.from() == null ? null : ledger.from().atStartOfDay().toInstant(ZoneOffset.UTC),
            ledger.until() == null ? null : ledger.until().atStartOfDay().toInstant(ZoneOffset.UTC),
            ledger.agent(),
            ledger.callId());
    Predicate<LedgerEntry> listed =
        e ->
            e.tenant().equals("t")
                && (query.from() == null || !e.created().isBefore(query.from()))
                && (query.until() == null || e.created().isBefore(query.until()))
                && (query.agent().isEmpty() || e.agent().equals(query.agent()))
                && (query.callId().isEmpty() || e.callId().equals(query.callId()));
    try (Opened opened = open()) {
      enter(opened, ledger);

      List<LedgerEntry> expected =
          distinct(ledger.entries()).stream()
              .filter(listed)
              .sorted(Comparator.comparing(LedgerEntry::created).reversed())
              .toList();
      assertThat(forEnd(opened.store.entries(query, null, 1000)))
          .extracting(Numbered::entry)
          .containsExactlyInAnyOrderElementsOf(expected)
          .isSortedAccordingTo(Comparator.comparing(LedgerEntry::created).reversed());
    }
  }

  private static void enter(Opened opened, Ledgers ledger) throws Exception {
    for (LedgerEntry entry : ledger.entries()) {
      forEnd(opened.store.commit(UnitOfWork.of(entry)));
    }
    forEnd(opened.store.addSavings(ledger.savings()));
  }

  private static Report.Row onlyRow(Opened opened) throws Exception {
    return forEnd(opened.store.rows(query(Grouping.ALL))).getFirst();
  }

  private static ReportQuery query(Grouping grouping) {
    return new ReportQuery("t", null, null, grouping, "");
  }

  private static EntryQuery all() {
    return new EntryQuery("t", null, null, "", "");
  }

  // The reference model: one number of any size for each cell.

  private static List<LedgerEntry> distinct(List<LedgerEntry> entries) {
    Map<String, LedgerEntry> byId = new LinkedHashMap<>();
    entries.forEach(e -> byId.putIfAbsent(e.id(), e));
    return List.copyOf(byId.values());
  }

  private static List<Report.Row> reference(Ledgers ledger, ReportQuery query) {
    Map<String, List<LedgerEntry>> paid = new HashMap<>();
    for (LedgerEntry e : distinct(ledger.entries())) {
      LocalDate day = LocalDate.ofInstant(e.created(), ZoneOffset.UTC);
      if (counted(query, e.tenant(), e.agent(), day)) {
        String model = e.provider() + "/" + e.model();
        paid.computeIfAbsent(group(query, e.agent(), model, day), _ -> new ArrayList<>()).add(e);
      }
    }
    Map<String, List<Saving>> saved = new HashMap<>();
    for (Saving s : ledger.savings()) {
      if (counted(query, s.tenant(), s.agent(), s.day())) {
        String model = s.provider() + "/" + s.model();
        saved
            .computeIfAbsent(group(query, s.agent(), model, s.day()), _ -> new ArrayList<>())
            .add(s);
        paid.computeIfAbsent(group(query, s.agent(), model, s.day()), _ -> new ArrayList<>());
      }
    }
    List<Report.Row> rows = new ArrayList<>();
    paid.forEach(
        (group, entries) -> rows.add(row(group, entries, saved.getOrDefault(group, List.of()))));
    return rows;
  }

  private static boolean counted(ReportQuery query, String tenant, String agent, LocalDate day) {
    return tenant.equals("t")
        && (query.agent().isEmpty() || query.agent().equals(agent))
        && (query.from() == null || !day.isBefore(query.from()))
        && (query.until() == null || day.isBefore(query.until()));
  }

  private static String group(ReportQuery query, String agent, String model, LocalDate day) {
    return switch (query.grouping()) {
      case ALL -> "";
      case AGENT -> agent;
      case MODEL -> model;
      case DAY -> day.toString();
    };
  }

  private static Report.Row row(String group, List<LedgerEntry> paid, List<Saving> saved) {
    List<LedgerEntry> priced = paid.stream().filter(e -> e.cost() instanceof Cost.Known).toList();
    List<LedgerEntry> exact = priced.stream().filter(e -> !e.usage().estimated()).toList();
    List<LedgerEntry> estimated = priced.stream().filter(e -> e.usage().estimated()).toList();
    return new Report.Row(
        group,
        exact.size(),
        money(exact, e -> e.cost().amountOrZero().picoUsd()),
        estimated.size(),
        money(estimated, e -> e.cost().amountOrZero().picoUsd()),
        paid.size() - priced.size(),
        sum(saved, Saving::calls),
        money(saved, s -> s.amount().picoUsd()),
        saved.stream().map(Saving::time).reduce(Duration.ZERO, Duration::plus),
        new Usage(
            sum(paid, e -> e.usage().input()),
            sum(paid, e -> e.usage().cachedInput()),
            sum(paid, e -> e.usage().cacheWrite()),
            sum(paid, e -> e.usage().cacheWrite1h()),
            sum(paid, e -> e.usage().output()),
            sum(paid, e -> e.usage().reasoning()),
            paid.stream().anyMatch(e -> e.usage().estimated())));
  }

  private static <T> Money money(List<T> of, Function<T, Long> amount) {
    return new Money(sum(of, amount));
  }

  private static <T> long sum(List<T> of, Function<T, Long> amount) {
    return of.stream()
        .map(amount)
        .map(BigInteger::valueOf)
        .reduce(BigInteger.ZERO, BigInteger::add)
        .longValueExact();
  }

  /** What was entered, and what is asked. */
  record Ledgers(
      List<LedgerEntry> entries,
      List<Saving> savings,
      LocalDate from,
      LocalDate until,
      String agent,
      String callId) {}

  @Provide
  Arbitrary<Ledgers> ledgers() {
    Arbitrary<LocalDate> days = Arbitraries.integers().between(0, 5).map(DAY::plusDays);
    Arbitrary<Saving> savings =
        Combinators.combine(
                days,
                Arbitraries.of("t", "other"),
                Arbitraries.of("a", "b", "d"),
                Arbitraries.of("gpt-4o", "x"),
                Arbitraries.of(Source.SOURCE_MEMORY, Source.SOURCE_COALESCED),
                Arbitraries.longs().between(0, 5_000_000_000_000L))
            .as((day, tenant, agent, model, source, pico) ->
                new Saving(
                    day,
                    tenant,
                    agent,
                    "openai",
                    model,
                    source,
                    1 + pico % 9,
                    new Money(pico),
                    // Any time will do; this one carries nanoseconds over a second.
                    Duration.ofNanos(pico)));
    return Combinators.combine(
            LedgerEntries.any().list().ofMaxSize(40),
            savings.list().ofMaxSize(10),
            days.injectNull(0.5),
            days.injectNull(0.5),
            Arbitraries.of("", "", "a"),
            Arbitraries.of("", "", "call-3"))
        .as(Ledgers::new);
  }
}
