package dev.admiral.optimizer.provider;

import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.VectorInput;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * One try of turning texts into vectors.
 *
 * @param attemptId as {@link ProviderCall#attemptId()}
 * @param model the vendor's own name of the model
 * @param input what to embed, at least one
 * @param dimensions wanted length of the vectors
 * @param options further fields in the vendors' own words
 * @param patience as {@link ProviderCall#patience()}
 */
public record VectorCall(
    String attemptId,
    String model,
    VectorInput input,
    OptionalInt dimensions,
    Struct options,
    Duration patience) {
  /** Asks for vectors of texts in nobody's own words. */
  public VectorCall(
      String attemptId,
      String model,
      List<String> texts,
      OptionalInt dimensions,
      Duration patience) {
    this(
        attemptId,
        model,
        new VectorInput.Texts(texts),
        dimensions,
        Struct.getDefaultInstance(),
        patience);
  }
}
