package dev.admiral.optimizer.ledger;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one book of what was paid and saved.
 *
 * <p><b>Paid calls.</b> {@link #enter} hands the entry to the store, with the records that tell of
 * it, and waits until all are durable; they are never apart, in the store or in the backlog. If the
 * store fails, or takes longer than the bound, the entry joins the backlog: an ordered list in
 * memory that a background thread works off, oldest first, every flush. While any of it is not
 * given to the store, later entries join it at once, without waiting: the store's trouble is known,
 * and one slow call has paid for learning it. A flush tries the oldest; once the store takes those,
 * it is given the others in rounds that its queue can hold, and after the last one later entries go
 * to it again, behind them. Who joins meanwhile waits for the own entry, so that calls come no
 * faster than the store takes them, and the backlog ends with the trouble, however many go on. An
 * entry is never given to the store a second time before the first writing has failed for certain,
 * and the store ignores an identifier it has, so none is counted twice. An interrupt does not end
 * the wait: the call was paid for whether or not somebody still wants its answer, and a bystander
 * that took the interrupt for the store's trouble would send everybody else to the backlog.
 *
 * <p>Once the backlog is full, {@link #accepting} turns false and the pipeline starts no new paid
 * calls. Entries of calls that were upstream by then are still kept, so the backlog may exceed its
 * bound by as many as were in flight: a call that was paid for is never turned away.
 *
 * <p><b>Saved calls</b> are too many and too quick to be written one by one. Each set of equal ones
 * has a pair of counters that only ever grow; a flush writes what they gained since the last
 * writing that succeeded. Nothing is reset, so nothing can fall between a read and a reset, and a
 * writing that failed needs no repair.
 */
public final class Ledger implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);

  /** Entries that try whether a store that failed takes any again. */
  private static final int PROBE = 256;

  /** Entries that a store which is back is given at once; its queue holds more. */
  private static final int ROUND = 8_192;

  private static final int DEFAULT_PAGE = 100;
  private static final int LARGEST_PAGE = 1000;
  private static final long SECONDS_A_DAY = 86_400;

  /**
   * The ledger's bounds.
   *
   * @param writeWait longest wait of one call for its entry to be durable
   * @param backlogLimit entries kept in memory before new paid calls are refused
   * @param flushInterval how often savings are written and the backlog is tried
   */
  public record Settings(Duration writeWait, int backlogLimit, Duration flushInterval) {
    /** Two seconds, 10,000 entries, each second. */
    public static final Settings DEFAULT =
        new Settings(Duration.ofSeconds(2), 10_000, Duration.ofSeconds(1));
  }

  /**
   * Whether entries become durable.
   *
   * @param state serving, degraded while entries wait in memory, not serving when new paid calls
   *     are refused
   * @param reason why, in one sentence; empty while serving
   * @param since since when
   * @param backlog entries waiting in memory
   */
  public record Health(HealthState state, String reason, Instant since, int backlog) {}

  /**
   * An entry that is not known to be durable, with the records that go with it, and its last
   * writing if it was given to the store.
   */
  private static final class Waiting {
    final UnitOfWork work;

    /** Completed once the entry has left the backlog. */
    final CompletableFuture<@Nullable Void> durable = new CompletableFuture<>();

    @Nullable CompletableFuture<@Nullable Void> writing;

    Waiting(UnitOfWork work, @Nullable CompletableFuture<@Nullable Void> writing) {
      this.work = work;
      this.writing = writing;
    }
  }

  private final LedgerStore store;
  private final Settings settings;
  private final Time time;
  private final Savings savings = new Savings();

  /** Guards the backlog and its trouble; held briefly, never while waiting. */
  private final ReentrantLock lock = new ReentrantLock();

  /** In order of arrival; entries are compared by identity. */
  private final LinkedHashSet<Waiting> backlog = new LinkedHashSet<>();

  private String trouble = "";
  private Instant troubleSince;

  /** Size of the backlog, readable without the lock. */
  private volatile int behind;

  /** True while the store was not given all that waits: what comes later joins the backlog. */
  private volatile boolean holding;

  /** True while a store that is back is given what waits. */
  private volatile boolean returning;

  /**
   * Held by the one thread that flushes; guards the writing of savings and each entry's writing.
   */
  private final ReentrantLock flushing = new ReentrantLock();

  private Savings.@Nullable Gains gains;
  private @Nullable CompletableFuture<@Nullable Void> savingsWriting;
  private boolean savingsLate;

  private @Nullable Thread flusher;

  /** Guards the flusher's rest: it is interrupted while it rests, and never in a flush. */
  private final ReentrantLock resting = new ReentrantLock();

  private boolean rests;
  private boolean closed;

  public Ledger(LedgerStore store, Settings settings, Time time) {
    this.store = store;
    this.settings = settings;
    this.time = time;
    this.troubleSince = time.now();
  }

  /**
   * Starts the background thread. Without it nothing is flushed but by {@link #flush} and close.
   */
  public void start() {
    flusher = Thread.ofVirtual().name("ledger-flush").start(this::flushUntilClosed);
  }

  /** Returns true while new paid calls may start: the backlog is not full. */
  public boolean accepting() {
    return behind == 0 || behind < settings.backlogLimit();
  }

  /**
   * Refuses new paid calls while the backlog is full.
   *
   * @throws CallException with STORE_UNAVAILABLE
   */
  public void checkAccepting() throws CallException {
    if (!accepting()) {
      throw unavailable(
          "the ledger cannot store what calls cost and its backlog is full, so no paid call may"
              + " start; see the health of the ledger");
    }
  }

  /** Enters a paid call of which there is nothing to tell, as {@link #enter(UnitOfWork)} does. */
  public boolean enter(LedgerEntry entry) {
    return enter(UnitOfWork.of(entry));
  }

  /**
   * Enters a paid call and what is to be told of it. Waits until both are durable, at most the
   * setting's bound; an interrupt is kept for the caller and does not shorten the wait.
   *
   * @return true if entry and records are durable; false if they wait in memory, together, until
   *     the store is back
   */
  public boolean enter(UnitOfWork work) {
    Waiting joined = holding ? joinedBacklog(work) : null;
    if (joined != null) {
      return returning && await(joined.durable, settings.writeWait()) == null;
    }
    CompletableFuture<@Nullable Void> writing = store.commit(work);
    String reason = await(writing, settings.writeWait());
    if (reason == null) {
      return true;
    }
    addToBacklog(new Waiting(work, writing), reason);
    return false;
  }

  /** Returns what enters the savings of every answer that nobody paid for. */
  public CallObserver savings() {
    return new CallObserver() {
      @Override
      public String name() {
        return "savings";
      }

      @Override
      public void finished(FinishedCall call) {
        if (call.outcome() instanceof Answered answered
            && answered.source() != Source.SOURCE_UPSTREAM) {
          saved(call.call().caller(), answered.answer(), answered.source(), call.savedTime());
        }
      }
    };
  }

  /**
   * Counts a call that was answered without paying. Quick, and never blocks.
   *
   * @param time what its caller did not wait, 0 and up
   */
  void saved(Caller caller, Answer answer, Source source, Duration time) {
    savings.count(today(), caller, answer, source, time);
  }

  /**
   * Returns sums over what was entered and saved until now.
   *
   * @throws CallException with STORE_UNAVAILABLE if the store does not answer
   */
  public Report report(ReportQuery query) throws CallException {
    flushSavings();
    try {
      return Report.of(StoreWait.forEnd(store.rows(query)), query.grouping());
    } catch (IOException e) {
      throw unavailable("the ledger cannot be read: " + e.getMessage());
    }
  }

  /**
   * Returns entries, newest first.
   *
   * @param pageSize most entries to return; 0 means 100, more than 1,000 means 1,000
   * @param pageToken token of the page before; empty for the first
   * @throws IllegalArgumentException if the size is negative, or the token is not one that this
   *     query gave
   * @throws CallException with STORE_UNAVAILABLE if the store does not answer
   */
  public EntryPage entries(EntryQuery query, int pageSize, String pageToken) throws CallException {
    if (pageSize < 0) {
      throw new IllegalArgumentException("page_size is " + pageSize + "; it must not be negative");
    }
    int size = pageSize == 0 ? DEFAULT_PAGE : Math.min(pageSize, LARGEST_PAGE);
    LedgerStore.Place before = PageToken.decode(pageToken, query);
    try {
      List<LedgerStore.Numbered> found = StoreWait.forEnd(store.entries(query, before, size + 1));
      boolean more = found.size() > size;
      List<LedgerStore.Numbered> page = more ? found.subList(0, size) : found;
      return new EntryPage(
          page.stream().map(LedgerStore.Numbered::entry).toList(),
          more ? PageToken.encode(page.getLast(), query) : "");
    } catch (IOException e) {
      throw unavailable("the ledger cannot be read: " + e.getMessage());
    }
  }

  /** Returns whether entries become durable. */
  public Health health() {
    lock.lock();
    try {
      HealthState state =
          backlog.isEmpty()
              ? HealthState.HEALTH_STATE_SERVING
              : accepting()
                  ? HealthState.HEALTH_STATE_DEGRADED
                  : HealthState.HEALTH_STATE_NOT_SERVING;
      String reason =
          backlog.isEmpty()
              ? ""
              : "entries waiting in memory: " + backlog.size() + ", because " + trouble;
      return new Health(state, reason, troubleSince, backlog.size());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes what is held in memory, as far as the store takes it; waits at most the setting's bound
   * for each part.
   */
  public void flush() {
    flushSavings();
    catchUp();
  }

  /**
   * Stops the background thread, once its flush is done if it is in one, and writes what is held in
   * memory, as {@link #flush} does.
   */
  @Override
  public void close() {
    Thread thread = flusher;
    if (thread != null) {
      endRest(thread);
      awaitEnd(thread);
    }
    // A writing that was late before has its full time once more: nobody comes after us.
    flushing.lock();
    try {
      savingsLate = false;
    } finally {
      flushing.unlock();
    }
    flush();
    Health health = health();
    if (health.backlog() > 0) {
      log.error("closing with ledger {}", health.reason());
    }
  }

  private void flushUntilClosed() {
    while (rest()) {
      flush();
    }
  }

  /** Waits for the next flush; returns false once the ledger is closed. */
  private boolean rest() {
    if (!setResting(true)) {
      return false;
    }
    try {
      time.sleep(settings.flushInterval());
    } catch (InterruptedException e) {
      // By close alone, as the next line tells.
    }
    return setResting(false);
  }

  private boolean setResting(boolean now) {
    resting.lock();
    try {
      rests = now;
      return !closed;
    } finally {
      resting.unlock();
    }
  }

  private void endRest(Thread thread) {
    resting.lock();
    try {
      closed = true;
      if (rests) {
        thread.interrupt();
      }
    } finally {
      resting.unlock();
    }
  }

  private static void awaitEnd(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void flushSavings() {
    flushing.lock();
    try {
      boolean complete = false;
      while (!complete) {
        complete = savingsWriting == null;
        if (savingsWriting == null) {
          gains = savings.gains();
          if (gains.savings().isEmpty()) {
            savings.forgetBefore(today());
            return;
          }
          savingsWriting = store.addSavings(gains.savings());
        }
        Duration wait = savingsLate ? Duration.ZERO : settings.writeWait();
        String reason = await(savingsWriting, wait);
        savingsLate = !savingsWriting.isDone();
        if (savingsLate) {
          return;
        }
        if (reason == null) {
          requireNonNull(gains).keep();
        } else {
          log.warn("savings wait in memory, because {}", reason);
          complete = true;
        }
        savingsWriting = null;
      }
    } finally {
      flushing.unlock();
    }
  }

  /** Writes the backlog in order: a probe first, and the rest if the store takes any of that. */
  private void catchUp() {
    flushing.lock();
    try {
      boolean back = behind > 0 && progress(giveProbe());
      returning = back;
      while (back && behind > 0) {
        back = progress(giveRound());
      }
    } finally {
      returning = false;
      flushing.unlock();
    }
  }

  /** Waits for writings of the backlog; returns true if some are durable and none is late. */
  private boolean progress(List<Waiting> given) {
    List<Waiting> written = new ArrayList<>();
    String reason = null;
    boolean late = false;
    for (Waiting waiting : given) {
      CompletableFuture<@Nullable Void> writing = requireNonNull(waiting.writing);
      String failure = await(writing, late ? Duration.ZERO : settings.writeWait());
      if (failure == null) {
        written.add(waiting);
      } else {
        reason = failure;
        late |= !writing.isDone();
      }
    }
    removeFromBacklog(written, reason);
    return !late && !written.isEmpty();
  }

  // The backlog.

  /** Gives the store a few of the backlog, and returns those. */
  private List<Waiting> giveProbe() {
    lock.lock();
    try {
      return giveOldest(PROBE);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives the store a round of the backlog, and returns it. With the last round it has all, and
   * what comes later goes behind it.
   */
  private List<Waiting> giveRound() {
    lock.lock();
    try {
      List<Waiting> round = giveOldest(ROUND);
      holding = round.size() < backlog.size();
      return round;
    } finally {
      lock.unlock();
    }
  }

  private List<Waiting> giveOldest(int most) {
    List<Waiting> oldest = backlog.stream().limit(most).toList();
    for (Waiting waiting : oldest) {
      if (waiting.writing == null || waiting.writing.isCompletedExceptionally()) {
        waiting.writing = store.commit(waiting.work);
      }
    }
    return oldest;
  }

  /**
   * Adds an entry if others wait that the store was not given, and returns it: it must not overtake
   * them, and need not wait to learn why they do. Returns null if none wait any more.
   */
  private @Nullable Waiting joinedBacklog(UnitOfWork work) {
    lock.lock();
    try {
      if (!holding) {
        return null;
      }
      Waiting joined = new Waiting(work, null);
      backlog.add(joined);
      behind = backlog.size();
      return joined;
    } finally {
      lock.unlock();
    }
  }

  private void addToBacklog(Waiting waiting, String reason) {
    lock.lock();
    try {
      if (backlog.isEmpty()) {
        troubleSince = time.now();
        log.warn("ledger entries wait in memory, because {}", reason);
      }
      trouble = reason;
      backlog.add(waiting);
      behind = backlog.size();
      holding = true;
    } finally {
      lock.unlock();
    }
  }

  private void removeFromBacklog(List<Waiting> written, @Nullable String reason) {
    lock.lock();
    try {
      for (Waiting waiting : written) {
        backlog.remove(waiting);
        waiting.durable.complete(null);
      }
      behind = backlog.size();
      if (reason != null) {
        trouble = reason;
        holding = true;
      }
      if (backlog.isEmpty()) {
        holding = false;
        troubleSince = time.now();
        log.info("the ledger has caught up");
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a writing, interrupted or not; returns null once it is durable, or why it is not. */
  private @Nullable String await(CompletableFuture<@Nullable Void> writing, Duration bound) {
    long end = time.nanos() + bound.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          writing.get(Math.max(0, end - time.nanos()), TimeUnit.NANOSECONDS);
          return null;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (TimeoutException e) {
      return "the store has not answered for " + bound.toMillis() + " ms";
    } catch (ExecutionException e) {
      String message = requireNonNullElse(e.getCause(), e).getMessage();
      return message == null ? "the store failed without saying why" : message;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private long today() {
    return Math.floorDiv(time.now().getEpochSecond(), SECONDS_A_DAY);
  }

  private static CallException unavailable(String message) {
    return new CallException(
        new Failure.Refused(ErrorReason.ERROR_REASON_STORE_UNAVAILABLE, message));
  }
}
