package dev.admiral.optimizer.routing;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Guesses what a mistyped name meant. */
final class NearestNames {
  private static final int MOST = 3;
  // Longer names are no typing errors, and comparing them costs the product of both lengths.
  private static final int LONGEST = 128;

  private NearestNames() {}

  /** Returns up to three names that are likely meant, likeliest first. */
  static List<String> of(String typed, Collection<String> names) {
    if (typed.isEmpty() || typed.length() > LONGEST) {
      return List.of();
    }
    String lower = typed.toLowerCase(Locale.ROOT);
    int tolerated = Math.max(2, lower.length() / 3);
    record Scored(String name, int distance) {}
    return names.stream()
        .map(name -> new Scored(name, distance(lower, name.toLowerCase(Locale.ROOT))))
        .filter(scored -> scored.distance() <= tolerated)
        .sorted(Comparator.comparingInt(Scored::distance))
        .limit(MOST)
        .map(Scored::name)
        .toList();
  }

  /**
   * Returns how many insertions, deletions, replacements and swaps of neighbours turn one text into
   * the other, no part being edited twice.
   */
  static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int best = Math.min(last[j - 1] + (same ? 0 : 1), 1 + Math.min(last[j], row[j - 1]));
        boolean swapped =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        row[j] = swapped ? Math.min(best, beforeLast[j - 2] + 1) : best;
      }
      int[] spare = beforeLast;
      beforeLast = last;
      last = row;
      row = spare;
    }
    return last[b.length()];
  }
}
