package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.Origin;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.PromptCachePoint;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.VendorData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Reads the messages of one request for a chat completion, in their order. */
final class ChatMessages {
  /** Calls in the form before tools have no identifiers; they are counted instead. */
  private int functionCalls;

  /** Returns a message; null if it is an instruction without a word. */
  @Nullable ChatMessage read(Given message) throws CallException {
    Given role = message.get("role");
    ChatMessage.Builder read = ChatMessage.newBuilder().setName(message.get("name").textOrEmpty());
    switch (role.text()) {
      case "system" -> spoken(read.setRole(Role.ROLE_SYSTEM), message);
      case "developer" -> spoken(read.setRole(Role.ROLE_DEVELOPER), message);
      case "user" -> spoken(read.setRole(Role.ROLE_USER), message);
      case "assistant" -> assistant(read.setRole(Role.ROLE_ASSISTANT), message);
      case "tool" ->
          result(read.setRole(Role.ROLE_TOOL), message, message.get("tool_call_id").text());
      case "function" ->
          result(read.setRole(Role.ROLE_TOOL).clearName(), message, functionCallId());
      default -> throw role.wrong("must be system, developer, user, assistant, tool or function");
    }
    markLast(read, message);
    boolean instruction =
        read.getRole() == Role.ROLE_SYSTEM || read.getRole() == Role.ROLE_DEVELOPER;
    return instruction && isEmpty(read) ? null : read.build();
  }

  private static boolean isEmpty(ChatMessage.Builder message) {
    return message.getPartsCount() == 1
        && message.getParts(0).hasText()
        && message.getParts(0).getText().getText().isEmpty();
  }

  private String functionCallId() {
    return "call_" + functionCalls;
  }

  private static void spoken(ChatMessage.Builder message, Given given) throws CallException {
    Given content = given.get("content");
    if (!content.isText() && !content.isList()) {
      throw content.mustBe("a string or a list of parts");
    }
    addContent(message, content);
  }

  /** Adds what is said; of several parts those without a word are left out. */
  private static void addContent(ChatMessage.Builder message, Given content) throws CallException {
    if (content.isText()) {
      message.addParts(text(content.text()));
      return;
    }
    var parts = content.list();
    if (parts.isEmpty()) {
      throw content.wrong("is empty; send at least one part");
    }
    for (Given given : parts) {
      ContentPart part = part(given.object());
      boolean wordless = part.hasText() && part.getText().getText().isEmpty();
      if (!wordless || parts.size() == 1) {
        message.addParts(part);
      }
    }
    if (message.getPartsCount() == 0) {
      message.addParts(text(""));
    }
  }

  private static ContentPart text(String text) {
    return ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)).build();
  }

  private static ContentPart part(Given given) throws CallException {
    Given type = given.get("type");
    ContentPart.Builder part = ContentPart.newBuilder();
    switch (type.text()) {
      case "text" -> part.setText(TextPart.newBuilder().setText(given.get("text").text()));
      case "refusal" ->
          part.setRefusal(RefusalPart.newBuilder().setText(given.get("refusal").text()));
      case "image_url" -> {
        Given image = given.get("image_url");
        // Some clients send the address alone.
        Given url = image.isText() ? image : image.object().get("url");
        part.setImage(Media.image(url, image.get("detail")));
      }
      case "file" -> part.setFile(Media.file(given.get("file").object()));
      case "input_audio" -> {
        Given sound = given.get("input_audio").object();
        part.setFile(Media.sound(sound.get("data"), sound.get("format")));
      }
      default -> throw type.wrong("must be text, image_url, input_audio, file or refusal");
    }
    return part.setPromptCachePoint(cachePoint(given)).build();
  }

  /** Reads OpenAI's own mark for caching, or the one of those who speak for other vendors. */
  static PromptCachePoint cachePoint(Given given) throws CallException {
    Given control = given.get("cache_control");
    if (!control.present()) {
      return given.get("prompt_cache_breakpoint").present()
          ? PromptCachePoint.PROMPT_CACHE_POINT_DEFAULT
          : PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED;
    }
    Given duration = control.object().get("ttl");
    return switch (duration.textOrEmpty()) {
      case "", "5m" -> PromptCachePoint.PROMPT_CACHE_POINT_DEFAULT;
      case "1h" -> PromptCachePoint.PROMPT_CACHE_POINT_1H;
      default -> throw duration.wrong("must be 5m or 1h");
    };
  }

  /** A mark beside the content is one of all of it. */
  private static void markLast(ChatMessage.Builder message, Given given) throws CallException {
    PromptCachePoint point = cachePoint(given);
    if (point != PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED) {
      message.getPartsBuilder(message.getPartsCount() - 1).setPromptCachePoint(point);
    }
  }

  private void assistant(ChatMessage.Builder message, Given given) throws CallException {
    if (given.get("audio").present()) {
      throw given.get("audio").wrong("cannot be carried: earlier answers are text only");
    }
    VendorData origin = Origin.read(given.node());
    reasoning(message, given, origin.getVendor());
    vendorData(given, VendorFields::ofMessage, origin.getVendor())
        .ifPresent(message::setVendorData);
    Given content = given.get("content");
    Given refusal = given.get("refusal");
    Given calls = given.get("tool_calls");
    Given call = given.get("function_call");
    boolean more = refusal.present() || calls.present() || call.present();
    // A word-less text beside calls is the vendor's way to say that there is none.
    if (content.present() && !(more && content.isText() && content.text().isEmpty())) {
      if (!content.isText() && !content.isList()) {
        throw content.mustBe("a string or a list of parts");
      }
      addContent(message, content);
    }
    if (refusal.present()) {
      message.addParts(
          ContentPart.newBuilder().setRefusal(RefusalPart.newBuilder().setText(refusal.text())));
    }
    if (calls.present()) {
      for (Given one : calls.list()) {
        toolCall(message, one.object(), origin.getVendor());
      }
    }
    if (call.present()) {
      functionCalls++;
      message.addParts(function(functionCallId(), call.object()));
    }
    if (message.getPartsCount() == 0) {
      // As an answer is told that ended before its first word.
      if (!content.written()) {
        throw content.mustBe("a string or a list of parts where there are no tool_calls");
      }
      message.addParts(ContentPart.newBuilder().setText(TextPart.getDefaultInstance()));
    }
  }

  /** Returns the fields of an object that its vendor wants back, as they are. */
  private static Optional<VendorData> vendorData(
      Given given, Predicate<String> wanted, String vendor) throws CallException {
    Map<String, String> fields = new LinkedHashMap<>(0);
    for (Map.Entry<String, JsonNode> field : given.node().properties()) {
      if (wanted.test(field.getKey()) && !field.getValue().isNull()) {
        fields.put(field.getKey(), VendorFields.json(field.getValue()));
      }
    }
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    String json = VendorFields.write(fields);
    if (json.length() > VendorFields.MOST_CHARS) {
      throw given
          .get(fields.keySet().iterator().next())
          .wrong("is longer than " + VendorFields.MOST_CHARS + " characters");
    }
    return Optional.of(VendorData.newBuilder().setVendor(vendor).setJson(json).build());
  }

  private static void toolCall(ChatMessage.Builder message, Given call, String vendor)
      throws CallException {
    Given type = call.get("type");
    String id = call.get("id").text();
    ContentPart.Builder part =
        switch (type.present() ? type.text() : "function") {
          case "function" -> function(id, call.get("function").object());
          case "custom" -> custom(id, call.get("custom").object());
          default -> throw type.wrong("must be function or custom: no other tools are carried");
        };
    vendorData(call, VendorFields::ofCall, vendor).ifPresent(part::setVendorData);
    message.addParts(part);
  }

  private static ContentPart.Builder custom(String id, Given custom) throws CallException {
    return ContentPart.newBuilder()
        .setToolCall(
            ToolCall.newBuilder()
                .setId(id)
                .setName(custom.get("name").text())
                .setInputText(custom.get("input").text()));
  }

  private static ContentPart.Builder function(String id, Given function) throws CallException {
    return ContentPart.newBuilder()
        .setToolCall(
            ToolCall.newBuilder()
                .setId(id)
                .setName(function.get("name").text())
                .setArgumentsJson(function.get("arguments").text()));
  }

  /**
   * Reasoning comes back in the form it was given: details where there is more than text. Those
   * with a format are of a vendor that has them so, and are kept for it as they are; the others are
   * this server's, with the signatures of vendors that have no such list.
   */
  private static void reasoning(ChatMessage.Builder message, Given given, String vendor)
      throws CallException {
    Given first = given.get("reasoning_content");
    Given second = given.get("reasoning");
    Given details = given.get(ReasoningDetails.FIELD);
    String text = first.isText() ? first.text() : second.isText() ? second.text() : "";
    String field = second.isText() ? "reasoning" : "";
    StringBuilder told = new StringBuilder();
    if (details.isList()) {
      for (Given detail : details.list()) {
        ReasoningPart read = ReasoningDetails.read(detail.object());
        if (detail.get("format").written()) {
          told.append(read.getText());
        } else {
          message.addParts(reasoningPart(read, vendor, field));
        }
      }
    }
    boolean partsTell =
        message.getPartsList().stream().anyMatch(p -> !p.getReasoning().getText().isEmpty());
    if (text.isEmpty() && !partsTell) {
      text = told.toString();
      field = ReasoningDetails.FIELD;
    }
    if (text.isEmpty() || partsTell) {
      return;
    }
    if (message.getPartsCount() == 0) {
      message.addParts(
          reasoningPart(ReasoningPart.newBuilder().setText(text).build(), vendor, field));
    } else {
      message.getPartsBuilder(0).getReasoningBuilder().setText(text);
    }
  }

  private static ContentPart reasoningPart(ReasoningPart reasoning, String vendor, String field) {
    ContentPart.Builder part = ContentPart.newBuilder().setReasoning(reasoning);
    if (!vendor.isEmpty() || !field.isEmpty()) {
      part.setVendorData(VendorData.newBuilder().setVendor(vendor).setReasoningField(field));
    }
    return part.build();
  }

  private static void result(ChatMessage.Builder message, Given given, String callId)
      throws CallException {
    ToolResult.Builder result = ToolResult.newBuilder().setToolCallId(callId);
    Given content = given.get("content");
    if (content.isList()) {
      for (Given one : content.list()) {
        result.addParts(part(one.object()));
      }
    } else {
      String text = content.text();
      if (!text.isEmpty()) {
        result.addParts(text(text));
      }
    }
    message.addParts(ContentPart.newBuilder().setToolResult(result));
  }
}
