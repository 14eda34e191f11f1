package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.pipeline.RunningCall;

/** How the answer to one request is written, whole or piece by piece. */
public interface AnswerFormat extends WholeFormat {
  /** Returns what writes the answer piece by piece; used once. */
  StreamFormat stream(RunningCall running);
}
