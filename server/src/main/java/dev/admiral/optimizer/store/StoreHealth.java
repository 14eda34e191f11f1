package dev.admiral.optimizer.store;

import dev.admiral.optimizer.v1.HealthState;
import java.time.Instant;

/**
 * Whether a store can be written.
 *
 * @param reason why not, in one sentence; empty while serving
 * @param since since when
 */
public record StoreHealth(HealthState state, String reason, Instant since) {}
