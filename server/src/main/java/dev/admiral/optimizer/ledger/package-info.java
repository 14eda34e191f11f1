/**
 * What was paid and what was saved: prices with dates, exact entries, sums by agent, model and day.
 *
 * <p>An entry for which {@link Ledger#enter} returned true survives the process; none is lost while
 * the store is away, up to a bound, and none is counted twice; amounts are integers throughout.
 *
 * <p>Everything public may be used from any thread; {@link Ledger#savings} never blocks, the rest
 * may.
 */
@NullMarked
package dev.admiral.optimizer.ledger;

import org.jspecify.annotations.NullMarked;
