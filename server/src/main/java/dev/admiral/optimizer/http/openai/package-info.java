/**
 * OpenAI's APIs: chat completions, responses, embeddings and the list of models.
 *
 * <p>What a client sends is read into the contract's prompt without loss, or refused naming the
 * field; what it gets validates against the published schema, streams included.
 *
 * <p>Everything is stateless but the writers of streams, which are for one thread at a time.
 */
@NullMarked
package dev.admiral.optimizer.http.openai;

import org.jspecify.annotations.NullMarked;
