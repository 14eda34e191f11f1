package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.v1.LimitMetric;
import java.time.Duration;

/**
 * A limit as it stands now.
 *
 * @param subject whose calls it bounds: "provider/NAME" or "agent/NAME"
 * @param metric what is counted
 * @param period over which time
 * @param limit most in the span
 * @param available what could be taken at once now
 * @param burst most that can ever be taken at once
 * @param refused calls refused since the server started; of an agent since it was last forgotten
 */
public record LimitLevel(
    String subject,
    LimitMetric metric,
    Duration period,
    long limit,
    long available,
    long burst,
    long refused) {}
