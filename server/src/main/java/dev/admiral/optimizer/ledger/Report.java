package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;

/**
 * Sums over calls.
 *
 * @param rows highest cost first; days oldest first
 * @param total all rows together, of the empty group
 */
public record Report(List<Row> rows, Row total) {
  private static final Comparator<Row> HIGHEST_COST_FIRST =
      Comparator.comparing(Row::paid)
          .thenComparing(Row::saved)
          .reversed()
          .thenComparing(Row::group);

  static Report of(List<Row> rows, ReportQuery.Grouping grouping) {
    Row total = rows.stream().reduce(Row.empty(""), Row::plus);
    boolean byDay = grouping == ReportQuery.Grouping.DAY;
    return new Report(
        rows.stream()
            .sorted(byDay ? Comparator.comparing(Row::group) : HIGHEST_COST_FIRST)
            .toList(),
        total);
  }

  /**
   * Sums over one set of calls. Each upstream call is in exactly one of the three counts.
   *
   * @param group what the row stands for
   * @param exactCalls upstream calls whose usage the vendor reported
   * @param exact what those cost
   * @param estimatedCalls upstream calls whose usage is estimated
   * @param estimated what those cost by estimate
   * @param unpricedCalls upstream calls without a known price
   * @param savedCalls calls that cost nothing
   * @param saved what those would have cost, as far as prices are known
   * @param savedTime what the callers of those did not wait, as far as it is known
   * @param usage tokens of the upstream calls, capped at the largest long; estimated if any is
   */
  public record Row(
      String group,
      long exactCalls,
      Money exact,
      long estimatedCalls,
      Money estimated,
      long unpricedCalls,
      long savedCalls,
      Money saved,
      Duration savedTime,
      Usage usage) {

    /** Returns a row of nothing. */
    public static Row empty(String group) {
      return new Row(
          group, 0, Money.ZERO, 0, Money.ZERO, 0, 0, Money.ZERO, Duration.ZERO, Usage.NONE);
    }

    /** Returns a row of one paid call. */
    static Row of(String group, LedgerEntry entry) {
      boolean priced = entry.cost() instanceof Cost.Known;
      boolean exact = priced && !entry.estimated();
      boolean estimated = priced && entry.estimated();
      Money amount = entry.cost().amountOrZero();
      return new Row(
          group,
          exact ? 1 : 0,
          exact ? amount : Money.ZERO,
          estimated ? 1 : 0,
          estimated ? amount : Money.ZERO,
          priced ? 0 : 1,
          0,
          Money.ZERO,
          Duration.ZERO,
          entry.usage());
    }

    /** Returns a row of calls that cost nothing. */
    static Row of(String group, Saving saving) {
      return new Row(
          group,
          0,
          Money.ZERO,
          0,
          Money.ZERO,
          0,
          saving.calls(),
          saving.amount(),
          saving.time(),
          Usage.NONE);
    }

    /** Returns what was paid, exact and estimated together. */
    public Money paid() {
      return exact.plus(estimated);
    }

    /** Returns the sum, of this row's group. */
    public Row plus(Row other) {
      return new Row(
          group,
          Math.addExact(exactCalls, other.exactCalls),
          exact.plus(other.exact),
          Math.addExact(estimatedCalls, other.estimatedCalls),
          estimated.plus(other.estimated),
          Math.addExact(unpricedCalls, other.unpricedCalls),
          Math.addExact(savedCalls, other.savedCalls),
          saved.plus(other.saved),
          savedTime.plus(other.savedTime),
          sum(usage, other.usage));
    }

    private static Usage sum(Usage a, Usage b) {
      return new Usage(
          capped(a.input(), b.input()),
          capped(a.cachedInput(), b.cachedInput()),
          capped(a.cacheWrite(), b.cacheWrite()),
          capped(a.cacheWrite1h(), b.cacheWrite1h()),
          capped(a.output(), b.output()),
          capped(a.reasoning(), b.reasoning()),
          a.estimated() || b.estimated());
    }

    private static long capped(long a, long b) {
      long sum = a + b;
      return sum < 0 ? Long.MAX_VALUE : sum;
    }
  }
}
