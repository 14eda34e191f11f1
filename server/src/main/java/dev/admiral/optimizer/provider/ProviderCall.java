package dev.admiral.optimizer.provider;

import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ProviderDialect;
import java.time.Duration;

/**
 * One try of one model.
 *
 * @param attemptId identifier sent along, so that the vendor's record and ours can be matched
 * @param model the vendor's own name of the model; {@link Prompt#getModel()} is ignored
 * @param prompt what to ask
 * @param streamed true to ask for the answer piece by piece
 * @param traits how the model wants to be asked
 * @param patience longest wait for the first piece, if the provider's own setting is not shorter;
 *     more than zero
 */
public record ProviderCall(
    String attemptId,
    String model,
    Prompt prompt,
    boolean streamed,
    ModelTraits traits,
    Duration patience) {

  /** A patience that leaves the wait to the provider's own setting. */
  public static final Duration UNBOUNDED = Duration.ofDays(365);

  /** Returns the prompt's options as far as they are written for a wire format. */
  public Struct options(Dialect dialect) {
    ProviderDialect written = prompt.getProviderOptionsDialect();
    boolean meant =
        switch (dialect) {
          case OPENAI -> written == ProviderDialect.PROVIDER_DIALECT_OPENAI;
          case ANTHROPIC -> written == ProviderDialect.PROVIDER_DIALECT_ANTHROPIC;
        };
    return meant || written == ProviderDialect.PROVIDER_DIALECT_UNSPECIFIED
        ? prompt.getProviderOptions()
        : Struct.getDefaultInstance();
  }
}
