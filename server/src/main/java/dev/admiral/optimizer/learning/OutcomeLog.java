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
 * Settings#maxKinds} the sum that got no report for longest is forgotten, with its reports. Each
 * tenant has these bounds for itself, so that none pushes out what another one knows; tenants come
 * from the configuration, so their number is bounded.
 *
 * <p>Sums and reports change under this object's lock, held for a few steps. {@link #report}
 * returns when the report is durable: whoever gets {@code storeLock} writes all that has changed by
 * then, and those who waited for it find their own written, so that a burst of reports takes few
 * writes. While the store cannot be written nobody waits for it; what it lacks is a few marks on
 * what is in memory anyway, and goes with the next {@link #flush} that succeeds.
 */
public final class OutcomeLog {
  private static final Comparator<Map.Entry<OutcomeRecord.Key, Sum>> MOST_REPORTED_FIRST =
      Comparator.comparingLong((Map.Entry<OutcomeRecord.Key, Sum> sum) -> sum.getValue().count())
          .reversed()
          .thenComparing(sum -> sum.getKey().provider())
          .thenComparing(sum -> sum.getKey().model())
          .thenComparing(sum -> sum.getKey().taskType());

  private final OutcomeStore store;
  private final Settings settings;
  private final Time time;

  /** Held while the store is used. Taken before this object's lock, never after. */
  private final Object storeLock = new Object();

  @GuardedBy("this")
  private final Map<String, Tenant> tenants = new HashMap<>();

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
   * Bounds, for each tenant.
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

  /** What is known of one tenant's answers. */
  private static final class Tenant {
    /** Longest without a report first. */
    private final LinkedHashMap<OutcomeRecord.Key, Sum> sums = new LinkedHashMap<>(16, 0.75f, true);

    /** Oldest first. */
    private final LinkedHashMap<OutcomeReport.Id, OutcomeReport> reports = new LinkedHashMap<>();
  }

  private static final class Sum {
    private long good;
    private long bad;
    private long scores;
    private long scoreSum;
    private final Set<String> agents = new HashSet<>();
    private final Instant first;
    private Instant last;

    /** True if the store may have it, so that it must be erased there once it is forgotten here. */
    private boolean stored;

    /** True once it is forgotten here. */
    private boolean gone;

    Sum(Instant first) {
      this.first = first;
      this.last = first;
    }

    long count() {
      return good + bad;
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
          tenant(record.key().tenant()).sums.put(record.key(), sum(record));
        }
        for (OutcomeReport report : latest) {
          tenant(report.id().tenant()).reports.put(report.id(), report);
        }
        lastNumber = latest.isEmpty() ? 0 : latest.getLast().number();
        for (Tenant tenant : tenants.values()) {
          keepBounds(tenant);
        }
      }
    }
  }

  /** Returns where an earlier report of the same call by the same agent is counted. */
  public synchronized Optional<OutcomeRecord.Key> counted(OutcomeReport.Id id) {
    return Optional.ofNullable(tenant(id.tenant()).reports.get(id)).map(OutcomeReport::key);
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

  /** Returns what was reported, most reports first. */
  public synchronized List<OutcomeRecord> query(OutcomeQuery query) {
    return tenant(query.tenant()).sums.entrySet().stream()
        .filter(sum -> query.matches(sum.getKey()))
        .sorted(MOST_REPORTED_FIRST)
        .map(sum -> record(sum.getKey(), sum.getValue()))
        .toList();
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
  private Tenant tenant(String name) {
    return tenants.computeIfAbsent(name, n -> new Tenant());
  }

  @GuardedBy("this")
  private void count(
      OutcomeReport.Id id, OutcomeRecord.Key asked, boolean good, OptionalInt score) {
    Tenant tenant = tenant(id.tenant());
    OutcomeReport earlier = tenant.reports.remove(id);
    OutcomeRecord.Key key = earlier == null ? asked : earlier.key();
    Instant now = time.now();
    Sum sum = tenant.sums.computeIfAbsent(key, k -> new Sum(now));
    if (earlier != null) {
      sum.add(earlier, -1);
    }
    OutcomeReport report = new OutcomeReport(id, ++lastNumber, key, good, score);
    sum.add(report, 1);
    sum.last = now;
    if (sum.agents.size() < settings.maxAgents()) {
      sum.agents.add(id.agent());
    }
    tenant.reports.put(id, report);
    changedSums.put(key, sum);
    changedReports.add(id);
    keepBounds(tenant);
  }

  @GuardedBy("this")
  private void keepBounds(Tenant tenant) {
    while (tenant.reports.size() > settings.maxReports()) {
      changedReports.remove(tenant.reports.pollFirstEntry().getKey());
    }
    while (tenant.sums.size() > settings.maxKinds()) {
      Map.Entry<OutcomeRecord.Key, Sum> eldest = tenant.sums.pollFirstEntry();
      changedSums.remove(eldest.getKey());
      eldest.getValue().gone = true;
      if (eldest.getValue().stored) {
        forgotten.add(eldest.getKey());
      }
      for (Iterator<OutcomeReport> all = tenant.reports.values().iterator(); all.hasNext(); ) {
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
              changedReports(),
              oldest());
      changedSums.clear();
      changedReports.clear();
      forgotten.clear();
    }
    boolean done = false;
    try {
      store.write(change);
      storeProblem = null;
      done = true;
    } catch (IOException e) {
      // A caller who left says nothing about the store.
      if (!Thread.currentThread().isInterrupted()) {
        storeProblem = String.valueOf(e.getMessage());
      }
      throw e;
    } finally {
      synchronized (this) {
        ended(written, change, done);
      }
    }
  }

  @GuardedBy("this")
  private List<OutcomeReport> changedReports() {
    List<OutcomeReport> changed = new ArrayList<>(changedReports.size());
    for (OutcomeReport.Id id : changedReports) {
      changed.add(requireNonNull(tenant(id.tenant()).reports.get(id)));
    }
    return changed;
  }

  /** Returns the number of the oldest report of each tenant that has changes. */
  @GuardedBy("this")
  private Map<String, Long> oldest() {
    Map<String, Long> oldest = new HashMap<>();
    for (Set<OutcomeRecord.Key> keys : List.of(changedSums.keySet(), forgotten)) {
      for (OutcomeRecord.Key key : keys) {
        var eldest = tenant(key.tenant()).reports.firstEntry();
        oldest.put(key.tenant(), eldest == null ? lastNumber + 1 : eldest.getValue().number());
      }
    }
    return oldest;
  }

  /**
   * A write that failed may yet be done by a store that is only slow. So in both cases the sums may
   * be in the store now, and those forgotten meanwhile must leave it.
   */
  @GuardedBy("this")
  private void ended(
      Map<OutcomeRecord.Key, Sum> written, OutcomeStore.Change change, boolean done) {
    for (Map.Entry<OutcomeRecord.Key, Sum> entry : written.entrySet()) {
      entry.getValue().stored = true;
      if (entry.getValue().gone) {
        forgotten.add(entry.getKey());
      } else if (!done) {
        changedSums.put(entry.getKey(), entry.getValue());
      }
    }
    if (!done) {
      forgotten.addAll(change.forgotten());
      for (OutcomeReport report : change.reports()) {
        if (tenant(report.id().tenant()).reports.containsKey(report.id())) {
          changedReports.add(report.id());
        }
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
