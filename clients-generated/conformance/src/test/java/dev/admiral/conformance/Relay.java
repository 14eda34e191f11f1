package dev.admiral.conformance;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One client's way through all its cases, on a thread of its own beside those of the other clients.
 * A case begins when the one before it has ended, and the first when every client's driver is built
 * and its servers run: compilers would take the processors from cases that look at the clock.
 */
final class Relay {
  /** Every wait within a case has a bound; this one is for what nobody thought of. */
  private static final Duration LIMIT = Duration.ofMinutes(30);

  private static final int LARGE_CHARACTERS = 10_000_000;

  /** Held by a case whose messages are so large that those of several would not fit the heap. */
  private static final Lock LARGE = new ReentrantLock();

  private static final AtomicInteger RUNS = new AtomicInteger();

  private final Language language;
  private final World world;
  private final Table table;
  private final List<Case> cases;
  private final Map<String, CompletableFuture<@Nullable Void>> outcomes = new HashMap<>();
  private final CompletableFuture<@Nullable Void> end = new CompletableFuture<>();

  private Relay(Language language, List<Case> cases, World world, Table table) {
    this.language = language;
    this.world = world;
    this.table = table;
    this.cases = cases;
    for (Case one : cases) {
      outcomes.put(one.name(), new CompletableFuture<>());
    }
  }

  /**
   * Begins to give a client its cases.
   *
   * @param ready where the client is registered as one that the others wait for
   */
  static Relay start(Language language, List<Case> cases, World world, Table table, Phaser ready) {
    Relay relay = new Relay(language, cases, world, table);
    Thread.ofPlatform().daemon().name("cases of " + language.name()).start(() -> relay.run(ready));
    return relay;
  }

  /** Waits for the end of a case; fails as it failed. */
  void await(Case one) throws InterruptedException {
    await(outcomes.get(one.name()));
  }

  /** Waits until the driver has ended with its input; fails if it did not. */
  void awaitEnd() throws InterruptedException {
    await(end);
  }

  private void run(Phaser ready) {
    try {
      Driver driver;
      try {
        world.prepare(language.name());
        driver = Driver.start(language);
        driver.awaitReady();
        world.awaitReady(language.name());
      } finally {
        ready.arriveAndAwaitAdvance();
      }
      cases.forEach(one -> settle(outcomes.get(one.name()), () -> run(one, driver)));
      settle(end, driver::close);
    } catch (RuntimeException | AssertionError e) {
      outcomes.values().forEach(outcome -> outcome.completeExceptionally(e));
      end.completeExceptionally(e);
    }
  }

  private void run(Case one, Driver driver) {
    if (one.without().containsKey(language.name())) {
      table.set(language.name(), one, Table.Mark.LEFT_OUT);
      return;
    }
    table.set(language.name(), one, Table.Mark.FAILED);
    if (isLarge(one)) {
      LARGE.lock();
      try {
        runNow(one, driver);
      } finally {
        LARGE.unlock();
      }
    } else {
      runNow(one, driver);
    }
    table.set(language.name(), one, Table.Mark.PASSED);
  }

  private static boolean isLarge(Case one) {
    return one.script().stream()
        .flatMap(reply -> reply.findValues("$repeat").stream())
        .anyMatch(repeat -> repeat.path(1).asLong() >= LARGE_CHARACTERS);
  }

  private void runNow(Case one, Driver driver) {
    String word = language.name() + "-" + RUNS.incrementAndGet();
    try (CaseRun run = new CaseRun(one, language.name(), driver, world, word)) {
      run.run();
    }
  }

  private static void settle(CompletableFuture<@Nullable Void> outcome, Runnable step) {
    try {
      step.run();
      outcome.complete(null);
    } catch (RuntimeException | AssertionError e) {
      outcome.completeExceptionally(e);
    }
  }

  private static void await(CompletableFuture<@Nullable Void> outcome) throws InterruptedException {
    try {
      outcome.get(LIMIT.toMinutes(), TimeUnit.MINUTES);
    } catch (TimeoutException e) {
      throw new AssertionError("The case did not end within " + LIMIT.toMinutes() + " minutes.", e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case AssertionError failed -> throw failed;
        case RuntimeException failed -> throw failed;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }
}
