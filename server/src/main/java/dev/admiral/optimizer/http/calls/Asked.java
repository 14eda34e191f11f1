package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.v1.Prompt;

/**
 * What a client asked for.
 *
 * @param prompt everything that can change the answer
 * @param streamed true if it wants the answer piece by piece
 * @param format how the answer is to be written
 */
public record Asked(Prompt prompt, boolean streamed, AnswerFormat format) {}
