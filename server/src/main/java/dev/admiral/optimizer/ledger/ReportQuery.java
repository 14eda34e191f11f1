package dev.admiral.optimizer.ledger;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Asks for sums.
 *
 * @param tenant the tenant whose calls are counted
 * @param from first day counted, UTC; null for the beginning
 * @param until first day no longer counted, UTC; null for no end
 * @param grouping what the rows stand for
 * @param agent only this agent; empty for all
 */
public record ReportQuery(
    String tenant,
    @Nullable LocalDate from,
    @Nullable LocalDate until,
    Grouping grouping,
    String agent) {

  /** What the rows of a report stand for. */
  public enum Grouping {
    /** One row over everything. */
    ALL,
    /** A row for each agent. */
    AGENT,
    /** A row for each provider and model, "provider/model". */
    MODEL,
    /** A row for each day, "YYYY-MM-DD" in UTC. */
    DAY
  }
}
