/**
 * The life of a call: the order of its steps, written once, as plain code.
 *
 * <p>Every call ends with exactly one outcome, is counted exactly once, and whatever was reserved
 * for it is settled exactly once. A paid answer is in the ledger before its caller sees the end of
 * it.
 *
 * <p>Starting a call never blocks and may be done on an event loop; the upstream part runs on a
 * virtual thread of its own, in blocking code.
 */
@NullMarked
package dev.admiral.optimizer.pipeline;

import org.jspecify.annotations.NullMarked;
