package dev.admiral.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A fault to inject into one call. "After n" counts frames of content: of a stream, the chunks that
 * carry text, reasoning or a piece of a tool call; a whole answer breaks in the middle of its body.
 * A fault that breaks an answer does so at the latest before the usage is sent.
 */
sealed interface Fault {

  /** Refuses the call with a status in the vendor's shape. */
  record Status(int status, Optional<Duration> retryAfter) implements Fault {}

  /** Refuses the call as the vendor does when it has too much to do. */
  record Overloaded(Optional<Duration> retryAfter) implements Fault {}

  /** Refuses the call with a 429 of a given kind. */
  record RateLimited(Kind kind, Optional<Duration> retryAfter) implements Fault {
    enum Kind {
      REQUESTS,
      TOKENS,
      QUOTA,
      TOO_LARGE,
      SLOW_DOWN
    }
  }

  /** Answers with a page of HTML, as a proxy in between would. */
  record Html(int status) implements Fault {}

  /** Delays the first byte of the body, on top of the model's latency. */
  record SlowFirstToken(Duration delay) implements Fault {}

  /** Stops sending after n frames; for ever unless {@code resumeAfter} says otherwise. */
  record Stall(int after, Optional<Duration> resumeAfter) implements Fault {}

  /** Closes the connection after n frames. */
  record Cut(int after) implements Fault {}

  /** Sends a chunk that is not JSON after n frames and ends the body. */
  record Malformed(int after) implements Fault {}

  /** Sends the vendor's error inside the 200 after n frames and ends the body. */
  record ErrorInAnswer(int after) implements Fault {}

  /** Resets the connection after n frames; with 0, before any byte of the answer. */
  record Reset(int after) implements Fault {}

  /** The name under which the fault is counted, which is its keyword in the grammar. */
  default String keyword() {
    return switch (this) {
      case Status s -> "status";
      case Overloaded o -> "overloaded";
      case RateLimited r -> "429";
      case Html h -> "html";
      case SlowFirstToken s -> "slow-first-token";
      case Stall s -> "stall-after";
      case Cut c -> "cut-after";
      case Malformed m -> "malformed-after";
      case ErrorInAnswer e -> "error-after";
      case Reset r -> "reset";
    };
  }

  /**
   * Faults of one call.
   *
   * @param faults all of them apply
   * @param times how many calls of equal content they apply to; later ones are spared
   */
  record Spec(List<Fault> faults, int times) {
    static final Spec NONE = new Spec(List.of(), Integer.MAX_VALUE);
  }

  /**
   * Reads the grammar documented at {@link Simulator#fault}.
   *
   * @throws IllegalArgumentException naming the item that is wrong
   */
  static Spec parse(String text) {
    List<Fault> faults = new ArrayList<>();
    int times = Integer.MAX_VALUE;
    for (String item : text.split(",", -1)) {
      int equals = item.indexOf('=');
      String key = (equals < 0 ? item : item.substring(0, equals)).strip();
      String value = equals < 0 ? "" : item.substring(equals + 1).strip();
      if (key.equals("times")) {
        times = count(item, value);
      } else {
        faults.add(one(item, key.toLowerCase(Locale.ROOT), value));
      }
    }
    return new Spec(List.copyOf(faults), times);
  }

  private static Fault one(String item, String key, String value) {
    int slash = value.indexOf('/');
    String head = slash < 0 ? value : value.substring(0, slash);
    Optional<Duration> tail =
        slash < 0 ? Optional.empty() : Optional.of(Durations.parse(value.substring(slash + 1)));
    return switch (key) {
      case "status" -> new Status(status(item, head), tail);
      case "overloaded" -> new Overloaded(tail);
      case "429" -> new RateLimited(kind(item, head), tail);
      case "html" -> new Html(head.isEmpty() ? 502 : status(item, head));
      case "slow-first-token" -> new SlowFirstToken(Durations.parse(value));
      case "stall-after" -> new Stall(count(item, head), tail);
      case "cut-after" -> new Cut(count(item, value));
      case "malformed-after" -> new Malformed(count(item, value));
      case "error-after" -> new ErrorInAnswer(count(item, value));
      case "reset" -> new Reset(value.isEmpty() ? 0 : count(item, value));
      default ->
          throw new IllegalArgumentException(
              "Unknown fault '"
                  + item.strip()
                  + "': use status=500, overloaded, 429=requests, html, slow-first-token=2s,"
                  + " stall-after=5, cut-after=5, malformed-after=3, error-after=3, reset or"
                  + " times=1.");
    };
  }

  private static RateLimited.Kind kind(String item, String name) {
    return switch (name) {
      case "", "requests" -> RateLimited.Kind.REQUESTS;
      case "tokens" -> RateLimited.Kind.TOKENS;
      case "quota" -> RateLimited.Kind.QUOTA;
      case "too-large" -> RateLimited.Kind.TOO_LARGE;
      case "slow-down" -> RateLimited.Kind.SLOW_DOWN;
      default ->
          throw new IllegalArgumentException(
              "Unknown kind of 429 in '"
                  + item.strip()
                  + "': use requests, tokens, quota, too-large or slow-down.");
    };
  }

  private static int status(String item, String text) {
    int status = count(item, text);
    if (status < 200 || status > 599) {
      throw new IllegalArgumentException(
          "Status in '" + item.strip() + "' must be between 200 and 599.");
    }
    return status;
  }

  private static int count(String item, String text) {
    try {
      int value = Integer.parseInt(text);
      if (value >= 0) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Fault '" + item.strip() + "' needs a whole number after '='.", e);
    }
    throw new IllegalArgumentException(
        "Fault '" + item.strip() + "' needs a number of at least 0.");
  }
}
