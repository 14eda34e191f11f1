package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.ReasoningPart;
import java.io.IOException;

/**
 * Reasoning with what its vendor must be sent back, in the list "reasoning_details" that OpenRouter
 * made known: OpenAI's own API has no place for signatures.
 */
final class ReasoningDetails {
  static final String FIELD = "reasoning_details";
  private static final String TEXT = "reasoning.text";
  private static final String ENCRYPTED = "reasoning.encrypted";

  private ReasoningDetails() {}

  /** Reads one element of the list. */
  static ReasoningPart read(Given detail) throws CallException {
    Given summary = detail.get("summary");
    return ReasoningPart.newBuilder()
        .setText(summary.present() ? summary.text() : detail.get("text").textOrEmpty())
        .setSignature(detail.get("signature").textOrEmpty())
        .setRedactedData(detail.get("data").textOrEmpty())
        .build();
  }

  /** Returns true if there is more to reasoning than text. */
  static boolean needed(String signature, String redactedData) {
    return !signature.isEmpty() || !redactedData.isEmpty();
  }

  /** Writes one element of the list. */
  static void write(
      JsonGenerator json, int index, String text, String signature, String redactedData)
      throws IOException {
    json.writeStartObject();
    boolean encrypted = text.isEmpty() && signature.isEmpty();
    json.writeStringField("type", encrypted ? ENCRYPTED : TEXT);
    if (!text.isEmpty()) {
      json.writeStringField("text", text);
    }
    if (!signature.isEmpty()) {
      json.writeStringField("signature", signature);
    }
    if (!redactedData.isEmpty()) {
      json.writeStringField("data", redactedData);
    }
    json.writeNumberField("index", index);
    json.writeEndObject();
  }
}
