/**
 * The stores of one machine: SQLite files in a data directory that one process owns.
 *
 * <p>What was reported as written survives the end of the process at any instant; a file that this
 * server cannot trust is refused and left as it is; a store in trouble says which and why.
 *
 * <p>Each file has one writer thread that commits the writes of many callers together, and a few
 * threads that read; no caller's thread ever waits inside SQLite.
 */
@NullMarked
package dev.admiral.optimizer.store.sqlite;

import org.jspecify.annotations.NullMarked;
