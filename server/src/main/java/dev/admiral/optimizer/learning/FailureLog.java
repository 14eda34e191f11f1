package dev.admiral.optimizer.learning;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.call.StoreWriter;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.time.Duration;
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
 * <p>Counts live in memory under one lock, held for well under a microsecond at a failure; {@link
 * #flush} adds what they gained to the store, so that servers that share one do not undo each
 * other's. A crash loses the gains since the last flush, which are advice, not money. Of each kind
 * as many agents are told apart as {@link Settings#maxAgents}; above {@link Settings#maxKinds} the
 * kind not seen for longest is forgotten, in the store as well. Each tenant has these bounds for
 * itself, so that none pushes out what another one knows.
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

  private final Map<FailureRecord.Key, Kind> changed = new LinkedHashMap<>();
  private final Set<FailureRecord.Key> removed = new HashSet<>();
  private final Set<LearningStore.AgentName> removedAgents = new HashSet<>();

  /** Held while the store is used. Taken before {@code tenants}, never after. */
  private final Object storeLock = new Object();

  @GuardedBy("storeLock")
  private final StoreWriter writer;

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

    /** Of the count, what was not given to the store yet. */
    private long gained;

    /** Of the agents, those that were not given to the store yet. */
    private Set<String> gainedAgents = new HashSet<>();

    /** True if the store may have it, so that it must be erased there once it is forgotten here. */
    private boolean stored;

    /** True once it is forgotten here. */
    private boolean gone;

    Kind(Instant first) {
      this.first = first;
      this.last = first;
    }
  }

  /**
   * @param store where counts outlive the process
   * @param storeWait longest wait for one writing
   * @param settings bounds
   * @param time dates the failures
   */
  public FailureLog(LearningStore store, Duration storeWait, Settings settings, Time time) {
    this.store = store;
    this.writer = new StoreWriter(storeWait);
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
      List<FailureRecord> kept = new ArrayList<>(StoreWait.forEnd(store.load()));
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
      kind.gained++;
      if (kind.agents.size() < settings.maxAgents() && kind.agents.add(caller.agent())) {
        kind.gainedAgents.add(caller.agent());
      }
      kind.last = now;
      if (attempt.httpStatus() != 0) {
        kind.httpStatus = attempt.httpStatus();
      }
      changed.put(key, kind);
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
        entry.getValue().agents.remove(agent);
        entry.getValue().gainedAgents.remove(agent);
      }
      removedAgents.add(new LearningStore.AgentName(tenant, agent));
    }
  }

  /**
   * Writes what was gained and forgotten since the last time. What cannot be written is written by
   * a later flush; while a writing has not ended no other is begun. Blocks on the store; call it
   * now and then and at the end.
   *
   * @throws IOException if the store cannot be written now
   */
  public void flush() throws IOException {
    synchronized (storeLock) {
      try {
        writer.settle();
        Taken taken = take();
        if (!taken.isEmpty()) {
          writer.await(store.write(taken.change()), () -> {}, () -> giveBack(taken));
        }
        storeProblem = null;
      } catch (IOException e) {
        storeProblem = String.valueOf(e.getMessage());
        throw e;
      }
    }
  }

  /** Returns why the last flush could not write, for Health; empty if it could. */
  public Optional<String> storeProblem() {
    return Optional.ofNullable(storeProblem);
  }

  /** What is on its way to the store, and the kinds it was taken from. */
  private record Taken(LearningStore.Change change, List<Kind> kinds) {
    boolean isEmpty() {
      return change.forgotten().isEmpty()
          && change.forgottenAgents().isEmpty()
          && change.gains().isEmpty();
    }
  }

  private Taken take() {
    synchronized (tenants) {
      List<FailureRecord> gains = new ArrayList<>(changed.size());
      changed.forEach((key, kind) -> {
        gains.add(
            new FailureRecord(
                key, kind.gained, kind.gainedAgents, kind.first, kind.last, kind.httpStatus));
        kind.gained = 0;
        kind.gainedAgents = new HashSet<>();
        kind.stored = true;
      });
      Taken taken =
          new Taken(
              new LearningStore.Change(removed, removedAgents, gains),
              List.copyOf(changed.values()));
      changed.clear();
      removed.clear();
      removedAgents.clear();
      return taken;
    }
  }

  /**
   * Takes back what was not written. What was forgotten meanwhile stays so; what it still erases
   * comes before what is added, then as now.
   */
  private void giveBack(Taken taken) {
    synchronized (tenants) {
      removed.addAll(taken.change().forgotten());
      removedAgents.addAll(taken.change().forgottenAgents());
      for (int i = 0; i < taken.kinds().size(); i++) {
        Kind kind = taken.kinds().get(i);
        FailureRecord gain = taken.change().gains().get(i);
        if (!kind.gone) {
          kind.gained += gain.count();
          gain.agents().stream().filter(kind.agents::contains).forEach(kind.gainedAgents::add);
          changed.put(gain.key(), kind);
        }
      }
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

  private static FailureRecord record(FailureRecord.Key key, Kind kind) {
    return new FailureRecord(key, kind.count, kind.agents, kind.first, kind.last, kind.httpStatus);
  }

  private void forgetEldest(SequencedMap<FailureRecord.Key, Kind> kinds) {
    while (kinds.size() > settings.maxKinds()) {
      Map.Entry<FailureRecord.Key, Kind> eldest = kinds.pollFirstEntry();
      changed.remove(eldest.getKey());
      eldest.getValue().gone = true;
      if (eldest.getValue().stored) {
        removed.add(eldest.getKey());
      }
    }
  }
}
