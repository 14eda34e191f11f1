/**
 * Joins: equal calls that are under way at the same time share one upstream call. {@link
 * dev.admiral.optimizer.flight.Flights} is what callers see; {@link
 * dev.admiral.optimizer.flight.SingleFlight} joins the calls of one node.
 *
 * <p>Every waiter sees the same pieces from the first on, then one outcome, each at its own speed;
 * a task never waits for a reader, and nothing crosses a tenant or an agent's own scope, since both
 * are part of every key.
 *
 * <p>Joining and reading never block and may be done on an event loop; a task runs on a thread of
 * its own.
 */
@NullMarked
package dev.admiral.optimizer.flight;

import org.jspecify.annotations.NullMarked;
