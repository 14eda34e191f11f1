package dev.admiral.optimizer.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * Lets a test move flights step by step: they start when told, and each of their steps is over when
 * the test goes on. Flights run on threads of their own, but never at the same time as the test.
 */
final class ScriptedFlights {
  private static final long PATIENCE_SECONDS = 60;

  /** The pilot of the thread that runs; set for as long as a flight's thread lives. */
  private static final ThreadLocal<Pilot> PILOT = new ThreadLocal<>();

  private final Deque<Runnable> waiting = new ArrayDeque<>();

  /** One flight's thread, as the test sees it. */
  static final class Pilot {
    private final SynchronousQueue<Step> steps = new SynchronousQueue<>();
    private final SynchronousQueue<Leader> replies = new SynchronousQueue<>();
    private Thread thread;

    void begin(String provider) {
      step((leader, log) -> log.begun(provider, "model", Source.SOURCE_UPSTREAM));
    }

    void stepBegins(dev.admiral.optimizer.call.Step.Kind kind, String detail) {
      step((leader, log) -> log.stepBegan(kind, detail));
    }

    void stepEnds(ErrorReason failure) {
      step((leader, log) -> log.stepEnded(failure));
    }

    void append(ContentDelta piece) {
      step((leader, log) -> log.append(piece));
    }

    /** Appends a piece upon which the flight is cancelled. */
    void appendLast(ContentDelta piece) {
      send((leader, log) -> {
        log.append(piece);
        return null;
      });
      awaitEnd();
    }

    /** Ends the flight, and waits for its thread to end. */
    void end(Outcome outcome) {
      send((leader, log) -> outcome);
      awaitEnd();
    }

    /** Ends the flight for its leader, and waits until it flies for the next one. */
    void endForLeader(Outcome outcome) {
      send((leader, log) -> outcome);
      reply();
    }

    void crash(RuntimeException fault) {
      send((leader, log) -> {
        throw fault;
      });
      awaitEnd();
    }

    /** Returns the flight's view of its leader; only good between steps. */
    Leader leader() {
      return step((leader, log) -> {});
    }

    /** Waits for the thread to end: after the flight was cancelled, for example. */
    void awaitEnd() {
      try {
        assertThat(thread.join(Duration.ofSeconds(PATIENCE_SECONDS))).isTrue();
      } catch (InterruptedException e) {
        fail("interrupted", e);
      }
    }

    boolean ended() {
      return thread != null && !thread.isAlive();
    }

    private Leader step(Act act) {
      send((leader, log) -> {
        act.act(leader, log);
        return null;
      });
      return reply();
    }

    private void send(Step step) {
      try {
        assertThat(steps.offer(step, PATIENCE_SECONDS, TimeUnit.SECONDS))
            .as("the flight takes its next step")
            .isTrue();
      } catch (InterruptedException e) {
        fail("interrupted", e);
      }
    }

    private Leader reply() {
      try {
        Leader leader = replies.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(leader).as("the flight's reply").isNotNull();
        return leader;
      } catch (InterruptedException e) {
        return fail("interrupted", e);
      }
    }

    private Outcome fly(Leader leader, FlightLog log) throws InterruptedException {
      while (true) {
        replies.put(leader);
        Outcome outcome = steps.take().take(leader, log);
        if (outcome != null) {
          return outcome;
        }
      }
    }
  }

  private interface Act {
    void act(Leader leader, FlightLog log);
  }

  private interface Step {
    Outcome take(Leader leader, FlightLog log);
  }

  /** For {@link SingleFlight}: keeps what is to run until {@link #start()}. */
  Executor executor() {
    return waiting::add;
  }

  /** The task of every call: it does as its thread's pilot says. */
  Outcome fly(Leader leader, FlightLog log) throws InterruptedException {
    return PILOT.get().fly(leader, log);
  }

  int waiting() {
    return waiting.size();
  }

  /** Starts the oldest flight that waits, and returns once it waits for its first step. */
  Pilot start() {
    Pilot pilot = launch();
    Leader _ = pilot.reply();
    return pilot;
  }

  /** Runs the oldest flight that waits although it was cancelled. */
  void startCancelled() {
    launch().awaitEnd();
  }

  private Pilot launch() {
    Runnable flight = waiting.remove();
    Pilot pilot = new Pilot();
    pilot.thread =
        Thread.ofVirtual()
            .unstarted(() -> {
              PILOT.set(pilot);
              flight.run();
            });
    pilot.thread.start();
    return pilot;
  }
}
