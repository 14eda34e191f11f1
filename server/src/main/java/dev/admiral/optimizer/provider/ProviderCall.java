package dev.admiral.optimizer.provider;

import com.google.protobuf.Struct;
import dev.admiral.optimizer.v1.Prompt;
import java.util.Locale;

/**
 * One try of one model.
 *
 * @param attemptId identifier sent along, so that the vendor's record and ours can be matched
 * @param model the vendor's own name of the model; {@link Prompt#getModel()} is ignored
 * @param prompt what to ask
 * @param streamed true to ask for the answer piece by piece
 */
public record ProviderCall(String attemptId, String model, Prompt prompt, boolean streamed) {

  /** Returns the prompt's options as far as they are written for a wire format. */
  Struct options(ProviderSettings.Dialect dialect) {
    String written = prompt.getProviderOptionsDialect();
    return written.isEmpty() || written.equals(dialect.name().toLowerCase(Locale.ROOT))
        ? prompt.getProviderOptions()
        : Struct.getDefaultInstance();
  }
}
