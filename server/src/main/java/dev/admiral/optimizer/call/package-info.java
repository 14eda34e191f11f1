/**
 * The vocabulary of a call: who asks, under which key, what came of it and what it cost.
 *
 * <p>Values are immutable and compare by content; the generated content messages (prompt,
 * completion, delta) are used as they are.
 *
 * <p>Everything here may be used from any thread.
 */
@NullMarked
package dev.admiral.optimizer.call;

import org.jspecify.annotations.NullMarked;
