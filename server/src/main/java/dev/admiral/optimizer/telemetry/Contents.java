package dev.admiral.optimizer.telemetry;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.Words;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Message;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Prompts and answers as the convention writes them: JSON, a list of messages with parts. Bytes of
 * images and files are left out.
 */
final class Contents {
  private static final JsonFactory JSON = new JsonFactory();

  private Contents() {}

  static String messages(Prompt prompt) {
    return json(prompt.getMessagesList(), "");
  }

  static String messages(Completion completion) {
    return json(List.of(completion.getMessage()), Words.of(completion.getFinishReason()));
  }

  private static String json(List<Message> messages, String finishReason) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartArray();
      for (Message message : messages) {
        json.writeStartObject();
        json.writeStringField("role", role(message.getRole()));
        json.writeArrayFieldStart("parts");
        for (Part part : message.getPartsList()) {
          part(json, part);
        }
        json.writeEndArray();
        if (!finishReason.isEmpty()) {
          json.writeStringField("finish_reason", finishReason);
        }
        json.writeEndObject();
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

  private static void part(JsonGenerator json, Part part) throws IOException {
    json.writeStartObject();
    switch (part.getKindCase()) {
      case TEXT -> said(json, "text", part.getText().getText());
      case REASONING -> said(json, "reasoning", part.getReasoning().getText());
      case REFUSAL -> said(json, "refusal", part.getRefusal().getText());
      case TOOL_CALL -> {
        json.writeStringField("type", "tool_call");
        json.writeStringField("id", part.getToolCall().getId());
        json.writeStringField("name", part.getToolCall().getName());
        json.writeStringField("arguments", part.getToolCall().getArgumentsJson());
      }
      case TOOL_RESULT -> {
        json.writeStringField("type", "tool_call_response");
        json.writeStringField("id", part.getToolResult().getToolCallId());
        json.writeArrayFieldStart("response");
        for (Part result : part.getToolResult().getPartsList()) {
          part(json, result);
        }
        json.writeEndArray();
      }
      case IMAGE -> json.writeStringField("type", "image");
      case FILE -> json.writeStringField("type", "file");
      case KIND_NOT_SET -> json.writeStringField("type", "unknown");
    }
    json.writeEndObject();
  }

  private static void said(JsonGenerator json, String type, String text) throws IOException {
    json.writeStringField("type", type);
    json.writeStringField("content", text);
  }
}
