package dev.admiral.cli.demo;

import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.v1.Attempt;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the agents saw by their own clocks. Thread-safe. */
final class Tally {
  /** How an answer came, as far as it changes how long one waits. */
  enum Way {
    CACHED,
    JOINED,
    UPSTREAM
  }

  private record Answer(Way way, long nanos) {}

  private final List<Answer> answers = new ArrayList<>();
  private final Map<String, Integer> failures = new TreeMap<>();
  private int failedOver;

  /** Notes an answer. */
  synchronized void answered(Served served, long nanos) {
    answers.add(new Answer(way(served.getSource()), nanos));
    boolean first =
        served.getSource() == Source.SOURCE_UPSTREAM
            && served.getAttemptsCount() > 1
            && !sameModel(served.getAttemptsList());
    failedOver += first ? 1 : 0;
  }

  /** Notes a call without an answer. */
  synchronized void failed(AdmiralException failure) {
    String reason = failure.reasonName().isEmpty() ? failure.code().name() : failure.reasonName();
    failures.merge(reason, 1, Integer::sum);
  }

  /** Returns how many answers came from another model than the first that was tried. */
  synchronized int failedOver() {
    return failedOver;
  }

  /** Returns calls without an answer, by reason. */
  synchronized Map<String, Integer> failures() {
    return Map.copyOf(failures);
  }

  /** Returns the sorted times of answers by the way they came. */
  synchronized Map<Way, long[]> times() {
    Map<Way, long[]> times = new EnumMap<>(Way.class);
    for (Way way : Way.values()) {
      times.put(
          way,
          answers.stream()
              .filter(answer -> answer.way() == way)
              .mapToLong(Answer::nanos)
              .sorted()
              .toArray());
    }
    return times;
  }

  /** Returns the value below which a part of the sorted values lies. */
  static Duration rank(long[] sorted, double part) {
    int index = (int) Math.ceil(part * sorted.length) - 1;
    return Duration.ofNanos(sorted[Math.clamp(index, 0, sorted.length - 1)]);
  }

  private static boolean sameModel(List<Attempt> attempts) {
    Attempt last = attempts.getLast();
    return attempts.stream()
        .filter(attempt -> attempt.getFailure() != ErrorReason.ERROR_REASON_UNSPECIFIED)
        .allMatch(attempt ->
            attempt.getProvider().equals(last.getProvider())
                && attempt.getModel().equals(last.getModel()));
  }

  private static Way way(Source source) {
    return switch (source) {
      case SOURCE_COALESCED -> Way.JOINED;
      case SOURCE_UPSTREAM, SOURCE_UNSPECIFIED, UNRECOGNIZED -> Way.UPSTREAM;
      case SOURCE_MEMORY, SOURCE_DISK, SOURCE_NEAR_MATCH, SOURCE_REPEATED -> Way.CACHED;
    };
  }
}
