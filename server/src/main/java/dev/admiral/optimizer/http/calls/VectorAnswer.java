package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.pipeline.RunningVectors;
import dev.admiral.optimizer.v1.Prompt;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes the vectors of a call that has ended. */
final class VectorAnswer implements WholeFormat {
  private final VectorFormat format;

  /** Set before the reply is bound to its call, and so before anything is written. */
  private volatile @Nullable RunningVectors running;

  VectorAnswer(VectorFormat format) {
    this.format = format;
  }

  /** Names the call; before its reply is bound to it. */
  void of(RunningVectors call) {
    running = call;
  }

  @Override
  public void whole(JsonGenerator json, Call call, Answered answered) throws IOException {
    format.whole(json, answered.answer(), Objects.requireNonNull(running).vectors());
  }

  @Override
  public Failure inWords(Failure failure, Prompt prompt) {
    return format.inWords(failure);
  }
}
