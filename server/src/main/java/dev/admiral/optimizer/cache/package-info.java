/**
 * Never pays twice for the same answer: the response cache with its memory and disk tiers, and the
 * joining of equal calls in flight.
 *
 * <p>Nothing crosses a tenant or an agent's own scope, since both are part of every key; a broken,
 * refused or truncated answer is never kept; calls go on when the disk tier is slow, full or gone.
 *
 * <p>Look-ups in memory, joins and reads of a flight never block and may run on the event loop;
 * methods that touch the disk tier say that they block.
 */
@NullMarked
package dev.admiral.optimizer.cache;

import org.jspecify.annotations.NullMarked;
