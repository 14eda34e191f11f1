package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.v1.Source;
import java.time.Duration;
import java.time.LocalDate;

/**
 * Calls of one day that cost nothing, summed.
 *
 * @param day the day, UTC
 * @param tenant the tenant whose calls they were
 * @param agent the agent whose calls they were
 * @param provider the provider that had made the answers
 * @param model the model that had made the answers
 * @param source where the answers came from
 * @param calls how many
 * @param amount what they would have cost, as far as prices are known
 * @param time what their callers did not wait, as far as it is known
 */
public record Saving(
    LocalDate day,
    String tenant,
    String agent,
    String provider,
    String model,
    Source source,
    long calls,
    Money amount,
    Duration time) {}
