package dev.admiral.optimizer.provider.wire;

import dev.admiral.optimizer.v1.FinishReason;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The vendors' words for how an answer ended. One that is not known here is taken for the vendor
 * giving up: many are just that (error, abort, network_error, insufficient_system_resource,
 * malformed_function_call), and a broken answer must never pass for a whole one.
 */
public final class FinishWords {
  private static final Pattern SHOWABLE = Pattern.compile("[\\w.-]{1,64}");

  private static final Map<String, FinishReason> WORDS =
      Map.ofEntries(
          Map.entry("stop", FinishReason.FINISH_REASON_STOP),
          Map.entry("stop_sequence", FinishReason.FINISH_REASON_STOP),
          Map.entry("end_turn", FinishReason.FINISH_REASON_STOP),
          // Together, vLLM's forks.
          Map.entry("eos", FinishReason.FINISH_REASON_STOP),
          Map.entry("end", FinishReason.FINISH_REASON_STOP),
          Map.entry("eos_token", FinishReason.FINISH_REASON_STOP),
          // Cohere.
          Map.entry("complete", FinishReason.FINISH_REASON_STOP),
          Map.entry("length", FinishReason.FINISH_REASON_LENGTH),
          Map.entry("max_tokens", FinishReason.FINISH_REASON_LENGTH),
          Map.entry("max_output_tokens", FinishReason.FINISH_REASON_LENGTH),
          // Mistral.
          Map.entry("model_length", FinishReason.FINISH_REASON_LENGTH),
          Map.entry("model_context_window_exceeded", FinishReason.FINISH_REASON_CONTEXT_WINDOW),
          Map.entry("tool_calls", FinishReason.FINISH_REASON_TOOL_CALLS),
          Map.entry("tool_call", FinishReason.FINISH_REASON_TOOL_CALLS),
          Map.entry("tool_use", FinishReason.FINISH_REASON_TOOL_CALLS),
          Map.entry("function_call", FinishReason.FINISH_REASON_TOOL_CALLS),
          Map.entry("content_filter", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("content_filtered", FinishReason.FINISH_REASON_CONTENT_FILTER),
          // z.ai.
          Map.entry("sensitive", FinishReason.FINISH_REASON_CONTENT_FILTER),
          // Gemini, as relays pass it on.
          Map.entry("safety", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("recitation", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("blocklist", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("prohibited_content", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("spii", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("image_safety", FinishReason.FINISH_REASON_CONTENT_FILTER),
          // Bedrock.
          Map.entry("guardrail_intervened", FinishReason.FINISH_REASON_CONTENT_FILTER),
          Map.entry("refusal", FinishReason.FINISH_REASON_REFUSAL),
          Map.entry("pause_turn", FinishReason.FINISH_REASON_PAUSE));

  private FinishWords() {}

  /** Returns what a word means, in whatever case it is written; null if the vendor gave up. */
  public static @Nullable FinishReason reason(String word) {
    return WORDS.get(word.toLowerCase(Locale.ROOT));
  }

  /** Returns the error of a vendor that gave up. */
  public static VendorError givenUp(String word) {
    String why =
        SHOWABLE.matcher(word).matches()
            ? "the finish reason '" + word + "'"
            : "a finish reason that is no word";
    return new VendorError("", "", "its answer ended with " + why, "");
  }
}
