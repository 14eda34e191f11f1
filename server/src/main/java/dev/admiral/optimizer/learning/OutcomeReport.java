package dev.admiral.optimizer.learning;

import java.util.OptionalInt;

/**
 * The latest report of one agent on one call.
 *
 * @param id who reported on what
 * @param number its place in the order of reports to one server, all tenants together
 * @param key where it is counted
 * @param good true if the answer served
 * @param score quality in billionths, 0 to {@link #SCORE_OF_ONE}; empty if none was given
 */
public record OutcomeReport(
    Id id, long number, OutcomeRecord.Key key, boolean good, OptionalInt score) {
  /** The best score. */
  public static final int SCORE_OF_ONE = 1_000_000_000;

  /**
   * Who reported on what.
   *
   * @param tenant whose call
   * @param callId the call
   * @param agent who reports; empty if it gave no name
   */
  public record Id(String tenant, String callId, String agent) {}
}
