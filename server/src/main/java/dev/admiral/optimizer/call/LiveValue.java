package dev.admiral.optimizer.call;

/**
 * A value and the right to change it. What is set is seen by the next {@link #get} of any thread.
 * Safe for concurrent use.
 *
 * @param <T> an immutable type
 */
public final class LiveValue<T> implements Live<T> {
  private volatile T value;

  /**
   * @param value the value at first
   */
  public LiveValue(T value) {
    this.value = value;
  }

  @Override
  public T get() {
    return value;
  }

  /** Puts another value in place of this. */
  public void set(T other) {
    value = other;
  }
}
