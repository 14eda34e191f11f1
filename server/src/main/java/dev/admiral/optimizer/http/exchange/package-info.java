/**
 * One HTTP request and its response, as the front needs them: a body read up to a bound, one whole
 * reply or a stream of events, and word of a client that leaves.
 *
 * <p>Every exchange gets exactly one reply; nothing here blocks, and nothing is written to a client
 * that cannot take it.
 *
 * <p>Requests are handled on the selector threads of the server; replies may come from any thread.
 */
@NullMarked
package dev.admiral.optimizer.http.exchange;

import org.jspecify.annotations.NullMarked;
