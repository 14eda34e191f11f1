package dev.admiral.optimizer.ledger;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks for single entries.
 *
 * @param tenant the tenant whose entries are listed
 * @param from first instant listed; null for the beginning
 * @param until first instant no longer listed; null for no end
 * @param agent only this agent; empty for all
 * @param callId only entries of this call; empty for all
 */
public record EntryQuery(
    String tenant, @Nullable Instant from, @Nullable Instant until, String agent, String callId) {}
