package dev.admiral.optimizer.call;

import java.time.Duration;

/**
 * A call that ended, with all there is to tell of it. It holds the prompt and the answer: whoever
 * keeps it keeps those.
 *
 * @param call the call
 * @param outcome how it ended for its caller
 * @param total from its arrival to its end
 */
public record FinishedCall(Call call, Outcome outcome, Duration total) {}
