/**
 * The durable stores: SQLite files in a data directory that one process owns.
 *
 * <p>What was reported as written survives the end of the process at any instant; a file that this
 * server cannot trust is refused and left as it is; a store in trouble says which and why.
 *
 * <p>Each file has one writer thread that commits the writes of many callers together; reads run on
 * the callers' threads, a few at a time.
 */
@NullMarked
package dev.admiral.optimizer.store;

import org.jspecify.annotations.NullMarked;
