package dev.admiral.optimizer.store.sqlite;

import java.util.Set;
import java.util.TreeSet;

/** Sets of agents' names in one column, one a line: a name holds no line break. */
final class Names {
  private static final String LINE = "\n";

  private Names() {}

  static String join(Set<String> names) {
    return String.join(LINE, new TreeSet<>(names));
  }

  static Set<String> split(String column) {
    return column.isEmpty() ? Set.of() : Set.of(column.split(LINE, -1));
  }
}
