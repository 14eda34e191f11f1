/**
 * What the fleet learns: which model of which provider failed how, how often and for how many
 * agents, and how good its answers were by those who got them.
 *
 * <p>Lessons belong to a tenant, survive a restart, are bounded, and never hold a provider's error
 * text or anything of a call's content.
 *
 * <p>Everything is safe for concurrent use; only {@link
 * dev.admiral.optimizer.learning.FailureLog#flush} and {@code load}, and those of {@link
 * dev.admiral.optimizer.learning.OutcomeLog} with its reports, wait for the store.
 */
@NullMarked
package dev.admiral.optimizer.learning;

import org.jspecify.annotations.NullMarked;
