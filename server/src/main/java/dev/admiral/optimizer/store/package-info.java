/**
 * What every kind of durable store has in common for those that open, watch and close it: how a
 * store in trouble is told of, and how its failures are classified.
 *
 * <p>What is stored is declared by the packages whose it is, each with a kit of tests that every
 * implementation passes; one database is one sub-package, and nothing else knows it.
 *
 * <p>Values alone: safe for use by any thread.
 */
@NullMarked
package dev.admiral.optimizer.store;

import org.jspecify.annotations.NullMarked;
