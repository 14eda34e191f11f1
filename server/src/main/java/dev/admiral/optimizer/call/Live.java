package dev.admiral.optimizer.call;

/**
 * A value that may change while the server runs: a part of the configuration, most often the
 * settings of one engine. Whoever depends on it asks for it where it is used, and keeps no copy
 * longer than one use. Whoever reads several settings for one decision asks once and reads them all
 * from what it got, as they change together.
 *
 * <p>Safe for concurrent use; asking costs a volatile read. See {@link LiveValue} for the other
 * side.
 *
 * @param <T> an immutable type
 */
@FunctionalInterface
public interface Live<T> {
  /** Returns the value as it is now. */
  T get();

  /** Returns one that never changes. */
  static <T> Live<T> of(T value) {
    return new LiveValue<>(value);
  }
}
