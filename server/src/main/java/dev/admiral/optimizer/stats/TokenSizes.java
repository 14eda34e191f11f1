package dev.admiral.optimizer.stats;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.LongStream;

/** How many tokens prompts, or answers, had. Recording is one atomic addition. */
final class TokenSizes {
  private final AtomicLongArray counts = new AtomicLongArray(TokenHistogram.BOUNDS.size() + 1);

  void record(long tokens) {
    counts.getAndIncrement(bucket(tokens));
  }

  /**
   * Returns the place of the first bound that is not exceeded; each is four times the one before.
   */
  private static int bucket(long tokens) {
    int bits = tokens <= 1 ? 0 : Long.SIZE - Long.numberOfLeadingZeros(tokens - 1);
    return Math.min((bits + 1) / 2, TokenHistogram.BOUNDS.size());
  }

  TokenHistogram histogram() {
    long[] upTo = new long[counts.length()];
    long total = 0;
    for (int i = 0; i < upTo.length; i++) {
      total += counts.get(i);
      upTo[i] = total;
    }
    List<Long> bounded = LongStream.of(upTo).limit(upTo.length - 1L).boxed().toList();
    return new TokenHistogram(bounded, total);
  }
}
