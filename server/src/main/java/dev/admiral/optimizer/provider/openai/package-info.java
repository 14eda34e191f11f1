/**
 * OpenAI's chat completions and embeddings, and the many that speak like them: requests and
 * answers.
 *
 * <p>What the format cannot express is refused by name before anything is sent, and only hints are
 * left out. In what vendors differ is told by their quirks and by the traits of the model, never by
 * an address.
 *
 * <p>A dialect is immutable; a request and an answer are used by one thread.
 */
@NullMarked
package dev.admiral.optimizer.provider.openai;

import org.jspecify.annotations.NullMarked;
