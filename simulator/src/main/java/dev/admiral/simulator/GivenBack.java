package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What vendors give with an answer for themselves and want back with the next turn, and their words
 * when it does not come: Gemini 3's signatures of calls and the reasoning of DeepSeek and Moonshot
 * (their manuals), and OpenRouter's list of signed reasoning (recorded answers).
 */
final class GivenBack {
  private static final int LENGTH = 120;

  /** What Gemini takes for calls that it did not make. */
  private static final String NOT_CHECKED = "skip_thought_signature_validator";

  private GivenBack() {}

  /** Returns the signature of a text or of a call's identifier. */
  static String signature(String of) {
    return Mix.base62(Mix.text(41, of), LENGTH);
  }

  /**
   * Looks at what a message of the model was sent back with.
   *
   * @param current true if no user has spoken since
   * @param reasons true if the model is to reason
   * @throws Rejected as the vendor would
   */
  static void check(Dialect dialect, JsonNode message, boolean current, boolean reasons)
      throws Rejected {
    JsonNode first = message.path("tool_calls").path(0);
    switch (dialect) {
      case GEMINI -> {
        if (current && !first.isMissingNode()) {
          signed(first);
        }
      }
      case DEEPSEEK, MOONSHOT -> {
        JsonNode reasoning = message.path("reasoning_content");
        boolean missing =
            dialect == Dialect.MOONSHOT ? reasoning.asText().isEmpty() : !reasoning.isTextual();
        if (reasons && !first.isMissingNode() && missing) {
          throw Rejected.invalid(
              null,
              "invalid_request_error",
              "The `reasoning_content` in the thinking mode must be passed back to the API.");
        }
      }
      case OPENROUTER -> {
        for (JsonNode detail : message.path("reasoning_details")) {
          String text = detail.path("text").asText();
          if (!detail.path("signature").asText().equals(signature(text))) {
            throw Rejected.invalid(
                null, null, "messages.1.content.0: Invalid `signature` in `thinking` block");
          }
        }
      }
      default -> {}
    }
  }

  private static void signed(JsonNode call) throws Rejected {
    String signature = call.at("/extra_content/google/thought_signature").asText();
    if (signature.isEmpty()) {
      throw Rejected.invalid(
          null,
          null,
          "Function call is missing a thought_signature in functionCall parts. This is required"
              + " for tools to work correctly, and missing thought_signature may lead to degraded"
              + " model performance.");
    }
    if (!signature.equals(NOT_CHECKED) && !signature.equals(signature(call.path("id").asText()))) {
      throw Rejected.invalid(null, null, "Thought signature is not valid.");
    }
  }
}
