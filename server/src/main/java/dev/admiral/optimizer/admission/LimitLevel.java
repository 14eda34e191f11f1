package dev.admiral.optimizer.admission;

/**
 * A limit as it stands now.
 *
 * @param subject whose calls it bounds: "provider/NAME" or "agent/NAME"
 * @param name what is bounded, such as "requests per minute"
 * @param limit most in the span
 * @param available what could be taken at once now
 * @param burst most that can ever be taken at once
 * @param refused calls refused since the server started; of an agent since it was last forgotten
 */
public record LimitLevel(
    String subject, String name, long limit, long available, long burst, long refused) {}
