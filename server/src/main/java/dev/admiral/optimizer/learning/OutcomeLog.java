package dev.admiral.optimizer.learning;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.call.StoreWriter;
import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
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
 * writes. What is written of a sum is what it gained, so that servers that share a store do not
 * undo each other's. While the store cannot be written nobody waits for it; what it lacks is a few
 * marks on what is in memory anyway, and goes with the next {@link #flush} that succeeds.
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

  @GuardedBy("storeLock")
  private final StoreWriter writer;

  @GuardedBy("this")
  private final Map<String, Tenant> tenants = new HashMap<>();

  @GuardedBy("this")
  private long lastNumber;

  @GuardedBy("this")
  private final Map<OutcomeRecord.Key, Sum> changedSums = new LinkedHashMap<>();

  @GuardedBy("this")
  private final Set<OutcomeReport.Id> changedReports = new HashSet<>();

  /** Of the reports, those on their way to the store; some may have changed again since. */
  @GuardedBy("this")
  private final Set<OutcomeReport.Id> reportsUnderWay = new HashSet<>();

  /** Forgotten here and still in the store. */
  @GuardedBy("this")
  private final Set<OutcomeRecord.Key> forgotten = new HashSet<>();

  /** Let go here and still in the store; they stay counted. */
  @GuardedBy("this")
  private final Set<OutcomeReport.Id> letGo = new HashSet<>();

  /** Reports kept here that the store may have too, perhaps as they were before. */
  @GuardedBy("this")
  private final Set<OutcomeReport.Id> storedReports = new HashSet<>();

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

  /** Counts of reports; negative where more were taken out than put in. */
  private static final class Tally {
    private long good;
    private long bad;
    private long scores;
    private long scoreSum;

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

    void add(OutcomeRecord sum) {
      good += sum.good();
      bad += sum.bad();
      scores += sum.scores();
      scoreSum += sum.scoreSum();
    }
  }

  private static final class Sum {
    private final Tally all = new Tally();
    private final Set<String> agents = new HashSet<>();
    private final Instant first;
    private Instant last;

    /** Of all, what was not given to the store yet. */
    private Tally gained = new Tally();

    /** Of the agents, those that were not given to the store yet. */
    private Set<String> gainedAgents = new HashSet<>();

    /** True if the store may have it, so that it must be erased there once it is forgotten here. */
    private boolean stored;

    /** True once it is forgotten here. */
    private boolean gone;

    Sum(Instant first) {
      this.first = first;
      this.last = first;
    }

    long count() {
      return all.good + all.bad;
    }

    /**
     * @param times 1 to put the report in, -1 to take it out
     */
    void add(OutcomeReport report, int times) {
      all.add(report, times);
      gained.add(report, times);
    }
  }

  /**
   * @param store where outcomes outlive the process
   * @param storeWait longest wait for one writing
   * @param settings bounds
   * @param time dates the reports
   */
  public OutcomeLog(OutcomeStore store, Duration storeWait, Settings settings, Time time) {
    this.store = store;
    this.writer = new StoreWriter(storeWait);
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
      OutcomeStore.Kept kept = StoreWait.forEnd(store.load());
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
          storedReports.add(report.id());
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
   * Writes what is not in the store yet; while a writing has not ended no other is begun. Blocks on
   * the store; call it now and then and at the end.
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

  /**
   * Returns how many of the latest reports the store lacks, as far as is known: those that are
   * being written are among them until they are durable.
   */
  public synchronized int waiting() {
    int waiting = changedReports.size();
    for (OutcomeReport.Id id : reportsUnderWay) {
      if (!changedReports.contains(id)) {
        waiting++;
      }
    }
    return waiting;
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
    if (sum.agents.size() < settings.maxAgents() && sum.agents.add(id.agent())) {
      sum.gainedAgents.add(id.agent());
    }
    tenant.reports.put(id, report);
    changedSums.put(key, sum);
    changedReports.add(id);
    keepBounds(tenant);
  }

  @GuardedBy("this")
  private void keepBounds(Tenant tenant) {
    while (tenant.reports.size() > settings.maxReports()) {
      OutcomeReport.Id eldest = tenant.reports.pollFirstEntry().getKey();
      changedReports.remove(eldest);
      reportsUnderWay.remove(eldest);
      if (storedReports.remove(eldest)) {
        letGo.add(eldest);
      }
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
          reportsUnderWay.remove(report.id());
          storedReports.remove(report.id());
          all.remove();
        }
      }
    }
  }

  @GuardedBy("storeLock")
  private void write() throws IOException {
    try {
      writer.settle();
      Taken taken = take();
      if (taken != null) {
        writer.await(store.write(taken.change), this::written, () -> giveBack(taken));
      }
      storeProblem = null;
    } catch (InterruptedIOException e) {
      // A caller who left says nothing about the store.
      throw e;
    } catch (IOException e) {
      storeProblem = String.valueOf(e.getMessage());
      throw e;
    }
  }

  /** What is on its way to the store, and the sums it was taken from. */
  private record Taken(OutcomeStore.Change change, List<Sum> sums) {}

  /** Takes what the store does not have; null if there is nothing. */
  private synchronized @Nullable Taken take() {
    if (changedSums.isEmpty() && forgotten.isEmpty() && letGo.isEmpty()) {
      return null;
    }
    List<OutcomeRecord> gains = new ArrayList<>(changedSums.size());
    changedSums.forEach((key, sum) -> {
      gains.add(record(key, sum.gained, sum.gainedAgents, sum));
      sum.gained = new Tally();
      sum.gainedAgents = new HashSet<>();
      sum.stored = true;
    });
    Taken taken =
        new Taken(
            new OutcomeStore.Change(forgotten, letGo, gains, changedReports()),
            List.copyOf(changedSums.values()));
    storedReports.addAll(changedReports);
    reportsUnderWay.addAll(changedReports);
    changedSums.clear();
    changedReports.clear();
    forgotten.clear();
    letGo.clear();
    return taken;
  }

  @GuardedBy("this")
  private List<OutcomeReport> changedReports() {
    List<OutcomeReport> changed = new ArrayList<>(changedReports.size());
    for (OutcomeReport.Id id : changedReports) {
      changed.add(requireNonNull(tenant(id.tenant()).reports.get(id)));
    }
    return changed;
  }

  private synchronized void written() {
    reportsUnderWay.clear();
  }

  /**
   * Takes back what was not written. What was forgotten or let go meanwhile stays so; what it still
   * erases comes before what is added, then as now.
   */
  private synchronized void giveBack(Taken taken) {
    reportsUnderWay.clear();
    forgotten.addAll(taken.change.forgotten());
    letGo.addAll(taken.change.letGo());
    for (int i = 0; i < taken.sums.size(); i++) {
      Sum sum = taken.sums.get(i);
      OutcomeRecord gain = taken.change.gains().get(i);
      if (!sum.gone) {
        sum.gained.add(gain);
        sum.gainedAgents.addAll(gain.agents());
        changedSums.put(gain.key(), sum);
      }
    }
    for (OutcomeReport report : taken.change.reports()) {
      if (tenant(report.id().tenant()).reports.containsKey(report.id())) {
        changedReports.add(report.id());
      }
    }
  }

  private static OutcomeRecord record(OutcomeRecord.Key key, Sum sum) {
    return record(key, sum.all, sum.agents, sum);
  }

  private static OutcomeRecord record(
      OutcomeRecord.Key key, Tally tally, Set<String> agents, Sum sum) {
    return new OutcomeRecord(
        key, tally.good, tally.bad, tally.scores, tally.scoreSum, agents, sum.first, sum.last);
  }

  private static Sum sum(OutcomeRecord record) {
    Sum sum = new Sum(record.first());
    sum.all.add(record);
    sum.agents.addAll(record.agents());
    sum.last = record.last();
    sum.stored = true;
    return sum;
  }
}
