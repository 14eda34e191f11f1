package dev.admiral.cli;

import java.util.ArrayList;
import java.util.List;

/** Names with their values, each on a line of its own, long values on several. */
final class Facts {
  private static final String GAP = "  ";

  /** With less room than this beside its name, a long value begins on the next line. */
  private static final int NARROWEST_VALUE = 16;

  private record Fact(String name, String value) {}

  private final List<Fact> facts = new ArrayList<>();

  /** Adds a fact. */
  void add(String name, String value) {
    facts.add(new Fact(name, Text.harmless(value)));
  }

  /** Returns the lines for a terminal of so many columns. */
  List<String> lines(int width) {
    return lines(width, facts.stream().mapToInt(fact -> fact.name().length()).max().orElse(0));
  }

  /** As {@link #lines(int)}, with names in so many columns. */
  List<String> lines(int width, int label) {
    List<String> lines = new ArrayList<>();
    int room = width - label - GAP.length();
    for (Fact fact : facts) {
      String name = Text.pad(fact.name(), label);
      if (Text.width(fact.value()) <= room) {
        lines.add((name + GAP + fact.value()).stripTrailing());
      } else if (room >= NARROWEST_VALUE) {
        for (String line : Text.wrap(fact.value(), room)) {
          lines.add(name + GAP + line);
          name = " ".repeat(label);
        }
      } else {
        lines.add(fact.name());
        Text.wrap(fact.value(), Math.max(1, width - GAP.length()))
            .forEach(line -> lines.add(GAP + line));
      }
    }
    return lines;
  }
}
