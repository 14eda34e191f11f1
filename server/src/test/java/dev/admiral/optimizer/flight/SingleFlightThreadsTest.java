package dev.admiral.optimizer.flight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.Samples;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flights among real threads: nothing is lost, doubled or left behind, whatever they do. */
@Timeout(120)
@SuppressWarnings(
    "ThreadPriorityCheck") // Yielding makes for more interleavings; nothing relies on it.
class SingleFlightThreadsTest {
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final FlightSettings settings =
      new FlightSettings(4L << 20, 10_000, Duration.ofMillis(1), 2);
  private final SingleFlight flights = new SingleFlight(settings, threads, timer, Time.SYSTEM);

  @AfterEach
  void stop() throws Exception {
    threads.shutdown();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    timer.shutdown();
    // What graces are left run now.
    assertThat(timer.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(flights.inFlight()).isZero();
    assertThat(flights.remembered()).isZero();
  }

  /** What one caller got, read by its own thread whenever it is woken. */
  private final class Reader {
    final Semaphore news = new Semaphore(0);
    final List<ContentDelta> pieces = new ArrayList<>();
    final Waiter waiter;

    Reader(Call call, FlightTask task) {
      waiter = flights.join(call, task, news::release);
    }

    Outcome readAll() throws InterruptedException {
      while (true) {
        ContentDelta piece = waiter.poll();
        while (piece != null) {
          pieces.add(piece);
          piece = waiter.poll();
        }
        Outcome outcome = waiter.outcome();
        if (outcome != null) {
          return outcome;
        }
        // Looks again only when woken: a wake-up lost is a test that never ends.
        news.acquire();
      }
    }
  }

  @Test
  void thousandEqualCalls_areOneFlightAndGetTheSame() throws Exception {
    int callers = 1_000;
    AtomicInteger flown = new AtomicInteger();
    CountDownLatch allJoined = new CountDownLatch(callers);
    List<ContentDelta> sent = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      sent.add(Samples.piece("piece " + i));
    }
    Completion completion = Completions.fold(sent, FinishReason.FINISH_REASON_STOP, "", List.of());
    Outcome landing = answered(completion);
    FlightTask task =
        (leader, log) -> {
          flown.incrementAndGet();
          for (int i = 0; i < sent.size(); i++) {
            log.append(sent.get(i));
            if (i == sent.size() / 2) {
              allJoined.await();
            }
          }
          return landing;
        };
    ConcurrentLinkedQueue<Waiter> leaders = new ConcurrentLinkedQueue<>();
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Call call = Samples.call("call-" + i, Samples.key(1), i % 2 == 0);
      int spins = new Random(i).nextInt(2_000);
      all.add(
          threads.submit(() -> {
            for (int s = 0; s < spins; s++) {
              Thread.onSpinWait();
            }
            Reader reader = new Reader(call, task);
            allJoined.countDown();
            Outcome.Answered outcome = (Outcome.Answered) reader.readAll();
            assertThat(outcome.answer().completion()).isEqualTo(completion);
            assertThat(reader.pieces).isEqualTo(call.streamed() ? sent : List.of());
            if (reader.waiter.led()) {
              leaders.add(reader.waiter);
            }
            reader.waiter.leave();
            return null;
          }));
    }
    for (Future<?> one : all) {
      one.get();
    }

    assertThat(flown).hasValue(1);
    assertThat(leaders).hasSize(1);
  }

  @Test
  void callersThatComeAndGoAtRandom_neverSeeAGapOrLeaveAnything() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    FlightTask task =
        (leader, log) -> {
          begun.incrementAndGet();
          try {
            return count(leader, log);
          } finally {
            ended.incrementAndGet();
          }
        };
    List<Future<?>> all = new ArrayList<>();
    for (int t = 0; t < 16; t++) {
      Random random = new Random(t);
      all.add(
          threads.submit(() -> {
            for (int i = 0; i < 500; i++) {
              comeAndGo(random, task);
            }
            return null;
          }));
    }
    for (Future<?> one : all) {
      one.get();
    }
    threads.shutdown();
    assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    assertThat(ended.get()).isEqualTo(begun.get()).isPositive();
  }

  private void comeAndGo(Random random, FlightTask task) throws InterruptedException {
    Call call = Samples.call("call", Samples.key(random.nextInt(3)), random.nextInt(4) > 0);
    Reader reader = new Reader(call, task);
    try {
      switch (random.nextInt(4)) {
        case 0 -> Thread.yield();
        case 1 -> {
          ContentDelta piece = reader.waiter.poll();
          for (int i = 0; piece != null && i < 20; i++) {
            assertThat(piece).isEqualTo(Samples.piece(String.valueOf(i)));
            piece = reader.waiter.poll();
          }
        }
        default -> {
          Outcome outcome = reader.readAll();
          assertThat(outcome).isInstanceOf(Outcome.Answered.class);
          for (int i = 0; i < reader.pieces.size(); i++) {
            assertThat(reader.pieces.get(i)).isEqualTo(Samples.piece(String.valueOf(i)));
          }
          assertThat(reader.pieces).hasSize(call.streamed() ? 50 : 0);
        }
      }
    } finally {
      reader.waiter.leave();
    }
  }

  private static Outcome count(Leader leader, FlightLog log) throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      log.append(Samples.piece(String.valueOf(i)));
      Thread.yield();
      if (Thread.interrupted()) {
        throw new InterruptedException("cancelled");
      }
      assertThat(leader.call()).isNotNull();
    }
    return Samples.answered("done");
  }

  private static Outcome answered(Completion completion) {
    Outcome.Answered sample = Samples.answered("x");
    return new Outcome.Answered(
        new Answer(
            completion,
            sample.answer().provider(),
            sample.answer().model(),
            sample.answer().usage(),
            sample.answer().cost(),
            sample.answer().created(),
            sample.answer().took()),
        Source.SOURCE_UPSTREAM,
        sample.timing(),
        List.of(),
        "entry");
  }
}
