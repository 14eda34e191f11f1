/**
 * Never pays twice for the same answer: what was answered is kept in memory and on disk, with the
 * failures worth remembering, the first answers to request_ids and the rule of what may be kept.
 *
 * <p>Nothing crosses a tenant or an agent's own scope, since both are part of every key; a broken,
 * refused or truncated answer is never kept; calls go on when the disk tier is slow, full or gone.
 *
 * <p>Look-ups in memory never block and may run on the event loop; methods that touch the disk tier
 * say that they block.
 */
@NullMarked
package dev.admiral.optimizer.cache;

import org.jspecify.annotations.NullMarked;
