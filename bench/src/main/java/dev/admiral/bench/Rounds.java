package dev.admiral.bench;

import java.util.Arrays;
import java.util.concurrent.Callable;

/**
 * Measures two things in turns, so that what else the machine does meets both, and compares them
 * round by round.
 */
final class Rounds {
  private final double[] values;
  private final double[] floors;

  private Rounds(double[] values, double[] floors) {
    this.values = values;
    this.floors = floors;
  }

  static Rounds inTurns(int rounds, Callable<Double> value, Callable<Double> floor)
      throws Exception {
    double[] values = new double[rounds];
    double[] floors = new double[rounds];
    for (int i = 0; i < rounds; i++) {
      floors[i] = floor.call();
      values[i] = value.call();
    }
    return new Rounds(values, floors);
  }

  double value() {
    return median(values);
  }

  double floor() {
    return median(floors);
  }

  /** Returns the median of the rounds' ratios. */
  double ratio() {
    double[] ratios = new double[values.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values[i] / floors[i];
    }
    return median(ratios);
  }

  static double median(double[] of) {
    double[] sorted = of.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
