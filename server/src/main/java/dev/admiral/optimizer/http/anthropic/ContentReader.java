package dev.admiral.optimizer.http.anthropic;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.Origin;
import dev.admiral.optimizer.http.calls.Sealed;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RemoteData;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolReference;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.UploadedData;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/**
 * Reads a conversation. A user's message that holds tool results becomes several of the contract,
 * in order: results have a role of their own there. The vendor takes successive messages of one
 * role for one, so nothing is lost.
 */
final class ContentReader {

  private static final Set<String> MESSAGE = Set.of("role", "content");
  private static final Set<String> TEXT = Set.of("type", "text", "cache_control", "citations");
  private static final Set<String> IMAGE = Set.of("type", "source", "cache_control");
  private static final Set<String> DOCUMENT =
      Set.of("type", "source", "title", "cache_control", "citations");
  private static final Set<String> THINKING = Set.of("type", "thinking", "signature", Origin.FIELD);
  private static final Set<String> REDACTED = Set.of("type", "data", Origin.FIELD);
  private static final Set<String> TOOL_USE =
      Set.of("type", "id", "name", "input", "cache_control", "caller");
  private static final Set<String> TOOL_RESULT =
      Set.of("type", "tool_use_id", "content", "is_error", "cache_control");

  private final Prompt.Builder prompt;
  private final MessageWords words;

  ContentReader(Prompt.Builder prompt, MessageWords words) {
    this.prompt = prompt;
    this.words = words;
  }

  void messages(Place messages) throws CallException {
    int count = messages.items();
    if (count == 0) {
      throw messages.wrong("is empty; send at least one message");
    }
    for (int i = 0; i < count; i++) {
      message(i, messages.item(i).object());
    }
  }

  private void message(int number, Place message) throws CallException {
    message.only(MESSAGE);
    Role role =
        switch (message.field("role").text()) {
          case "user" -> Role.ROLE_USER;
          case "assistant" -> Role.ROLE_ASSISTANT;
          case "system" -> Role.ROLE_SYSTEM;
          default -> throw message.field("role").wrong("must be user, assistant or system");
        };
    Place content = message.field("content");
    if (content.value().isTextual()) {
      words.add(number, MessageWords.PLAIN);
      prompt.addMessages(ChatMessage.newBuilder().setRole(role).addParts(text(content.text())));
      return;
    }
    int count = content.items();
    if (count == 0) {
      throw content.wrong(
          content.isAbsent() ? "is required" : "is empty; send text or at least one block");
    }
    ChatMessage.Builder current = null;
    List<ChatMessage> sealed = new ArrayList<>(0);
    for (int i = 0; i < count; i++) {
      Place block = content.item(i).object();
      if (isSealed(role, block)) {
        sealed.add(
            Sealed.open(block.field("data").text())
                .orElseThrow(() ->
                    block
                        .field("data")
                        .wrong("was changed on its way; send it as it came, or leave it out")));
        continue;
      }
      ContentPart part = block(role, block);
      Role wanted = part.hasToolResult() ? Role.ROLE_TOOL : role;
      if (current == null || current.getRole() != wanted) {
        words.add(number, i);
        current = prompt.addMessagesBuilder().setRole(wanted);
      }
      current.addParts(part);
    }
    if (current == null && prompt.getMessagesCount() > 0) {
      // Some clients make a message of each block.
      current = prompt.getMessagesBuilder(prompt.getMessagesCount() - 1);
    }
    for (ChatMessage kept : sealed) {
      if (current != null && current.getRole() == Role.ROLE_ASSISTANT) {
        Sealed.restore(kept, current);
      }
    }
  }

  /** Returns true if a block is no thinking, but holds what another vendor wants back. */
  private static boolean isSealed(Role role, Place block) {
    return role == Role.ROLE_ASSISTANT
        && block.value().path("type").asText().equals("redacted_thinking")
        && Sealed.is(block.value().path("data").asText());
  }

  private static ContentPart reasoning(Place block, ReasoningPart.Builder reasoning) {
    ContentPart.Builder part = ContentPart.newBuilder().setReasoning(reasoning);
    VendorData origin = Origin.read(block.value());
    if (!origin.equals(VendorData.getDefaultInstance())) {
      part.setVendorData(origin);
    }
    return part.build();
  }

  private ContentPart block(Role role, Place block) throws CallException {
    String type = block.field("type").text();
    boolean assistant = role == Role.ROLE_ASSISTANT;
    if (type.equals("text")) {
      return textBlock(block);
    } else if (role == Role.ROLE_SYSTEM) {
      throw block.field("type").wrong("must be text in a system message");
    }
    return switch (type) {
      case "image" -> {
        refuseIf(assistant, block, type, "user");
        yield image(block);
      }
      case "document" -> {
        refuseIf(assistant, block, type, "user");
        yield document(block);
      }
      case "tool_result" -> {
        refuseIf(assistant, block, type, "user");
        yield toolResult(block);
      }
      case "tool_use" -> {
        refuseIf(!assistant, block, type, "assistant");
        yield toolUse(block);
      }
      case "thinking" -> {
        refuseIf(!assistant, block, type, "assistant");
        block.only(THINKING);
        yield reasoning(
            block,
            ReasoningPart.newBuilder()
                .setText(block.field("thinking").text())
                .setSignature(block.field("signature").textOrNone()));
      }
      case "redacted_thinking" -> {
        refuseIf(!assistant, block, type, "assistant");
        block.only(REDACTED);
        yield reasoning(
            block, ReasoningPart.newBuilder().setRedactedData(block.field("data").text()));
      }
      default -> throw notCarried(block);
    };
  }

  private static void refuseIf(boolean misplaced, Place block, String type, String role)
      throws CallException {
    if (misplaced) {
      throw block.wrong("a block of type " + type + " belongs into a message of role " + role);
    }
  }

  private static CallException notCarried(Place block) {
    return block
        .field("type")
        .wrong(
            "is of a kind that this server does not carry; send text, image, document, tool_use,"
                + " tool_result, thinking or redacted_thinking, or ask the vendor directly");
  }

  static ContentPart text(String text) {
    return ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)).build();
  }

  static ContentPart textBlock(Place block) throws CallException {
    if (!block.object().field("type").text().equals("text")) {
      throw block.field("type").wrong("must be text");
    }
    block.only(TEXT);
    noCitations(block);
    return part(block).setText(TextPart.newBuilder().setText(block.field("text").text())).build();
  }

  /** Answers come back without citations, so asking for them is in vain. */
  private static void noCitations(Place block) throws CallException {
    Place citations = block.field("citations");
    boolean asked =
        citations.value().isArray()
            ? !citations.value().isEmpty()
            : citations.field("enabled").value().asBoolean();
    if (asked) {
      throw citations.wrong("are not carried by this server; leave them out");
    }
  }

  private static ContentPart.Builder part(Place block) throws CallException {
    return ContentPart.newBuilder().setPromptCachePoint(CachePoint.of(block));
  }

  private ContentPart toolUse(Place block) throws CallException {
    block.only(TOOL_USE);
    if (!block.field("caller").field("type").textOrNone().matches("|direct")) {
      throw block.field("caller").wrong("is not carried by this server unless it is direct");
    }
    return part(block)
        .setToolCall(
            ToolCall.newBuilder()
                .setId(block.field("id").text())
                .setName(block.field("name").text())
                .setArgumentsJson(block.field("input").object().value().toString()))
        .build();
  }

  private ContentPart toolResult(Place block) throws CallException {
    block.only(TOOL_RESULT);
    ToolResult.Builder result =
        ToolResult.newBuilder()
            .setToolCallId(block.field("tool_use_id").text())
            .setIsError(block.field("is_error").flag());
    Place content = block.field("content");
    if (content.value().isTextual()) {
      if (!content.text().isEmpty()) {
        result.addParts(text(content.text()));
      }
    } else {
      int count = content.items();
      for (int i = 0; i < count; i++) {
        Place item = content.item(i).object();
        result.addParts(
            switch (item.field("type").text()) {
              case "text" -> textBlock(item);
              case "image" -> image(item);
              case "document" -> document(item);
              case "tool_reference" ->
                  ContentPart.newBuilder()
                      .setToolReference(
                          ToolReference.newBuilder().setToolName(item.field("tool_name").text()))
                      .build();
              default ->
                  throw item.field("type")
                      .wrong(
                          "must be text, image, document or tool_reference: nothing else is"
                              + " carried here");
            });
      }
    }
    return part(block).setToolResult(result).build();
  }

  private static ContentPart image(Place block) throws CallException {
    block.only(IMAGE);
    Place source = block.field("source").object();
    ImagePart.Builder image = ImagePart.newBuilder();
    switch (source.field("type").text()) {
      case "base64" -> image.setInline(base64(source));
      case "url" -> image.setRemote(remote(source));
      default -> throw source.field("type").wrong("must be base64 or url");
    }
    return part(block).setImage(image).build();
  }

  private static ContentPart document(Place block) throws CallException {
    block.only(DOCUMENT);
    noCitations(block);
    Place source = block.field("source").object();
    FilePart.Builder file = FilePart.newBuilder().setName(block.field("title").textOrNone());
    switch (source.field("type").text()) {
      case "base64" -> file.setInline(base64(source));
      case "text" ->
          file.setInline(
              InlineData.newBuilder()
                  .setMediaType("text/plain")
                  .setData(ByteString.copyFromUtf8(source.field("data").text())));
      case "url" -> file.setRemote(remote(source));
      case "file" ->
          file.setUploaded(UploadedData.newBuilder().setFileId(source.field("file_id").text()));
      default -> throw source.field("type").wrong("must be base64, text, url or file");
    }
    return part(block).setFile(file).build();
  }

  private static InlineData base64(Place source) throws CallException {
    byte[] data;
    try {
      data = Base64.getDecoder().decode(source.field("data").text());
    } catch (IllegalArgumentException e) {
      throw source.field("data").wrong("must be base64 without line breaks");
    }
    return InlineData.newBuilder()
        .setMediaType(source.field("media_type").text())
        .setData(ByteString.copyFrom(data))
        .build();
  }

  private static RemoteData remote(Place source) throws CallException {
    return RemoteData.newBuilder().setUri(source.field("url").text()).build();
  }
}
