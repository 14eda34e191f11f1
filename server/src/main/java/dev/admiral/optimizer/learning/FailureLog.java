package dev.admiral.optimizer.learning;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Counts failed tries by tenant, provider, model and reason.
 *
 * <p>Counts live in memory under one lock, held for well under a microsecond at a failure, and are
 * written behind by {@link #flush}: a crash loses those since the last flush, which are advice, not
 * money. Of each kind as many agents are told apart as {@link Settings#maxAgents}; above {@link
 * Settings#maxKinds} the kind not seen for longest is forgotten, in the store as well. Each tenant
 * has these bounds for itself, so that none pushes out what another one knows.
 */
public final class FailureLog {
  private static final int DEFAULT_PAGE = 100;
  private static final int LARGEST_PAGE = 1_000;

  private final LearningStore store;
  private final Settings settings;
  private final Time time;

  /**
   * By tenant, the least recently seen kind first. Guarded by itself, as are {@code changed} and
   * {@code removed}.
   */
  private final Map<String, SequencedMap<FailureRecord.Key, Kind>> tenants = new HashMap<>();

  private final Set<FailureRecord.Key> changed = new HashSet<>();
  private final Set<FailureRecord.Key> removed = new HashSet<>();

  /** Held while the store is used. Taken before {@code tenants}, never after. */
  private final Object storeLock = new Object();

  private volatile @Nullable String storeProblem;

  /**
   * Bounds, for each tenant.
   *
   * @param maxKinds most kinds of failure kept; one takes about 300 bytes
   * @param maxAgents most agents told apart for one kind; one takes about 100 bytes
   */
  public record Settings(int maxKinds, int maxAgents) {
    /** 10,000 kinds, 100 agents. */
    public static final Settings DEFAULT = new Settings(10_000, 100);

    /**
     * @throws IllegalArgumentException if a bound is below 1; the message names it
     */
    public Settings {
      if (maxKinds < 1 || maxAgents < 1) {
        throw new IllegalArgumentException(
            "maxKinds and maxAgents must be at least 1, not " + maxKinds + " and " + maxAgents);
      }
    }
  }

  /** What is known of one kind. */
  private static final class Kind {
    private long count;
    private final Set<String> agents = new HashSet<>();
    private final Instant first;
    private Instant last;
    private int httpStatus;

    /** True if the store has it, so that it must be erased there once it is forgotten here. */
    private boolean stored;

    Kind(Instant first) {
      this.first = first;
      this.last = first;
    }
  }

  /**
   * @param store where counts outlive the process
   * @param settings bounds
   * @param time dates the failures
   */
  public FailureLog(LearningStore store, Settings settings, Time time) {
    this.store = store;
    this.settings = settings;
    this.time = time;
  }

  /**
   * Takes over what the store kept. Call it once, before the first failure.
   *
   * @throws IOException if the store cannot be read
   */
  public void load() throws IOException {
    synchronized (storeLock) {
      List<FailureRecord> kept = new ArrayList<>(store.load());
      kept.sort(Comparator.comparing(FailureRecord::last));
      synchronized (tenants) {
        for (FailureRecord record : kept) {
          Kind kind = new Kind(record.first());
          kind.count = record.count();
          kind.agents.addAll(record.agents());
          kind.last = record.last();
          kind.httpStatus = record.httpStatus();
          kind.stored = true;
          kinds(record.key().tenant()).put(record.key(), kind);
        }
        tenants.values().forEach(this::forgetEldest);
      }
    }
  }

  /**
   * Counts a try that failed; one that succeeded, or whose caller left, is passed over. Never waits
   * for the store.
   */
  public void failed(Caller caller, Attempt attempt) {
    Failure failure = attempt.failure();
    if (failure == null || failure.reason() == ErrorReason.ERROR_REASON_CALL_CANCELLED) {
      return;
    }
    FailureRecord.Key key =
        new FailureRecord.Key(
            caller.tenant(), attempt.provider(), attempt.model(), failure.reason());
    Instant now = time.now();
    synchronized (tenants) {
      SequencedMap<FailureRecord.Key, Kind> kinds = kinds(key.tenant());
      Kind kind = kinds.computeIfAbsent(key, k -> new Kind(now));
      kind.count++;
      if (kind.agents.size() < settings.maxAgents()) {
        kind.agents.add(caller.agent());
      }
      kind.last = now;
      if (attempt.httpStatus() != 0) {
        kind.httpStatus = attempt.httpStatus();
      }
      changed.add(key);
      kind.stored |= removed.remove(key);
      forgetEldest(kinds);
    }
  }

  /**
   * Returns a page of failures, most frequent first.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public FailurePage query(FailureQuery query) throws CallException {
    if (query.pageSize() < 0) {
      String message = "page_size is " + query.pageSize() + "; it must not be negative";
      throw new CallException(
          new Failure.Invalid(message, List.of(new Failure.Violation("page_size", message))));
    }
    int size = query.pageSize() == 0 ? DEFAULT_PAGE : Math.min(query.pageSize(), LARGEST_PAGE);
    FailurePlace after =
        query.pageToken().isEmpty() ? null : FailurePlace.ofToken(query.pageToken());
    List<FailureRecord> found =
        records(query.tenant()).stream()
            .filter(record -> query.matches(record.key()))
            .filter(record -> after == null || FailurePlace.of(record).compareTo(after) > 0)
            .sorted(Comparator.comparing(FailurePlace::of))
            .limit(size + 1L)
            .toList();
    return found.size() > size
        ? new FailurePage(found.subList(0, size), FailurePlace.of(found.get(size - 1)).token())
        : new FailurePage(found, "");
  }

  /** Erases an agent's name; what it met stays counted. */
  public void forget(String tenant, String agent) {
    synchronized (tenants) {
      // Not through get(), which would make every kind a recently seen one.
      for (Map.Entry<FailureRecord.Key, Kind> entry : kinds(tenant).entrySet()) {
        if (entry.getValue().agents.remove(agent)) {
          changed.add(entry.getKey());
        }
      }
    }
  }

  /**
   * Writes what changed since the last time. What cannot be written is written by a later flush.
   * Blocks on the store; call it now and then and at the end.
   *
   * @throws IOException if the store cannot be written now
   */
  public void flush() throws IOException {
    synchronized (storeLock) {
      Map<FailureRecord.Key, FailureRecord> write = new LinkedHashMap<>();
      Set<FailureRecord.Key> erase;
      synchronized (tenants) {
        if (changed.isEmpty() && removed.isEmpty()) {
          return;
        }
        for (Map.Entry<FailureRecord.Key, Kind> entry : all()) {
          if (changed.contains(entry.getKey())) {
            write.put(entry.getKey(), record(entry.getKey(), entry.getValue()));
          }
        }
        erase = Set.copyOf(removed);
        changed.clear();
        removed.clear();
      }
      try {
        store.write(write.values(), erase);
        storeProblem = null;
        noteStored(write.keySet());
      } catch (IOException e) {
        storeProblem = String.valueOf(e.getMessage());
        markAgain(write.keySet(), erase);
        throw e;
      }
    }
  }

  /** Returns why the last flush could not write, for Health; empty if it could. */
  public Optional<String> storeProblem() {
    return Optional.ofNullable(storeProblem);
  }

  private void noteStored(Set<FailureRecord.Key> written) {
    synchronized (tenants) {
      Set<FailureRecord.Key> forgotten = new HashSet<>(written);
      for (Map.Entry<FailureRecord.Key, Kind> entry : all()) {
        if (forgotten.remove(entry.getKey())) {
          entry.getValue().stored = true;
        }
      }
      removed.addAll(forgotten);
    }
  }

  private void markAgain(Set<FailureRecord.Key> written, Set<FailureRecord.Key> erased) {
    synchronized (tenants) {
      written.stream().filter(key -> kinds(key.tenant()).containsKey(key)).forEach(changed::add);
      Set<FailureRecord.Key> stillStored = new HashSet<>(erased);
      for (Map.Entry<FailureRecord.Key, Kind> entry : all()) {
        if (stillStored.remove(entry.getKey())) {
          entry.getValue().stored = true;
        }
      }
      removed.addAll(stillStored);
    }
  }

  private List<FailureRecord> records(String tenant) {
    synchronized (tenants) {
      return kinds(tenant).entrySet().stream().map(e -> record(e.getKey(), e.getValue())).toList();
    }
  }

  private SequencedMap<FailureRecord.Key, Kind> kinds(String tenant) {
    return tenants.computeIfAbsent(tenant, t -> new LinkedHashMap<>(16, 0.75f, true));
  }

  private List<Map.Entry<FailureRecord.Key, Kind>> all() {
    return tenants.values().stream().flatMap(kinds -> kinds.entrySet().stream()).toList();
  }

  private static FailureRecord record(FailureRecord.Key key, Kind kind) {
    return new FailureRecord(key, kind.count, kind.agents, kind.first, kind.last, kind.httpStatus);
  }

  private void forgetEldest(SequencedMap<FailureRecord.Key, Kind> kinds) {
    while (kinds.size() > settings.maxKinds()) {
      Map.Entry<FailureRecord.Key, Kind> eldest = kinds.pollFirstEntry();
      changed.remove(eldest.getKey());
      if (eldest.getValue().stored) {
        removed.add(eldest.getKey());
      }
    }
  }
}
