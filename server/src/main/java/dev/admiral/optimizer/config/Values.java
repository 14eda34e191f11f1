package dev.admiral.optimizer.config;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What a configuration says of every setting, for telling what changed from one to the next. Two
 * that say the same are equal, whether a setting stands there or is at its default. Immutable.
 */
final class Values {
  private final Map<String, Object> byPath;
  private final Set<String> live;

  /**
   * @param byPath the value of each setting outside lists; a list is one value
   * @param live the settings that may change while the server runs
   */
  Values(Map<String, Object> byPath, Set<String> live) {
    this.byPath = Map.copyOf(byPath);
    this.live = live;
  }

  Object get(String path) {
    return requireNonNull(byPath.get(path), path);
  }

  boolean live(String path) {
    return live.contains(path);
  }

  /** Returns the settings in which another differs, in order of name. */
  List<String> changed(Values other) {
    return Stream.concat(byPath.keySet().stream(), other.byPath.keySet().stream())
        .filter(path -> !Objects.equals(byPath.get(path), other.byPath.get(path)))
        .distinct()
        .sorted()
        .toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Values values && values.byPath.equals(byPath);
  }

  @Override
  public int hashCode() {
    return byPath.hashCode();
  }

  /** Some of them are secrets. */
  @Override
  public String toString() {
    return "Values[" + byPath.size() + " settings]";
  }
}
