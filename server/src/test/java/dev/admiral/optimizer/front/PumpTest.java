package dev.admiral.optimizer.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Steps at a caller's pace, and how they end. */
class PumpTest {
  private static final String LAST = "last";
  private static final Failure TOO_SLOW =
      new Failure.Refused(ErrorReason.ERROR_REASON_READER_TOO_SLOW, "too slow");

  private final Taker sink = new Taker();
  private final Script source = new Script();
  private final Pump<String> pump = new Pump<>(sink);

  @Test
  void runsBeforeTheSourceIsKnown_findNothing() {
    source.add("a");

    pump.run();
    assertThat(sink.taken).isEmpty();

    pump.bind(source);
    assertThat(sink.taken).containsExactly("a");
  }

  @Test
  void unreadySink_isGivenNothingUntilItIsReady() {
    source.add("a", LAST);
    sink.room = 0;

    pump.bind(source);
    assertThat(sink.taken).isEmpty();
    assertThat(source.pulled).isZero();

    sink.room = 2;
    pump.run();
    assertThat(sink.taken).containsExactly("a", LAST);
    assertThat(pump.ended()).isTrue();
  }

  @Test
  void slowReader_isGivenNoMoreThanItTakesAtATime() {
    source.add("a", "b", "c", LAST);
    sink.room = 1;

    pump.bind(source);
    assertThat(sink.taken).containsExactly("a");

    sink.room = 2;
    pump.run();
    assertThat(sink.taken).containsExactly("a", "b", "c");
    assertThat(source.pulled).isEqualTo(3);
    assertThat(pump.ended()).isFalse();
  }

  @Test
  void whatIsHeldBack_isSentOnceNothingFollows() {
    source.add("a", "b");
    sink.holdsBack = true;

    pump.bind(source);

    assertThat(sink.flushedAfter).containsExactly(2);
  }

  @Test
  void stalledSink_isToldOfAFailureIfItCanBe() {
    source.add("a");
    source.failure = TOO_SLOW;
    sink.room = 0;
    sink.failsUnready = true;

    pump.bind(source);
    pump.run();

    assertThat(sink.taken).isEmpty();
    assertThat(sink.failures).containsExactly(TOO_SLOW);
  }

  @Test
  void stalledSinkThatCannotBeTold_isGivenWhatComesFirst() {
    source.add("a", "b");
    source.failure = TOO_SLOW;
    sink.room = 0;

    pump.bind(source);
    assertThat(sink.failures).isEmpty();

    sink.room = 2;
    pump.run();
    assertThat(sink.taken).containsExactly("a", "b");
    assertThat(sink.failures).isEmpty();
  }

  @Test
  void cutOff_endsAStalledStreamWhoseAnswerIsThere() {
    source.add(LAST);
    sink.room = 0;

    pump.bind(source);
    pump.fail(CallEnd.LATE);
    sink.room = 1;
    pump.run();

    assertThat(sink.taken).isEmpty();
    assertThat(sink.failures).containsExactly(CallEnd.LATE);
    assertThat(pump.ended()).isTrue();
  }

  @Test
  void cutOffBeforeTheSourceIsKnown_isToldWithIt() {
    source.add("a");

    pump.fail(CallEnd.LATE);
    pump.bind(source);

    assertThat(sink.taken).isEmpty();
    assertThat(sink.failures).containsExactly(CallEnd.LATE);
  }

  @Test
  void callerThatLeavesInTheMiddle_isGivenNothingMore() {
    source.add("a", "b", LAST);
    sink.goneAfter = 1;

    pump.bind(source);
    pump.run();

    assertThat(sink.taken).containsExactly("a");
    assertThat(source.pulled).isEqualTo(1);
    assertThat(sink.failures).isEmpty();
  }

  @Test
  void failureAfterPieces_isTheEnd() {
    source.add("a", "b");
    pump.bind(source);

    pump.fail(TOO_SLOW);
    source.add("too late");
    pump.run();
    pump.fail(CallEnd.LATE);

    assertThat(sink.taken).containsExactly("a", "b");
    assertThat(sink.failures).containsExactly(TOO_SLOW);
  }

  @Test
  void stepThatCannotBeMade_endsItAndLeavesTheSource() {
    source.add("a");
    pump.bind(source);

    source.fault = new IllegalStateException("secret words");
    pump.run();
    source.fault = null;
    source.add("too late");
    pump.run();

    assertThat(sink.taken).containsExactly("a");
    assertThat(sink.failures).hasSize(1);
    assertThat(sink.failures.getFirst().reason()).isEqualTo(ErrorReason.ERROR_REASON_INTERNAL);
    assertThat(sink.failures.getFirst().message()).doesNotContain("secret");
    assertThat(source.left).isEqualTo(sink.failures.getFirst());
  }

  @Test
  void stepThatCannotBeTold_endsItAndLeavesTheSource() {
    source.add("a", "b");
    sink.fault = new IllegalStateException("secret words");

    pump.bind(source);

    assertThat(sink.failures).hasSize(1);
    assertThat(source.left).isEqualTo(sink.failures.getFirst());
    assertThat(source.pulled).isEqualTo(1);
  }

  @Test
  void lastStep_isTheEnd() {
    source.add("a", LAST, "never");

    pump.bind(source);
    pump.run();
    pump.fail(TOO_SLOW);

    assertThat(sink.taken).containsExactly("a", LAST);
    assertThat(sink.failures).isEmpty();
    assertThat(sink.flushedAfter).isEmpty();
  }

  @Test
  void runFromWithin_isDoneAfterwardsByTheSameThread() {
    sink.whenGiven = pump;
    source.add("a", "b");

    pump.bind(source);

    assertThat(sink.taken).containsExactly("a", "b");
    assertThat(sink.deepest).isEqualTo(1);
  }

  @Test
  @Timeout(30)
  void fastWriterAndSlowReader_bringEveryStepInOrderAndOneAtATime() throws Exception {
    int count = 20_000;
    Slow slow = new Slow();
    Queue<Integer> written = new ConcurrentLinkedQueue<>();
    Pump<Integer> shared = new Pump<>(slow);
    shared.bind(written::poll);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              for (int i = 1; i <= count; i++) {
                written.add(i);
                shared.run();
              }
              written.add(Slow.END);
              shared.run();
            });
    Thread reader =
        Thread.ofPlatform()
            .start(() -> {
              while (slow.ended.getCount() > 0) {
                slow.room.release();
                shared.run();
              }
            });

    assertThat(slow.ended.await(20, TimeUnit.SECONDS)).isTrue();
    writer.join();
    reader.join();

    assertThat(slow.taken).isEqualTo(count);
    assertThat(slow.wrong).isEmpty();
    assertThat(shared.ended()).isTrue();
  }

  /** Takes as many steps as there is room for. */
  private static final class Taker implements Pump.Sink<String> {
    final List<String> taken = new ArrayList<>();
    final List<Failure> failures = new ArrayList<>();
    final List<Integer> flushedAfter = new ArrayList<>();
    int room = Integer.MAX_VALUE;
    int goneAfter = Integer.MAX_VALUE;
    int depth;
    int deepest;
    boolean failsUnready;
    boolean holdsBack;
    @Nullable RuntimeException fault;
    @Nullable Runnable whenGiven;

    @Override
    public boolean ready() {
      return room > 0;
    }

    @Override
    public boolean gone() {
      return taken.size() >= goneAfter;
    }

    @Override
    public boolean give(String step) {
      if (fault != null) {
        throw fault;
      }
      depth++;
      deepest = Math.max(deepest, depth);
      room--;
      taken.add(step);
      if (whenGiven != null) {
        whenGiven.run();
      }
      depth--;
      return !step.equals(LAST);
    }

    @Override
    public void flush() {
      if (holdsBack) {
        flushedAfter.add(taken.size());
      }
    }

    @Override
    public void fail(Failure why) {
      failures.add(why);
    }

    @Override
    public boolean failsUnready() {
      return failsUnready;
    }
  }

  private static final class Script implements Pump.Source<String> {
    final Queue<String> steps = new ConcurrentLinkedQueue<>();
    int pulled;
    @Nullable Failure failure;
    @Nullable RuntimeException fault;
    @Nullable Failure left;

    void add(String... more) {
      steps.addAll(List.of(more));
    }

    @Override
    public @Nullable String next() {
      if (fault != null) {
        throw fault;
      }
      String step = steps.poll();
      pulled += step == null ? 0 : 1;
      return step;
    }

    @Override
    public @Nullable Failure failure() {
      return failure;
    }

    @Override
    public void leave(Failure why) {
      left = why;
    }
  }

  /** Takes numbers that rise by one, as room is made for them by another thread. */
  private static final class Slow implements Pump.Sink<Integer> {
    static final int END = -1;

    final Semaphore room = new Semaphore(0);
    final CountDownLatch ended = new CountDownLatch(1);
    final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inside = new AtomicInteger();

    /** Guarded by nothing: whether that holds is what is tested. */
    int taken;

    @Override
    public boolean ready() {
      return room.availablePermits() > 0;
    }

    @Override
    public boolean gone() {
      return false;
    }

    @Override
    public boolean give(Integer step) {
      if (inside.incrementAndGet() != 1) {
        wrong.add("two threads at once");
      }
      if (!room.tryAcquire()) {
        wrong.add("given " + step + " without room");
      }
      boolean last = step == END;
      if (!last && step != ++taken) {
        wrong.add(step + " came when " + taken + " was due");
      }
      inside.decrementAndGet();
      if (last) {
        ended.countDown();
      }
      return !last;
    }

    @Override
    public void fail(Failure why) {
      wrong.add("failed: " + why);
    }
  }
}
