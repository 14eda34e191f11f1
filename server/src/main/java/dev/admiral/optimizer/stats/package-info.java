/**
 * Counts, money and latencies of finished calls, by agent and by model, since the server started.
 *
 * <p>Sums are exact, latencies within 1 %; nothing is kept of a single call, and what is kept is
 * bounded.
 *
 * <p>Calls are counted on event loops without locks; a snapshot may be taken from any thread at any
 * time.
 */
@NullMarked
package dev.admiral.optimizer.stats;

import org.jspecify.annotations.NullMarked;
