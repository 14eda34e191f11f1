package dev.admiral.optimizer.cache;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import java.time.Duration;

/**
 * The first answer to a request_id.
 *
 * @param body the key of the call that was answered; a repeat with another one is to be refused
 * @param answer what it was answered
 * @param age time since the answer was complete; never negative
 */
public record Repeat(CallKey body, Answer answer, Duration age) {}
