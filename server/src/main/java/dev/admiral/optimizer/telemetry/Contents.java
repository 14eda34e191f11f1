package dev.admiral.optimizer.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.ToolCall;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Prompts and answers as the convention writes them: JSON, a list of messages with parts. Bytes of
 * images and files are left out. What is longer than the bound ends somewhere past it, and is cut
 * by whoever keeps it.
 */
final class Contents {
  private static final JsonFactory JSON = new JsonFactory();
  private static final AttributeKey<String> INPUT = AttributeKey.stringKey("gen_ai.input.messages");
  private static final AttributeKey<String> OUTPUT =
      AttributeKey.stringKey("gen_ai.output.messages");

  private Contents() {}

  /** Puts what was asked on a span. */
  static void asked(Span span, Prompt prompt, int maxChars) {
    span.setAttribute(INPUT, json(prompt.getMessagesList(), "", maxChars));
  }

  /** Puts what was answered on a span. */
  static void answered(Span span, Completion completion, int maxChars) {
    span.setAttribute(
        OUTPUT,
        json(List.of(completion.getMessage()), Words.of(completion.getFinishReason()), maxChars));
  }

  /** Returns the bytes that content takes among a span's attributes, two for a character. */
  static long bytes(Attributes attributes) {
    return bytes(attributes.get(INPUT)) + bytes(attributes.get(OUTPUT));
  }

  private static long bytes(@Nullable String text) {
    return text == null ? 0 : 2L * text.length();
  }

  private static String json(List<ChatMessage> messages, String finishReason, int maxChars) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartArray();
      for (ChatMessage message : messages) {
        json.writeStartObject();
        json.writeStringField("role", role(message.getRole()));
        json.writeArrayFieldStart("parts");
        for (ContentPart part : message.getPartsList()) {
          part(json, part, maxChars);
        }
        json.writeEndArray();
        if (!finishReason.isEmpty()) {
          json.writeStringField("finish_reason", finishReason);
        }
        json.writeEndObject();
        if (text.getBuffer().length() > maxChars) {
          break;
        }
      }
      json.writeEndArray();
    } catch (IOException e) {
      throw new UncheckedIOException("a string could not be written to", e);
    }
    return text.toString();
  }

  private static String role(Role role) {
    return switch (role) {
      case ROLE_SYSTEM, ROLE_DEVELOPER -> "system";
      case ROLE_ASSISTANT -> "assistant";
      case ROLE_TOOL -> "tool";
      case ROLE_USER, ROLE_UNSPECIFIED, UNRECOGNIZED -> "user";
    };
  }

  private static void part(JsonGenerator json, ContentPart part, int maxChars) throws IOException {
    json.writeStartObject();
    switch (part.getKindCase()) {
      case TEXT -> said(json, "text", part.getText().getText(), maxChars);
      case REASONING -> said(json, "reasoning", part.getReasoning().getText(), maxChars);
      case REFUSAL -> said(json, "refusal", part.getRefusal().getText(), maxChars);
      case TOOL_CALL -> {
        json.writeStringField("type", "tool_call");
        json.writeStringField("id", part.getToolCall().getId());
        json.writeStringField("name", part.getToolCall().getName());
        ToolCall call = part.getToolCall();
        json.writeStringField(
            "arguments",
            cut(call.hasInputText() ? call.getInputText() : call.getArgumentsJson(), maxChars));
      }
      case TOOL_RESULT -> {
        json.writeStringField("type", "tool_call_response");
        json.writeStringField("id", part.getToolResult().getToolCallId());
        json.writeArrayFieldStart("response");
        for (ContentPart result : part.getToolResult().getPartsList()) {
          part(json, result, maxChars);
        }
        json.writeEndArray();
      }
      case IMAGE -> json.writeStringField("type", "image");
      case FILE -> json.writeStringField("type", "file");
      case TOOL_REFERENCE -> json.writeStringField("type", "tool_reference");
      case KIND_NOT_SET -> json.writeStringField("type", "unknown");
    }
    json.writeEndObject();
  }

  private static void said(JsonGenerator json, String type, String text, int maxChars)
      throws IOException {
    json.writeStringField("type", type);
    json.writeStringField("content", cut(text, maxChars));
  }

  /** What is past the bound would be cut anyway: a text is no shorter as JSON. */
  private static String cut(String text, int maxChars) {
    return text.length() <= maxChars ? text : text.substring(0, maxChars);
  }
}
