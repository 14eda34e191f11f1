package dev.admiral.optimizer.pipeline;

import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.VectorInput;
import java.util.List;
import java.util.OptionalInt;

/**
 * What is asked of a call for vectors.
 *
 * @param model the model, in the forms of a prompt's
 * @param input what to turn into vectors, 1 to 2,048 texts, none empty
 * @param dimensions length of the vectors; empty is the model's own
 * @param options further fields in the vendors' own words, such as what the vectors are for
 */
public record VectorRequest(
    String model, VectorInput input, OptionalInt dimensions, Struct options) {
  /** Asks for vectors of texts in nobody's own words. */
  public VectorRequest(String model, List<String> texts, OptionalInt dimensions) {
    this(model, new VectorInput.Texts(texts), dimensions, Struct.getDefaultInstance());
  }
}
