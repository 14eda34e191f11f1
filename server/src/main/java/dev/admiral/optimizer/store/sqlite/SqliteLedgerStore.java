package dev.admiral.optimizer.store.sqlite;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.ledger.EntryQuery;
import dev.admiral.optimizer.ledger.LedgerEntry;
import dev.admiral.optimizer.ledger.LedgerStore;
import dev.admiral.optimizer.ledger.Report;
import dev.admiral.optimizer.ledger.ReportQuery;
import dev.admiral.optimizer.ledger.Saving;
import dev.admiral.optimizer.ledger.UnitOfWork;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The ledger in main.db. */
final class SqliteLedgerStore implements LedgerStore {
  private static final String INSERT =
      """
      INSERT INTO ledger_entry (
        id, call_id, attempt, tenant, agent, agent_group, task_type, provider, model,
        input, cached_input, cache_write, cache_write_1h, output, reasoning, usage_estimated,
        pico_usd, price_version, cost_estimated, provider_request_id, created,
        usd)
      VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
      ON CONFLICT (id) DO NOTHING
      """;

  /** Follows the table. */
  private static final String INSERT_RECORD =
      """
       (id, kind, tenant, agent, created, body) VALUES (?,?,?,?,?,?)
      ON CONFLICT (id) DO NOTHING
      """;

  /** Follows the table. */
  private static final String RECORDS =
      """
       WHERE number > ? ORDER BY number LIMIT ?
      """;

  private static final String ADD_SAVING =
      """
      INSERT INTO ledger_saving (
        tenant, day, agent, provider, model, source, calls, usd, pico_usd, seconds, nanos)
      VALUES (?,?,?,?,?,?,?,?,?,?,?)
      ON CONFLICT DO UPDATE SET
        calls = calls + excluded.calls,
        usd = usd + excluded.usd + (pico_usd + excluded.pico_usd) / 1000000000000,
        pico_usd = (pico_usd + excluded.pico_usd) % 1000000000000,
        seconds = seconds + excluded.seconds + (nanos + excluded.nanos) / 1000000000,
        nanos = (nanos + excluded.nanos) % 1000000000
      """;

  /** Follows the group. */
  private static final String PAID =
      """
      , sum(exact_calls), sum(exact_usd), sum(exact_pico_usd / 1000000),
        sum(exact_pico_usd % 1000000), sum(estimated_calls), sum(estimated_usd),
        sum(estimated_pico_usd / 1000000), sum(estimated_pico_usd % 1000000), sum(unpriced_calls),
        sum(input / 1000000), sum(input % 1000000),
        sum(cached_input / 1000000), sum(cached_input % 1000000),
        sum(cache_write / 1000000), sum(cache_write % 1000000),
        sum(cache_write_1h / 1000000), sum(cache_write_1h % 1000000),
        sum(output / 1000000), sum(output % 1000000),
        sum(reasoning / 1000000), sum(reasoning % 1000000), max(usage_estimated)
      FROM ledger_day
      WHERE tenant = ? AND day >= ? AND day < ? AND (?4 = '' OR agent = ?4)
      GROUP BY 1
      """;

  /** Follows the group. */
  private static final String SAVED =
      """
      , sum(calls), sum(usd), sum(pico_usd / 1000000), sum(pico_usd % 1000000),
        sum(seconds), sum(nanos)
      FROM ledger_saving
      WHERE tenant = ? AND day >= ? AND day < ? AND (?4 = '' OR agent = ?4)
      GROUP BY 1
      """;

  private static final String ENTRIES =
      """
      SELECT number, id, call_id, attempt, tenant, agent, agent_group, task_type, provider, model,
        input, cached_input, cache_write, cache_write_1h, output, reasoning, usage_estimated,
        pico_usd, price_version, cost_estimated, provider_request_id, created, usd
      FROM ledger_entry
      """;

  /** Follows the index. The planner has no statistics, and left alone reads a year for one call. */
  private static final String CHOSEN =
      """

      WHERE tenant = ? AND created >= ? AND created < ? AND (created, number) < (?, ?)
      """;

  private final SqliteDatabase database;

  SqliteLedgerStore(SqliteDatabase database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<@Nullable Void> commit(UnitOfWork work) {
    return database.write(session -> {
      insert(session.statement(INSERT), work.entry());
      for (DurableRecord record : work.records()) {
        insert(session.statement("INSERT INTO " + table(record.log()) + INSERT_RECORD), record);
      }
      return null;
    });
  }

  private static String table(DurableRecord.Log log) {
    return switch (log) {
      case OUTBOX -> "outbox";
      case AUDIT -> "audit";
    };
  }

  private static void insert(PreparedStatement insert, DurableRecord record) throws SQLException {
    insert.setString(1, record.id());
    insert.setString(2, record.kind());
    insert.setString(3, record.tenant());
    insert.setString(4, record.agent());
    insert.setLong(5, Nanos.of(record.time()));
    insert.setBytes(6, record.body().toByteArray());
    insert.executeUpdate();
  }

  @Override
  public CompletableFuture<List<NumberedRecord>> records(
      DurableRecord.Log log, long after, int limit) {
    String sql =
        "SELECT number, id, kind, tenant, agent, created, body FROM " + table(log) + RECORDS;
    return database.read(session -> {
      PreparedStatement select = session.statement(sql);
      select.setLong(1, after);
      select.setInt(2, limit);
      List<NumberedRecord> records = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          records.add(new NumberedRecord(row.getLong(1), record(log, row)));
        }
      }
      return records;
    });
  }

  private static DurableRecord record(DurableRecord.Log log, ResultSet row) throws SQLException {
    return new DurableRecord(
        log,
        row.getString(2),
        row.getString(3),
        row.getString(4),
        row.getString(5),
        Nanos.instant(row.getLong(6)),
        ByteString.copyFrom(row.getBytes(7)));
  }

  private static void insert(PreparedStatement insert, LedgerEntry e) throws SQLException {
    insert.setString(1, e.id());
    insert.setString(2, e.callId());
    insert.setInt(3, e.attempt());
    insert.setString(4, e.tenant());
    insert.setString(5, e.agent());
    insert.setString(6, e.group());
    insert.setString(7, e.taskType());
    insert.setString(8, e.provider());
    insert.setString(9, e.model());
    Usage usage = e.usage();
    insert.setLong(10, usage.input());
    insert.setLong(11, usage.cachedInput());
    insert.setLong(12, usage.cacheWrite());
    insert.setLong(13, usage.cacheWrite1h());
    insert.setLong(14, usage.output());
    insert.setLong(15, usage.reasoning());
    insert.setBoolean(16, usage.estimated());
    if (e.cost() instanceof Cost.Known known) {
      insert.setLong(17, known.amount().pico());
      insert.setString(18, known.priceVersion());
    } else {
      insert.setNull(17, Types.BIGINT);
      insert.setString(18, "");
    }
    insert.setBoolean(19, e.estimated());
    insert.setString(20, e.providerRequestId());
    insert.setLong(21, e.createdNanos());
    insert.setLong(22, e.cost().amountOrZero().units());
    insert.executeUpdate();
  }

  @Override
  public CompletableFuture<@Nullable Void> addSavings(List<Saving> savings) {
    return database.write(session -> {
      PreparedStatement add = session.statement(ADD_SAVING);
      for (Saving saving : savings) {
        add(add, saving);
      }
      return null;
    });
  }

  private static void add(PreparedStatement add, Saving s) throws SQLException {
    add.setString(1, s.tenant());
    add.setLong(2, s.day().toEpochDay());
    add.setString(3, s.agent());
    add.setString(4, s.provider());
    add.setString(5, s.model());
    add.setInt(6, s.source().getNumber());
    add.setLong(7, s.calls());
    add.setLong(8, s.amount().units());
    add.setLong(9, s.amount().pico());
    add.setLong(10, s.time().toSeconds());
    add.setLong(11, s.time().toNanosPart());
    add.executeUpdate();
  }

  @Override
  public CompletableFuture<List<Report.Row>> rows(ReportQuery query) {
    return database.read(session -> {
      Map<String, Report.Row> rows = new HashMap<>();
      try (ResultSet found = select(session, PAID, query)) {
        while (found.next()) {
          Report.Row row = paid(group(found, query), found);
          rows.merge(row.group(), row, Report.Row::plus);
        }
      }
      try (ResultSet found = select(session, SAVED, query)) {
        while (found.next()) {
          Report.Row row = saved(group(found, query), found);
          rows.merge(row.group(), row, Report.Row::plus);
        }
      }
      return List.copyOf(rows.values());
    });
  }

  private static ResultSet select(Session session, String sums, ReportQuery query)
      throws SQLException {
    String column =
        switch (query.grouping()) {
          case ALL -> "''";
          case AGENT -> "agent";
          case MODEL -> "provider || '/' || model";
          case DAY -> "day";
        };
    PreparedStatement select = session.statement("SELECT " + column + sums);
    select.setString(1, query.tenant());
    select.setLong(2, query.from() == null ? Long.MIN_VALUE : query.from().toEpochDay());
    select.setLong(3, query.until() == null ? Long.MAX_VALUE : query.until().toEpochDay());
    select.setString(4, query.agent());
    return select.executeQuery();
  }

  private static String group(ResultSet row, ReportQuery query) throws SQLException {
    return query.grouping() == ReportQuery.Grouping.DAY
        ? LocalDate.ofEpochDay(row.getLong(1)).toString()
        : row.getString(1);
  }

  private static Report.Row paid(String group, ResultSet row) throws SQLException {
    Usage usage =
        new Usage(
            tokens(row, 11),
            tokens(row, 13),
            tokens(row, 15),
            tokens(row, 17),
            tokens(row, 19),
            tokens(row, 21),
            row.getBoolean(23));
    return new Report.Row(
        group,
        row.getLong(2),
        money(row, 3),
        row.getLong(6),
        money(row, 7),
        row.getLong(10),
        0,
        Money.ZERO,
        Duration.ZERO,
        usage);
  }

  private static Report.Row saved(String group, ResultSet row) throws SQLException {
    return new Report.Row(
        group,
        0,
        Money.ZERO,
        0,
        Money.ZERO,
        0,
        row.getLong(2),
        money(row, 3),
        Duration.ofSeconds(row.getLong(6), row.getLong(7)),
        Usage.NONE);
  }

  /**
   * Puts sums of millions of tokens and of the rests together again: days that stand at their cap
   * would leave 64 bits after nine thousand rows, and the sum would fail. Returns the largest
   * number where it does not fit.
   */
  private static long tokens(ResultSet row, int column) throws SQLException {
    long rest = row.getLong(column + 1);
    long millions = row.getLong(column) + rest / 1_000_000;
    return millions >= Long.MAX_VALUE / 1_000_000
        ? Long.MAX_VALUE
        : millions * 1_000_000 + rest % 1_000_000;
  }

  /**
   * Puts sums of dollars, of millionths and of what is below those together again: a sum of rests
   * as they are kept would leave 64 bits after nine million rows.
   */
  private static Money money(ResultSet row, int column) throws SQLException {
    long micros = row.getLong(column + 1);
    long picos = row.getLong(column + 2);
    return Money.of(row.getLong(column), 0)
        .plus(Money.ofEach(micros, 1_000_000))
        .plus(new Money(picos));
  }

  @Override
  public CompletableFuture<List<Numbered>> entries(
      EntryQuery query, @Nullable Place before, int limit) {
    boolean byAgent = !query.agent().isEmpty();
    boolean byCall = !query.callId().isEmpty();
    String sql =
        ENTRIES
            + "INDEXED BY "
            + index(byCall, byAgent)
            + CHOSEN
            + (byAgent ? "AND agent = ? " : "")
            + (byCall ? "AND call_id = ? " : "")
            + "ORDER BY created DESC, number DESC LIMIT ?";
    return database.read(session -> {
      PreparedStatement select = session.statement(sql);
      select.setString(1, query.tenant());
      select.setLong(2, query.fromNanos());
      select.setLong(3, query.untilNanos());
      select.setLong(4, before == null ? Long.MAX_VALUE : before.createdNanos());
      select.setLong(5, before == null ? Long.MAX_VALUE : before.number());
      int next = 6;
      if (byAgent) {
        select.setString(next++, query.agent());
      }
      if (byCall) {
        select.setString(next++, query.callId());
      }
      select.setInt(next, limit);
      List<Numbered> entries = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          entries.add(new Numbered(row.getLong(1), entry(row)));
        }
      }
      return entries;
    });
  }

  private static String index(boolean byCall, boolean byAgent) {
    if (byCall) {
      return "ledger_entry_by_call";
    }
    return byAgent ? "ledger_entry_by_agent" : "ledger_entry_by_time";
  }

  private static LedgerEntry entry(ResultSet row) throws SQLException {
    Usage usage =
        new Usage(
            row.getLong(11),
            row.getLong(12),
            row.getLong(13),
            row.getLong(14),
            row.getLong(15),
            row.getLong(16),
            row.getBoolean(17));
    long picoUsd = row.getLong(18);
    Cost cost =
        row.wasNull()
            ? new Cost.Unknown()
            : new Cost.Known(
                Money.of(row.getLong(23), picoUsd), row.getString(19), row.getBoolean(20));
    return new LedgerEntry(
        row.getString(2),
        row.getString(3),
        row.getInt(4),
        row.getString(5),
        row.getString(6),
        row.getString(7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        usage,
        cost,
        row.getString(21),
        Nanos.instant(row.getLong(22)));
  }
}
