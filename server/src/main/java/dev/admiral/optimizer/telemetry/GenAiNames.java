package dev.admiral.optimizer.telemetry;

import dev.admiral.optimizer.call.Call;
import java.util.Map;

/** The words that OpenTelemetry's GenAI convention has for what we name otherwise. */
public final class GenAiNames {
  /** An operation: an answer to messages. */
  public static final String CHAT = "chat";

  private static final String EMBEDDINGS = "embeddings";

  private static final Map<String, String> PROVIDERS =
      Map.of("gemini", "gcp.gemini", "mistral", "mistral_ai");

  private GenAiNames() {}

  /** Returns the convention's name of a provider; its own if the convention has none. */
  public static String provider(String name) {
    return PROVIDERS.getOrDefault(name, name);
  }

  /** Returns what a call asked for. */
  static String operation(Call call) {
    // A call for vectors keeps its texts out of the prompt.
    return call.prompt().getMessagesCount() == 0 ? EMBEDDINGS : CHAT;
  }
}
