/**
 * Anthropic's API: messages and the counting of their tokens, in both published versions.
 *
 * <p>What a client sends is read into the contract's prompt without loss, or refused naming the
 * field; what it gets has the shape that version has, streams included.
 *
 * <p>Everything is stateless but the writers of streams, which are for one thread at a time.
 */
@NullMarked
package dev.admiral.optimizer.http.anthropic;

import org.jspecify.annotations.NullMarked;
