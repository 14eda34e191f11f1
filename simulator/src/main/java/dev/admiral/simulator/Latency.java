package dev.admiral.simulator;

import java.time.Duration;

/**
 * How long a model takes, before the simulator's time scale is applied. Both parts are drawn per
 * call from log-normal distributions seeded by the simulator's seed and the number of the call.
 *
 * @param firstToken median time to the first token
 * @param firstTokenSigma spread of that time: the standard deviation of its logarithm
 * @param perToken median time per further token
 * @param perTokenSigma spread of that time
 */
public record Latency(
    Duration firstToken, double firstTokenSigma, Duration perToken, double perTokenSigma) {

  /** Answers at once. */
  public static final Latency NONE = new Latency(Duration.ZERO, 0, Duration.ZERO, 0);

  /** Returns latencies that never vary. */
  public static Latency fixed(Duration firstToken, Duration perToken) {
    return new Latency(firstToken, 0, perToken, 0);
  }

  /** Returns latencies with the spread that public traces show. */
  public static Latency typical(Duration firstToken, Duration perToken) {
    return new Latency(firstToken, 0.35, perToken, 0.15);
  }

  long firstTokenNanos(long seed) {
    return draw(firstToken, firstTokenSigma, Mix.mix(seed, 1));
  }

  long perTokenNanos(long seed) {
    return draw(perToken, perTokenSigma, Mix.mix(seed, 2));
  }

  private static long draw(Duration median, double sigma, long seed) {
    double factor = sigma == 0 ? 1 : Math.exp(sigma * Mix.gaussian(seed));
    return (long) (median.toNanos() * factor);
  }
}
