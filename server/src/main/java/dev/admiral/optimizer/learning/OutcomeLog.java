package dev.admiral.optimizer.learning;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sums up what callers report of their answers, by tenant, provider, model and kind of task.
 *
 * <p>Each report is added to a sum at once. Beside the sums the latest {@link Settings#maxReports}
 * reports are kept as they came, for one reason: a second report of the same call by the same agent
 * takes the first one out of its sum before it goes in, so that minds may be changed and tries
 * repeated without counting twice. The oldest report is then let go and stays counted. Above {@link
 * Settings#maxKinds} the sum that got no report for longest is forgotten, with its reports.
 *
 * <p>Sums and reports change under this object's lock, held for a few steps. {@link #report}
 * returns when the report is durable: whoever gets {@code storeLock} writes all that has changed by
 * then, and those who waited for it find their own written, so that a burst of reports takes few
 * writes. While the store cannot be written nobody waits for it; what it lacks is a few marks on
 * what is in memory anyway, and goes with the next {@link #flush} that succeeds.
 */
public final class OutcomeLog {
  private static final int MOST_TOLD = 1_000;

  private static final Comparator<OutcomeRecord> MOST_REPORTED_FIRST =
      Comparator.comparingLong(OutcomeRecord::count)
          .reversed()
          .thenComparing(record -> record.key().provider())
          .thenComparing(record -> record.key().model())
          .thenComparing(record -> record.key().taskType());

  private final OutcomeStore store;
  private final Settings settings;
  private final Time time;

  /** Held while the store is used. Taken before this object's lock, never after. */
  private final Object storeLock = new Object();

  /** Longest without a report first. */
  @GuardedBy("this")
  private final LinkedHashMap<OutcomeRecord.Key, Sum> sums = new LinkedHashMap<>(16, 0.75f, true);

  /** Oldest first. */
  @GuardedBy("this")
  private final LinkedHashMap<OutcomeReport.Id, OutcomeReport> reports = new LinkedHashMap<>();

  @GuardedBy("this")
  private long lastNumber;

  @GuardedBy("this")
  private final Map<OutcomeRecord.Key, Sum> changedSums = new HashMap<>();

  @GuardedBy("this")
  private final Set<OutcomeReport.Id> changedReports = new HashSet<>();

  /** Forgotten here and still in the store. */
  @GuardedBy("this")
  private final Set<OutcomeRecord.Key> forgotten = new HashSet<>();

  private volatile @Nullable String storeProblem;

  /**
   * Bounds, all tenants together.
   *
   * @param maxKinds most sums kept; one takes about 300 bytes
   * @param maxAgents most agents told apart in one sum; one takes about 100 bytes
   * @param maxReports latest reports that can be replaced; one takes about 300 bytes
   */
  public record Settings(int maxKinds, int maxAgents, int maxReports) {
    /** 10,000 sums, 100 agents, 10,000 reports. */
    public static final Settings DEFAULT = new Settings(10_000, 100, 10_000);

    /**
     * @throws IllegalArgumentException if a bound is below 1; the message names it
     */
    public Settings {
      if (maxKinds < 1 || maxAgents < 1 || maxReports < 1) {
        throw new IllegalArgumentException(
            "maxKinds, maxAgents and maxReports must be at least 1, not "
                + maxKinds
                + ", "
                + maxAgents
                + " and "
                + maxReports);
      }
    }
  }

  private static final class Sum {
    private long good;
    private long bad;
    private long scores;
    private long scoreSum;
    private final Set<String> agents = new HashSet<>();
    private final Instant first;
    private Instant last;

    /** True if the store has it, so that it must be erased there once it is forgotten here. */
    private boolean stored;

    /** True once it is forgotten here. */
    private boolean gone;

    Sum(Instant first) {
      this.first = first;
      this.last = first;
    }

    /**
     * @param times 1 to put the report in, -1 to take it out
     */
    void add(OutcomeReport report, int times) {
      if (report.good()) {
        good += times;
      } else {
        bad += times;
      }
      if (report.score().isPresent()) {
        scores += times;
        scoreSum += (long) times * report.score().getAsInt();
      }
    }
  }

  /**
   * @param store where outcomes outlive the process
   * @param settings bounds
   * @param time dates the reports
   */
  public OutcomeLog(OutcomeStore store, Settings settings, Time time) {
    this.store = store;
    this.settings = settings;
    this.time = time;
  }

  /**
   * Takes over what the store kept. Call it once, before the first report.
   *
   * @throws IOException if the store cannot be read
   */
  public void load() throws IOException {
    synchronized (storeLock) {
      OutcomeStore.Kept kept = store.load();
      List<OutcomeRecord> records = new ArrayList<>(kept.records());
      records.sort(Comparator.comparing(OutcomeRecord::last));
      List<OutcomeReport> latest = new ArrayList<>(kept.reports());
      latest.sort(Comparator.comparingLong(OutcomeReport::number));
      synchronized (this) {
        for (OutcomeRecord record : records) {
          sums.put(record.key(), sum(record));
        }
        for (OutcomeReport report : latest) {
          reports.put(report.id(), report);
        }
        lastNumber = latest.isEmpty() ? 0 : latest.getLast().number();
        keepBounds();
      }
    }
  }

  /** Returns where an earlier report of the same call by the same agent is counted. */
  public synchronized Optional<OutcomeRecord.Key> counted(OutcomeReport.Id id) {
    return Optional.ofNullable(reports.get(id)).map(OutcomeReport::key);
  }

  /**
   * Counts a report, in place of an earlier one by the same agent on the same call. Blocks until it
   * is durable, unless the store cannot be written now: then a later {@link #flush} does it.
   *
   * @param id who reports on what
   * @param key which answers the call's belongs to; an earlier report's holds
   * @param good true if the answer served
   * @param score quality, 0 to 1, kept to nine decimals; empty if unknown
   */
  public void report(
      OutcomeReport.Id id, OutcomeRecord.Key key, boolean good, OptionalDouble score) {
    OptionalInt billionths =
        score.isPresent()
            ? OptionalInt.of((int) Math.round(score.getAsDouble() * OutcomeReport.SCORE_OF_ONE))
            : OptionalInt.empty();
    synchronized (this) {
      count(id, key, good, billionths);
    }
    if (storeProblem == null) {
      synchronized (storeLock) {
        if (storeProblem == null) {
          try {
            write();
          } catch (IOException e) {
            // Remembered for Health, and tried again by flush().
          }
        }
      }
    }
  }

  /** Returns what was reported, most reports first, at most 1,000 sums. */
  public List<OutcomeRecord> query(OutcomeQuery query) {
    List<OutcomeRecord> found = new ArrayList<>();
    synchronized (this) {
      for (Map.Entry<OutcomeRecord.Key, Sum> entry : sums.entrySet()) {
        if (query.matches(entry.getKey())) {
          found.add(record(entry.getKey(), entry.getValue()));
        }
      }
    }
    return found.stream().sorted(MOST_REPORTED_FIRST).limit(MOST_TOLD).toList();
  }

  /**
   * Writes what is not in the store yet. Blocks on it; call it now and then and at the end.
   *
   * @throws IOException if the store cannot be written now
   */
  public void flush() throws IOException {
    synchronized (storeLock) {
      write();
    }
  }

  /** Returns why the store lacks reports, for Health; empty if it has them all. */
  public Optional<String> storeProblem() {
    return Optional.ofNullable(storeProblem);
  }

  /** Returns how many of the latest reports the store lacks. */
  public synchronized int waiting() {
    return changedReports.size();
  }

  @GuardedBy("this")
  private void count(
      OutcomeReport.Id id, OutcomeRecord.Key asked, boolean good, OptionalInt score) {
    OutcomeReport earlier = reports.remove(id);
    OutcomeRecord.Key key = earlier == null ? asked : earlier.key();
    Instant now = time.now();
    Sum sum = sums.computeIfAbsent(key, k -> new Sum(now));
    if (earlier != null) {
      sum.add(earlier, -1);
    }
    OutcomeReport report = new OutcomeReport(id, ++lastNumber, key, good, score);
    sum.add(report, 1);
    sum.last = now;
    if (sum.agents.size() < settings.maxAgents()) {
      sum.agents.add(id.agent());
    }
    reports.put(id, report);
    changedSums.put(key, sum);
    changedReports.add(id);
    keepBounds();
  }

  @GuardedBy("this")
  private void keepBounds() {
    while (reports.size() > settings.maxReports()) {
      changedReports.remove(reports.pollFirstEntry().getKey());
    }
    while (sums.size() > settings.maxKinds()) {
      Map.Entry<OutcomeRecord.Key, Sum> eldest = sums.pollFirstEntry();
      changedSums.remove(eldest.getKey());
      eldest.getValue().gone = true;
      if (eldest.getValue().stored) {
        forgotten.add(eldest.getKey());
      }
      for (Iterator<OutcomeReport> all = reports.values().iterator(); all.hasNext(); ) {
        OutcomeReport report = all.next();
        if (report.key().equals(eldest.getKey())) {
          changedReports.remove(report.id());
          all.remove();
        }
      }
    }
  }

  @GuardedBy("storeLock")
  private void write() throws IOException {
    Map<OutcomeRecord.Key, Sum> written;
    OutcomeStore.Change change;
    synchronized (this) {
      if (changedSums.isEmpty() && forgotten.isEmpty()) {
        return;
      }
      written = Map.copyOf(changedSums);
      change =
          new OutcomeStore.Change(
              forgotten,
              written.entrySet().stream().map(e -> record(e.getKey(), e.getValue())).toList(),
              reportsOf(changedReports),
              reports.isEmpty() ? lastNumber + 1 : reports.firstEntry().getValue().number());
      changedSums.clear();
      changedReports.clear();
      forgotten.clear();
    }
    try {
      store.write(change);
      storeProblem = null;
      synchronized (this) {
        stored(written);
      }
    } catch (IOException e) {
      // A caller who left says nothing about the store.
      if (!Thread.currentThread().isInterrupted()) {
        storeProblem = String.valueOf(e.getMessage());
      }
      synchronized (this) {
        markAgain(written, change);
      }
      throw e;
    }
  }

  @GuardedBy("this")
  private List<OutcomeReport> reportsOf(Set<OutcomeReport.Id> ids) {
    List<OutcomeReport> found = new ArrayList<>(ids.size());
    for (OutcomeReport.Id id : ids) {
      found.add(requireNonNull(reports.get(id)));
    }
    return found;
  }

  /** Sums that were forgotten while they were written are in the store now, and must leave it. */
  @GuardedBy("this")
  private void stored(Map<OutcomeRecord.Key, Sum> written) {
    for (Map.Entry<OutcomeRecord.Key, Sum> entry : written.entrySet()) {
      entry.getValue().stored = true;
      if (entry.getValue().gone) {
        forgotten.add(entry.getKey());
      }
    }
  }

  @GuardedBy("this")
  private void markAgain(Map<OutcomeRecord.Key, Sum> written, OutcomeStore.Change change) {
    forgotten.addAll(change.forgotten());
    for (Map.Entry<OutcomeRecord.Key, Sum> entry : written.entrySet()) {
      if (!entry.getValue().gone) {
        changedSums.put(entry.getKey(), entry.getValue());
      }
    }
    for (OutcomeReport report : change.reports()) {
      if (reports.containsKey(report.id())) {
        changedReports.add(report.id());
      }
    }
  }

  private static OutcomeRecord record(OutcomeRecord.Key key, Sum sum) {
    return new OutcomeRecord(
        key, sum.good, sum.bad, sum.scores, sum.scoreSum, sum.agents, sum.first, sum.last);
  }

  private static Sum sum(OutcomeRecord record) {
    Sum sum = new Sum(record.first());
    sum.good = record.good();
    sum.bad = record.bad();
    sum.scores = record.scores();
    sum.scoreSum = record.scoreSum();
    sum.agents.addAll(record.agents());
    sum.last = record.last();
    sum.stored = true;
    return sum;
  }
}
