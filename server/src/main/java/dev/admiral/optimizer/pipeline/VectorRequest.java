package dev.admiral.optimizer.pipeline;

import java.util.List;
import java.util.OptionalInt;

/**
 * What is asked of a call for vectors.
 *
 * @param model the model, in the forms of a prompt's
 * @param texts what to turn into vectors, 1 to 2,048 texts, none empty
 * @param dimensions length of the vectors; empty is the model's own
 */
public record VectorRequest(String model, List<String> texts, OptionalInt dimensions) {
  public VectorRequest {
    texts = List.copyOf(texts);
  }
}
