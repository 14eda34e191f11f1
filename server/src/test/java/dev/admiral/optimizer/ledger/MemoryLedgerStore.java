package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everything in memory until the process ends: for tests and for servers told not to write.
 */
public final class MemoryLedgerStore implements LedgerStore {
  private static final Comparator<Numbered> NEWEST_FIRST =
      Comparator.comparing((Numbered numbered) -> numbered.entry().created())
          .thenComparingLong(Numbered::number)
          .reversed();

  private record SavingKey(
      LocalDate day, String tenant, String agent, String provider, String model, Source source) {}

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Set<String> ids = new HashSet<>();
  private final List<Numbered> entries = new ArrayList<>();
  private final Logs logs = new Logs();
  private final Map<SavingKey, Saving> savings = new HashMap<>();

  /** Records by log, in the order of their numbers. */
  private static final class Logs {
    private final Map<DurableRecord.Log, Map<String, NumberedRecord>> byId =
        new EnumMap<>(DurableRecord.Log.class);

    void add(DurableRecord record) {
      Map<String, NumberedRecord> log = of(record.log());
      log.putIfAbsent(record.id(), new NumberedRecord(log.size() + 1L, record));
    }

    Map<String, NumberedRecord> of(DurableRecord.Log log) {
      return byId.computeIfAbsent(log, _ -> new LinkedHashMap<>());
    }
  }

  @Override
  public CompletableFuture<@Nullable Void> commit(UnitOfWork work) {
    lock.lock();
    try {
      if (ids.add(work.entry().id())) {
        entries.add(new Numbered(entries.size() + 1L, work.entry()));
      }
      work.records().forEach(logs::add);
    } finally {
      lock.unlock();
    }
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletableFuture<@Nullable Void> addSavings(List<Saving> added) {
    lock.lock();
    try {
      added.forEach(s -> savings.merge(key(s), s, MemoryLedgerStore::sum));
    } finally {
      lock.unlock();
    }
    return CompletableFuture.completedFuture(null);
  }

  private static SavingKey key(Saving s) {
    return new SavingKey(s.day(), s.tenant(), s.agent(), s.provider(), s.model(), s.source());
  }

  private static Saving sum(Saving a, Saving b) {
    long calls = Math.addExact(a.calls(), b.calls());
    Money amount = a.amount().plus(b.amount());
    Duration time = a.time().plus(b.time());
    return new Saving(
        a.day(), a.tenant(), a.agent(), a.provider(), a.model(), a.source(), calls, amount, time);
  }

  @Override
  public CompletableFuture<List<Report.Row>> rows(ReportQuery query) {
    Map<String, Report.Row> rows = new HashMap<>();
    lock.lock();
    try {
      for (Numbered numbered : entries) {
        LedgerEntry e = numbered.entry();
        LocalDate day = LocalDate.ofInstant(e.created(), ZoneOffset.UTC);
        if (counts(query, day, e.tenant(), e.agent())) {
          String group = group(query, day, e.agent(), e.provider(), e.model());
          rows.merge(group, Report.Row.of(group, e), Report.Row::plus);
        }
      }
      for (Saving s : savings.values()) {
        if (counts(query, s.day(), s.tenant(), s.agent())) {
          String group = group(query, s.day(), s.agent(), s.provider(), s.model());
          rows.merge(group, Report.Row.of(group, s), Report.Row::plus);
        }
      }
    } finally {
      lock.unlock();
    }
    return CompletableFuture.completedFuture(List.copyOf(rows.values()));
  }

  private static boolean counts(ReportQuery query, LocalDate day, String tenant, String agent) {
    return query.tenant().equals(tenant)
        && (query.agent().isEmpty() || query.agent().equals(agent))
        && (query.from() == null || !day.isBefore(query.from()))
        && (query.until() == null || day.isBefore(query.until()));
  }

  private static String group(
      ReportQuery query, LocalDate day, String agent, String provider, String model) {
    return switch (query.grouping()) {
      case ALL -> "";
      case AGENT -> agent;
      case MODEL -> provider + "/" + model;
      case DAY -> day.toString();
    };
  }

  @Override
  public CompletableFuture<List<Numbered>> entries(
      EntryQuery query, @Nullable Place before, int limit) {
    Predicate<Numbered> after =
        before == null
            ? numbered -> true
            : numbered -> {
              long created = numbered.entry().createdNanos();
              return created < before.createdNanos()
                  || (created == before.createdNanos() && numbered.number() < before.number());
            };
    lock.lock();
    try {
      return CompletableFuture.completedFuture(
          entries.stream()
              .filter(numbered -> listed(query, numbered.entry()))
              .filter(after)
              .sorted(NEWEST_FIRST)
              .limit(limit)
              .toList());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public CompletableFuture<List<NumberedRecord>> records(
      DurableRecord.Log log, long after, int limit) {
    lock.lock();
    try {
      return CompletableFuture.completedFuture(
          logs.of(log).values().stream()
              .filter(numbered -> numbered.number() > after)
              .limit(limit)
              .toList());
    } finally {
      lock.unlock();
    }
  }

  private static boolean listed(EntryQuery query, LedgerEntry entry) {
    return query.tenant().equals(entry.tenant())
        && (query.agent().isEmpty() || query.agent().equals(entry.agent()))
        && (query.callId().isEmpty() || query.callId().equals(entry.callId()))
        && (query.from() == null || !entry.created().isBefore(query.from()))
        && (query.until() == null || entry.created().isBefore(query.until()));
  }
}
