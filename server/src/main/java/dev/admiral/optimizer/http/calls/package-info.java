/**
 * Model calls that come by HTTP: what every vendor's API has in common. An {@code Api} reads a
 * vendor's request into the contract's prompt and writes answers in its words; the rest is here.
 *
 * <p>A call that comes by HTTP goes through the same pipeline, with the same keys and limits, as
 * one that comes by gRPC, and ends the same way; a stream that fails ends with the vendor's error
 * event, never silently.
 *
 * <p>Calls are started on the selector threads; their answers are written by whichever thread
 * brings them.
 */
@NullMarked
package dev.admiral.optimizer.http.calls;

import org.jspecify.annotations.NullMarked;
