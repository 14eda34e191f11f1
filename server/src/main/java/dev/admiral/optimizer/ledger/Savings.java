package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.MoneyAdder;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Calls that cost nothing, counted without contention. Counting is for any thread; gains are taken
 * and kept by one thread at a time.
 */
final class Savings {

  private record Key(
      long day, String tenant, String agent, String provider, String model, Source source) {}

  private static final class Counters {
    final LongAdder calls = new LongAdder();
    final MoneyAdder amount = new MoneyAdder();
    // May go round on the longest runs; what it gained since the last writing does not.
    final LongAdder nanos = new LongAdder();

    /** What is written already; of the flushing thread. */
    long writtenCalls;

    Money writtenAmount = Money.ZERO;
    long writtenNanos;
  }

  private record Gain(Counters counters, long calls, Money amount, long nanos) {}

  /**
   * What the counters gained since the last writing.
   *
   * @param savings to be written
   */
  record Gains(List<Saving> savings, List<Gain> parts) {
    /** Marks the gains as written. */
    void keep() {
      for (Gain gain : parts) {
        gain.counters.writtenCalls += gain.calls;
        gain.counters.writtenAmount = gain.counters.writtenAmount.plus(gain.amount);
        gain.counters.writtenNanos += gain.nanos;
      }
    }
  }

  private final ConcurrentHashMap<Key, Counters> counters = new ConcurrentHashMap<>();

  void count(long day, Caller caller, Answer answer, Source source, Duration time) {
    Key key =
        new Key(day, caller.tenant(), caller.agent(), answer.provider(), answer.model(), source);
    Counters found = counters.get(key);
    if (found == null) {
      found = counters.computeIfAbsent(key, _ -> new Counters());
    }
    found.amount.add(answer.cost().amountOrZero());
    found.nanos.add(time.toNanos());
    found.calls.increment();
  }

  Gains gains() {
    List<Saving> savings = new ArrayList<>();
    List<Gain> parts = new ArrayList<>();
    for (Map.Entry<Key, Counters> entry : counters.entrySet()) {
      Counters c = entry.getValue();
      long calls = c.calls.sum() - c.writtenCalls;
      Money amount = c.amount.sum().minus(c.writtenAmount);
      long nanos = c.nanos.sum() - c.writtenNanos;
      if (calls != 0 || !amount.isZero() || nanos != 0) {
        Key k = entry.getKey();
        parts.add(new Gain(c, calls, amount, nanos));
        savings.add(
            new Saving(
                LocalDate.ofEpochDay(k.day),
                k.tenant,
                k.agent,
                k.provider,
                k.model,
                k.source,
                calls,
                amount,
                Duration.ofNanos(nanos)));
      }
    }
    return new Gains(savings, parts);
  }

  /**
   * Lets go of counters of earlier days that are written. The day before {@code today} is kept for
   * threads that read the date just before midnight.
   */
  void forgetBefore(long today) {
    counters
        .entrySet()
        .removeIf(entry -> {
          Counters c = entry.getValue();
          return entry.getKey().day < today - 1
              && c.calls.sum() == c.writtenCalls
              && c.amount.sum().equals(c.writtenAmount)
              && c.nanos.sum() == c.writtenNanos;
        });
  }
}
