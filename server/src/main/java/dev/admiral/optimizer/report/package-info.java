/**
 * What the server tells of itself, as messages of the contract made from the engines' values: one
 * class for each noun, the one truth of every door.
 *
 * <p>Nothing is decided or changed here, and no transport is known: what is wrong with a request is
 * thrown as the vocabulary's failure. Nobody is told of another tenant.
 *
 * <p>Everything may be asked by any thread. What sums, sorts or reads files says so; it does not
 * belong on an event loop.
 */
@NullMarked
package dev.admiral.optimizer.report;

import org.jspecify.annotations.NullMarked;
