package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.EmbedResponse;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.Usage;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How one call ended, over all of its tries. It holds nothing of prompts, answers or keys.
 * Immutable.
 */
public final class CallSummary {
  private final String method;
  private final int tries;
  private final Duration duration;
  private final Optional<AdmiralException> failure;
  private final boolean isLocal;
  private final Source source;
  private final Usage usage;
  private final Cost cost;

  private CallSummary(
      String method,
      int tries,
      Duration duration,
      Optional<AdmiralException> failure,
      boolean isLocal,
      Source source,
      Usage usage,
      Cost cost) {
    this.method = method;
    this.tries = tries;
    this.duration = duration;
    this.failure = failure;
    this.isLocal = isLocal;
    this.source = source;
    this.usage = usage;
    this.cost = cost;
  }

  /** Reads what there is to tell from the last message of a call, if one came. */
  static CallSummary of(
      @Nullable String method,
      int tries,
      Duration duration,
      @Nullable AdmiralException failure,
      boolean isLocal,
      @Nullable Object last) {
    Source source = Source.SOURCE_UNSPECIFIED;
    Usage usage = Usage.getDefaultInstance();
    Cost cost = Cost.getDefaultInstance();
    if (last instanceof CompleteResponse answer) {
      source = answer.getServed().getSource();
      usage = answer.getUsage();
      cost = answer.getCost();
    } else if (last instanceof StreamResponse event) {
      source = event.getFinished().getServed().getSource();
      usage = event.getFinished().getUsage();
      cost = event.getFinished().getCost();
    } else if (last instanceof EmbedResponse vectors) {
      source = vectors.getServed().getSource();
      usage = vectors.getUsage();
      cost = vectors.getCost();
    }
    return new CallSummary(
        method == null ? "" : method,
        tries,
        duration,
        Optional.ofNullable(failure),
        isLocal,
        source,
        usage,
        cost);
  }

  /** Returns the name of the method, such as {@code Complete}, of any service of the contract. */
  public String method() {
    return method;
  }

  /** Returns how many tries were made, 1 and up. */
  public int tries() {
    return tries;
  }

  /** Returns the time from the caller's asking to the end, waits between tries included. */
  public Duration duration() {
    return duration;
  }

  /** Returns why the call failed; empty if it succeeded. */
  public Optional<AdmiralException> failure() {
    return failure;
  }

  /** Returns whether the answer is the {@link Fallback}'s and not Admiral's. */
  public boolean isLocal() {
    return isLocal;
  }

  /**
   * Returns where the answer came from; {@code SOURCE_UNSPECIFIED} for failures, local answers and
   * methods that are not answered by models, batches among them.
   */
  public Source source() {
    return source;
  }

  /** Returns the tokens of the answer, all zero if it tells none. */
  public Usage usage() {
    return usage;
  }

  /** Returns what the answer cost, in pico-dollars, all zero if it tells nothing. */
  public Cost cost() {
    return cost;
  }

  @Override
  public String toString() {
    return "CallSummary["
        + method
        + ", tries "
        + tries
        + ", "
        + duration
        + ", "
        + failure.map(e -> e.code().name()).orElse("OK")
        + "]";
  }
}
