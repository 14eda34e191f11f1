package dev.admiral.optimizer.fleet;

import dev.admiral.optimizer.call.Money;
import java.time.Instant;

/**
 * What is known of one agent at one moment.
 *
 * @param tenant the tenant it belongs to
 * @param name its name; {@link Fleet#OTHERS} for all agents beyond the bound together
 * @param group its group, empty if it gave none; the last one it gave
 * @param calls calls that ended, failed ones included
 * @param spent list price of the answers it had providers give, as far as prices are known
 * @param saved list price of the answers it was given without asking a provider
 * @param created when it was first seen
 * @param lastSeen when it last called or sent a heartbeat; exact to {@link Fleet#SEEN_RESOLUTION}
 */
public record Agent(
    String tenant,
    String name,
    String group,
    long calls,
    Money spent,
    Money saved,
    Instant created,
    Instant lastSeen) {}
