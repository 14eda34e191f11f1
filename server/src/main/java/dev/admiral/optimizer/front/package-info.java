/**
 * What every door shares: how a call starts and ends for its caller, the pump that moves an answer
 * at the caller's own pace, and what is said of faults.
 *
 * <p>A call ends for its caller exactly once: with its outcome, its deadline, its caller's leaving
 * or a fault, whichever comes first. No transport is known here; a fault's own words reach the log
 * only without messages, and callers never.
 *
 * <p>Thread-safe, and never blocking: a pump is run by whichever thread brings something new.
 */
@NullMarked
package dev.admiral.optimizer.front;

import org.jspecify.annotations.NullMarked;
