package dev.admiral.bench;

import java.util.Locale;

/**
 * One measured figure.
 *
 * @param name stable name
 * @param value what was measured
 * @param unit unit of value and floor
 * @param floor what was measured beside it
 * @param ratio value to floor
 * @param target what is aimed at, in words
 * @param met true if the target is met
 */
record Figure(
    String name,
    double value,
    String unit,
    double floor,
    double ratio,
    String target,
    boolean met) {

  String line() {
    return String.format(
        Locale.ROOT,
        "%-14s %12.3f %-10s floor %12.3f   ratio %6.3f   %s: %s",
        name,
        value,
        unit,
        floor,
        ratio,
        target,
        met ? "met" : "MISSED");
  }
}
