/**
 * The Java client of Admiral: blocking, asynchronous and streamed calls of the contract {@code
 * admiral.optimizer.v1}, whose generated messages are its vocabulary.
 *
 * <p>Every failure is an {@link dev.admiral.optimizer.client.AdmiralException}; one deadline bounds
 * a call over all of its tries; nothing is tried again once a first message of its answer came.
 *
 * <p>An {@link dev.admiral.optimizer.client.AdmiralClient} and its parts may be used from any
 * thread; a stream belongs to the one thread that reads it, though any thread may close it.
 */
@NullMarked
package dev.admiral.optimizer.client;

import org.jspecify.annotations.NullMarked;
