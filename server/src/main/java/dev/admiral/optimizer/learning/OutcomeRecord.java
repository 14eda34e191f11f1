package dev.admiral.optimizer.learning;

import java.time.Instant;
import java.util.HashSet;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * What was reported of one model's answers to one kind of task.
 *
 * @param key which answers
 * @param good how many served
 * @param bad how many were wrong or useless
 * @param scores how many reports had a score
 * @param scoreSum sum of these scores, in billionths
 * @param agents agents that reported, as many as are told apart
 * @param first when the first report came
 * @param last when the last report came
 */
public record OutcomeRecord(
    Key key,
    long good,
    long bad,
    long scores,
    long scoreSum,
    Set<String> agents,
    Instant first,
    Instant last) {
  public OutcomeRecord {
    agents = Set.copyOf(agents);
  }

  /**
   * Answers that are judged together.
   *
   * @param tenant whose
   * @param provider provider that answered
   * @param model model that answered
   * @param taskType kind of task; empty if the calls named none
   */
  public record Key(String tenant, String provider, String model, String taskType) {}

  /** Returns this sum with what came to it. */
  OutcomeRecord plus(OutcomeRecord gain) {
    Set<String> all = new HashSet<>(agents);
    all.addAll(gain.agents);
    return new OutcomeRecord(
        key,
        good + gain.good,
        bad + gain.bad,
        scores + gain.scores,
        scoreSum + gain.scoreSum,
        all,
        gain.first.isBefore(first) ? gain.first : first,
        gain.last.isAfter(last) ? gain.last : last);
  }

  /** Returns how many answers were reported. */
  public long count() {
    return good + bad;
  }

  /** Returns the mean of the scores, 0 to 1; empty if there were none. */
  public OptionalDouble meanScore() {
    return scores == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) scoreSum / scores / OutcomeReport.SCORE_OF_ONE);
  }
}
