package dev.admiral.optimizer.stats;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Usage;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/** The tries of one model, all tenants together. */
final class Tries {
  private final LongAdder succeeded = new LongAdder();
  private final Reasons failed = new Reasons();
  private final Latencies duration = new Latencies();
  private final Latencies firstPiece = new Latencies();
  private final LongAdder input = new LongAdder();
  // Not made of the others when asked for: those are read one after another, and it might fall.
  private final LongAdder plainInput = new LongAdder();
  private final LongAdder plainOutput = new LongAdder();
  private final LongAdder cachedInput = new LongAdder();
  private final LongAdder cacheWrite = new LongAdder();
  private final LongAdder output = new LongAdder();
  private final LongAdder reasoning = new LongAdder();
  private final TokenSizes inputSizes = new TokenSizes();
  private final TokenSizes outputSizes = new TokenSizes();

  void tried(Attempt attempt, Usage billed) {
    if (attempt.failure() == null) {
      succeeded.increment();
      duration.record(attempt.duration().toNanos());
    } else {
      failed.count(attempt.failure().reason());
    }
    Duration first = attempt.firstToken();
    if (first != null) {
      firstPiece.record(first.toNanos());
    }
    input.add(billed.input());
    plainInput.add(billed.plainInput());
    plainOutput.add(Math.max(0, billed.output() - billed.reasoning()));
    cachedInput.add(billed.cachedInput());
    cacheWrite.add(billed.cacheWrite());
    cacheWrite.add(billed.cacheWrite1h());
    output.add(billed.output());
    reasoning.add(billed.reasoning());
    if (billed.input() > 0 || billed.output() > 0) {
      inputSizes.record(billed.input());
      outputSizes.record(billed.output());
    }
  }

  Totals.Upstream totals(String provider, String model, long[] boundsNanos) {
    return new Totals.Upstream(
        provider,
        model,
        succeeded.sum(),
        failed.sums(),
        duration.histogram(boundsNanos),
        firstPiece.histogram(boundsNanos),
        input.sum(),
        plainInput.sum(),
        cachedInput.sum(),
        cacheWrite.sum(),
        output.sum(),
        plainOutput.sum(),
        reasoning.sum(),
        inputSizes.histogram(),
        outputSizes.histogram());
  }
}
