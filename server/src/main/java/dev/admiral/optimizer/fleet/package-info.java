/**
 * Who calls: keys and the tenants they belong to, and the agents seen, with their calls, spend and
 * savings.
 *
 * <p>A key is kept only as its SHA-256 and compared in constant time; an agent registers itself on
 * its first call; totals in memory are exact, and what could not be written to the {@link
 * dev.admiral.optimizer.fleet.AgentStore} is written later.
 *
 * <p>{@link dev.admiral.optimizer.fleet.Keys} and {@link dev.admiral.optimizer.fleet.Fleet} may be
 * used from any thread and neither lock nor block on the path of a call; {@link
 * dev.admiral.optimizer.fleet.Fleet#flush} blocks and belongs on a thread of its own.
 */
@NullMarked
package dev.admiral.optimizer.fleet;

import org.jspecify.annotations.NullMarked;
