package dev.admiral.optimizer.guardian;

import dev.admiral.optimizer.v1.HealthState;
import java.time.Instant;

/**
 * Health of one part at one moment.
 *
 * @param name the part, such as "provider/openai", "store/main" or "cache"
 * @param state whether it works
 * @param reason why, in one sentence
 * @param since since when it is in this state
 */
public record PartHealth(String name, HealthState state, String reason, Instant since) {}
