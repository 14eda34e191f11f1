package dev.admiral.optimizer.cache;

import org.jspecify.annotations.Nullable;

/**
 * Whom a stored answer belongs to.
 *
 * @param tenant the tenant
 * @param agent the only agent that may be given the answer; null if every agent of the tenant may
 */
public record EntryOwner(String tenant, @Nullable String agent) {}
