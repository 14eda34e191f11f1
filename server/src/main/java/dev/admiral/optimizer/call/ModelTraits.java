package dev.admiral.optimizer.call;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of how a model wants to be asked, beyond the rules of its vendor. Immutable.
 *
 * @param efforts the efforts of reasoning that the model can be told; none if it does not reason,
 *     and empty if that is not known
 * @param takes what it takes that others of its vendor do not
 * @param refuses settings that its vendor refuses for it
 */
public record ModelTraits(Optional<Set<Effort>> efforts, Set<Feature> takes, Set<Setting> refuses) {

  /** Nothing is known of the model. */
  public static final ModelTraits UNKNOWN = new ModelTraits(Optional.empty(), Set.of(), Set.of());

  /** How hard a model is to think, weakest first. */
  public enum Effort {
    NONE,
    MINIMAL,
    LOW,
    MEDIUM,
    HIGH,
    XHIGH,
    MAX
  }

  /** What some models take and others do not. */
  public enum Feature {
    /** The most output tokens as max_completion_tokens, not as max_tokens. */
    MAX_COMPLETION_TOKENS,
    /** Reasoning bounded by a budget of tokens, and in no other way. */
    THINKING_BUDGET,
    /** Marks in a prompt up to which it is to be cached. */
    CACHE_BREAKPOINTS
  }

  /** Settings of a prompt's sampling, by their names in the contract. */
  public enum Setting {
    TEMPERATURE,
    TOP_P,
    TOP_K,
    FREQUENCY_PENALTY,
    PRESENCE_PENALTY,
    STOP,
    SEED;

    /** Returns the path of the field below the contract's Prompt. */
    public String field() {
      return "sampling." + (this == STOP ? "stop_sequences" : name().toLowerCase(Locale.ROOT));
    }
  }

  public ModelTraits {
    efforts = efforts.map(ModelTraits::frozen);
    takes = frozen(takes);
    refuses = frozen(refuses);
  }

  /** Returns these traits, with those of another where these say nothing. */
  public ModelTraits or(ModelTraits other) {
    return new ModelTraits(
        efforts.isPresent() ? efforts : other.efforts,
        takes.isEmpty() ? other.takes : takes,
        refuses.isEmpty() ? other.refuses : refuses);
  }

  /** Returns these traits without what is refused, which holds at one vendor only. */
  public ModelTraits withoutRefusals() {
    return refuses.isEmpty() ? this : new ModelTraits(efforts, takes, Set.of());
  }

  /**
   * Returns the effort to tell the model for a wanted one: the same if it can be told, or else the
   * next stronger one, or else the strongest; the wanted one if its efforts are not known, and
   * empty if it does not reason.
   */
  public Optional<Effort> fitting(Effort wanted) {
    if (efforts.isEmpty()) {
      return Optional.of(wanted);
    }
    Effort strongest = null;
    for (Effort effort : efforts.get()) {
      if (effort.compareTo(wanted) >= 0) {
        return Optional.of(effort);
      }
      strongest = effort;
    }
    return Optional.ofNullable(strongest);
  }

  /** In the order of the constants, which {@link #fitting} relies on. */
  private static <E extends Enum<E>> Set<E> frozen(Set<E> some) {
    return some.isEmpty() ? Set.of() : Collections.unmodifiableSet(EnumSet.copyOf(some));
  }
}
