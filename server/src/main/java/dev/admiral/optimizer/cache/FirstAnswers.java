package dev.admiral.optimizer.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the first answer to each request_id, so that a repeat costs nothing. Whatever the answer
 * was, a cut one too: a repeat is to be told what the first call was. Invalidations do not touch
 * it, since it was given already.
 *
 * <p>Safe for use from any thread. Methods block only where they say so.
 */
public final class FirstAnswers implements CallObserver {
  private final Duration window;
  private final long waitNanos;
  private final DiskTier disk;
  private final Time time;
  private final Cache<CallKey, KnownRepeat> repeats;

  private static final class KnownRepeat implements Lived.Weighed {
    final CallKey body;
    final Answer answer;
    final int bytes;
    final long lifeNanos;

    /** True once it is on disk, false if it will not be. */
    final CompletableFuture<Boolean> durable;

    KnownRepeat(CallKey body, Answer answer, Duration life, CompletableFuture<Boolean> durable) {
      this.body = body;
      this.answer = answer;
      this.bytes = Lived.weight(answer);
      this.lifeNanos = Lived.nanos(life);
      this.durable = durable;
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public long lifeNanos() {
      return lifeNanos;
    }
  }

  FirstAnswers(CacheSettings settings, DiskTier disk, Time time) {
    this.window = settings.repeatWindow();
    this.waitNanos = settings.repeatWait().toNanos();
    this.disk = disk;
    this.time = time;
    this.repeats = Lived.weighed(settings.repeatMemoryBytes(), time, new LongAdder());
  }

  /** Returns the first answer to a request_id if it is in memory. Never blocks. */
  public @Nullable Repeat findInMemory(CallKey repeatKey) {
    KnownRepeat known = repeats.getIfPresent(repeatKey);
    if (known != null) {
      return new Repeat(known.body, known.answer, Hit.age(known.answer, time.now()));
    }
    return disk.writes().find(repeatKey) instanceof WriteBehind.Put put && put.body != null
        ? new Repeat(put.body, put.answer, Hit.age(put.answer, time.now()))
        : null;
  }

  /**
   * Returns false if {@link #find} would certainly find nothing more than {@link #findInMemory}:
   * then nobody needs to leave the event loop to ask. Never blocks.
   */
  public boolean mayBeOnDisk(CallKey repeatKey) {
    return disk.mayHold(repeatKey);
  }

  /** Returns the first answer to a request_id, from memory or disk. Blocks. */
  public @Nullable Repeat find(CallKey repeatKey) {
    Repeat known = findInMemory(repeatKey);
    if (known != null || !disk.mayHold(repeatKey)) {
      return known;
    }
    Row row = disk.reads().find(Shelf.REPEATS, repeatKey);
    if (row == null) {
      return null;
    }
    Duration left = Duration.between(time.now(), row.expires());
    Answer answer = left.isPositive() ? disk.decode(Shelf.REPEATS, row) : null;
    CallKey body = row.body();
    if (answer == null || body == null) {
      return null;
    }
    repeats.put(
        repeatKey, new KnownRepeat(body, answer, left, CompletableFuture.completedFuture(true)));
    return new Repeat(body, answer, Hit.age(answer, time.now()));
  }

  /**
   * Notes the first answer to a request_id; a later one does not take its place. Blocks until it is
   * durable, the wait of the settings is over, or the disk tier is known to be in trouble.
   *
   * @param body the key of the call that was answered
   * @return true if it is durable; false if a repeat after a crash would be paid for again. The
   *     note is in memory either way, and may yet reach the disk
   */
  public boolean put(CallKey repeatKey, CallKey body, EntryOwner owner, Answer answer)
      throws InterruptedException {
    CompletableFuture<Boolean> durable = note(repeatKey, body, owner, answer, true);
    if (disk.writes().trouble() != null) {
      return durable.getNow(false);
    }
    try {
      return durable.get(waitNanos, TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a write tells its end and never fails", e);
    }
  }

  @Override
  public String name() {
    return "repeats";
  }

  /**
   * Notes what was answered without paying. What was paid for is {@link #put} before its caller is
   * told.
   */
  @Override
  public void finished(FinishedCall finished) {
    Call call = finished.call();
    CallKey repeatKey = call.repeatKey();
    if (repeatKey != null
        && finished.outcome() instanceof Answered answered
        && answered.source() != Source.SOURCE_UPSTREAM
        && answered.source() != Source.SOURCE_REPEATED) {
      putBehind(repeatKey, call.key(), CacheRules.owner(call), answered.answer());
    }
  }

  /** As {@link #put}, for answers that cost nothing: never blocks, durable a little later. */
  void putBehind(CallKey repeatKey, CallKey body, EntryOwner owner, Answer answer) {
    var _ = note(repeatKey, body, owner, answer, false);
  }

  private CompletableFuture<Boolean> note(
      CallKey repeatKey, CallKey body, EntryOwner owner, Answer answer, boolean soon) {
    WriteBehind.Put put =
        new WriteBehind.Put(Shelf.REPEATS, repeatKey, owner, answer, body, time.now().plus(window));
    KnownRepeat first =
        repeats.asMap().putIfAbsent(repeatKey, new KnownRepeat(body, answer, window, put.done));
    if (first != null) {
      return first.durable;
    }
    disk.writes().put(put, soon);
    return put.done;
  }
}
