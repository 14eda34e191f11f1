package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.v1.Embedding;
import java.util.List;

/** A running call for vectors. Thread-safe as {@link RunningCall} is. */
public final class RunningVectors {
  private final RunningCall running;
  private final Question.ForVectors question;

  RunningVectors(RunningCall running, Question.ForVectors question) {
    this.running = running;
    this.question = question;
  }

  /** Returns the call that runs. */
  public RunningCall running() {
    return running;
  }

  /** Returns the vectors once the call has succeeded, one for each text in order. */
  public List<Embedding> vectors() {
    return question.vectors();
  }
}
