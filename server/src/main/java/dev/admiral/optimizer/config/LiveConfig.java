package dev.admiral.optimizer.config;

import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.LiveValue;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The configuration of a running server. Its parts are handed to the engines as {@link Live}; a
 * change reaches them all here. The parts change one after another, each at once: a call that runs
 * meanwhile may meet some as they were and others as they are now.
 *
 * <p>Parts are asked for, and changes made, by one thread at a time; the parts themselves may be
 * read by any.
 */
public final class LiveConfig {
  private final Config started;
  private final List<Part<?>> parts = new ArrayList<>();
  private Config current;

  private record Part<T>(Function<Config, T> of, LiveValue<T> value) {
    /** Returns what puts the part of another configuration in place; nothing is changed yet. */
    Runnable change(Config config) {
      T next = of.apply(config);
      // What is computed from a part is computed anew only where it changed.
      return next.equals(value.get()) ? () -> {} : () -> value.set(next);
    }
  }

  /**
   * What a change did.
   *
   * @param applied the settings that changed and hold from now on, by their paths in the file
   * @param waiting all settings that wait for the next start, if this change touched any that must;
   *     else none
   */
  public record Change(List<String> applied, List<String> waiting) {}

  /**
   * @param started what the server was started with
   */
  public LiveConfig(Config started) {
    this.started = started;
    this.current = started;
  }

  /** Returns the configuration that the server was started with. */
  public Config started() {
    return started;
  }

  /** Returns the configuration that holds now. */
  public Config current() {
    return current;
  }

  /**
   * Returns a part of the configuration that follows its changes.
   *
   * @param of takes the part out of a configuration; what it gives is immutable and has a sensible
   *     {@code equals}
   */
  public <T> Live<T> part(Function<Config, T> of) {
    LiveValue<T> value = new LiveValue<>(of.apply(current));
    parts.add(new Part<>(of, value));
    return value;
  }

  /**
   * Puts another configuration in place: all of it, or nothing if a part cannot be taken out of it,
   * whose exception is thrown.
   *
   * @param next as {@link ConfigFile#change} reads it: settings that are not live as they were
   */
  public Change change(Config next) {
    List<String> changed = current.values().changed(next.values());
    // All are computed before any is set.
    List<Runnable> changes = parts.stream().map(part -> part.change(next)).toList();
    current = next;
    changes.forEach(Runnable::run);
    List<String> applied = changed.stream().filter(next.values()::live).toList();
    List<String> waiting =
        changed.size() == applied.size()
            ? List.of()
            : started.values().changed(next.values()).stream()
                .filter(path -> !next.values().live(path))
                .toList();
    return new Change(applied, waiting);
  }
}
