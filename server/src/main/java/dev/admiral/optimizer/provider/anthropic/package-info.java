/**
 * Anthropic's messages, in the versions of 2023 and of 2026: requests and answers.
 *
 * <p>What the format cannot express is refused by name before anything is sent, and only hints are
 * left out. In what models differ is told by their traits.
 *
 * <p>A dialect is immutable; a request and an answer are used by one thread.
 */
@NullMarked
package dev.admiral.optimizer.provider.anthropic;

import org.jspecify.annotations.NullMarked;
