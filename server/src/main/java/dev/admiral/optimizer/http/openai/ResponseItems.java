package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.http.calls.Sealed;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the items of a request's input. What the model said (messages, calls, reasoning) stands in
 * items of its own here; those that follow one another are one turn of the conversation.
 *
 * <p>Encrypted content that this server did not seal comes from the API's own vendor, who takes it
 * back from nobody else and in no chat completion: it is carried as that vendor's, and stays
 * behind.
 */
final class ResponseItems {
  private final Prompt.Builder prompt;
  private final Places places;
  private ChatMessage.@Nullable Builder turn;
  private final List<ChatMessage> sealed = new ArrayList<>(0);

  /** What this server sealed as the length of a signature, a colon, the signature, and the rest. */
  private static final Pattern OLDER_SEAL = Pattern.compile("(\\d{1,9}):(.*)", Pattern.DOTALL);

  private static final String VENDOR = "openai";

  /**
   * @param prompt takes the messages
   * @param places is told which item each message began with
   */
  ResponseItems(Prompt.Builder prompt, Places places) {
    this.prompt = prompt;
    this.places = places;
  }

  /** Reads the next item. */
  void read(Given item, int index) throws CallException {
    Given type = item.get("type");
    switch (type.present() ? type.text() : "message") {
      case "message" -> message(item, index);
      case "function_call" ->
          turn(index)
              .addParts(
                  ContentPart.newBuilder()
                      .setToolCall(
                          ToolCall.newBuilder()
                              .setId(item.get("call_id").text())
                              .setName(item.get("name").text())
                              .setArgumentsJson(item.get("arguments").text())));
      case "custom_tool_call" ->
          turn(index)
              .addParts(
                  ContentPart.newBuilder()
                      .setToolCall(
                          ToolCall.newBuilder()
                              .setId(item.get("call_id").text())
                              .setName(item.get("name").text())
                              .setInputText(item.get("input").text())));
      case "function_call_output", "custom_tool_call_output" -> result(item, index);
      case "reasoning" -> reasoning(item, index);
      case "item_reference" ->
          throw type.wrong("cannot be item_reference: this server keeps no items; send it whole");
      default ->
          throw type.wrong(
              "must be message, function_call, function_call_output, custom_tool_call,"
                  + " custom_tool_call_output or reasoning: others are of tools that are not"
                  + " carried");
    }
  }

  /** Ends the turn that the last item left open. */
  void end() {
    if (turn != null) {
      for (ChatMessage kept : sealed) {
        Sealed.restore(kept, turn);
      }
      prompt.addMessages(turn);
      turn = null;
    }
    sealed.clear();
  }

  private ChatMessage.Builder turn(int index) {
    ChatMessage.Builder open = turn;
    if (open == null) {
      open = ChatMessage.newBuilder().setRole(Role.ROLE_ASSISTANT);
      places.add(index);
      turn = open;
    }
    return open;
  }

  private void message(Given item, int index) throws CallException {
    Given role = item.get("role");
    Role speaker =
        switch (role.text()) {
          case "user" -> Role.ROLE_USER;
          case "system" -> Role.ROLE_SYSTEM;
          case "developer" -> Role.ROLE_DEVELOPER;
          case "assistant" -> Role.ROLE_ASSISTANT;
          default -> throw role.wrong("must be user, system, developer or assistant");
        };
    if (speaker == Role.ROLE_ASSISTANT) {
      content(turn(index), item.get("content"));
      return;
    }
    ChatMessage.Builder message = ChatMessage.newBuilder().setRole(speaker);
    content(message, item.get("content"));
    boolean wordless =
        message.getPartsCount() == 1
            && message.getParts(0).hasText()
            && message.getParts(0).getText().getText().isEmpty();
    if (!wordless || speaker == Role.ROLE_USER) {
      end();
      places.add(index);
      prompt.addMessages(message);
    }
  }

  private static void content(ChatMessage.Builder message, Given content) throws CallException {
    if (content.isText()) {
      message.addParts(text(content.text()));
      return;
    }
    if (!content.isList()) {
      throw content.mustBe("a string or a list of parts");
    }
    for (Given part : content.list()) {
      message.addParts(part(part.object()));
    }
  }

  private static ContentPart text(String text) {
    return ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)).build();
  }

  private static ContentPart part(Given given) throws CallException {
    Given type = given.get("type");
    ContentPart.Builder part = ContentPart.newBuilder();
    switch (type.text()) {
      case "input_text", "output_text" ->
          part.setText(TextPart.newBuilder().setText(given.get("text").text()));
      case "refusal" ->
          part.setRefusal(RefusalPart.newBuilder().setText(given.get("refusal").text()));
      case "input_image" -> {
        Given id = given.get("file_id");
        if (id.present()) {
          throw id.wrong("cannot be carried for a picture; send image_url, also with its bytes");
        }
        part.setImage(Media.image(given.get("image_url"), given.get("detail")));
      }
      case "input_file" -> part.setFile(Media.file(given));
      case "input_audio" -> {
        Given sound = given.get("input_audio").object();
        part.setFile(Media.sound(sound.get("data"), sound.get("format")));
      }
      default ->
          throw type.wrong(
              "must be input_text, input_image, input_file, input_audio, output_text or refusal");
    }
    return part.build();
  }

  private void result(Given item, int index) throws CallException {
    ToolResult.Builder result = ToolResult.newBuilder().setToolCallId(item.get("call_id").text());
    Given output = item.get("output");
    if (output.isList()) {
      for (Given part : output.list()) {
        result.addParts(part(part.object()));
      }
    } else {
      String text = output.text();
      if (!text.isEmpty()) {
        result.addParts(text(text));
      }
    }
    end();
    places.add(index);
    prompt.addMessages(
        ChatMessage.newBuilder()
            .setRole(Role.ROLE_TOOL)
            .addParts(ContentPart.newBuilder().setToolResult(result)));
  }

  private void reasoning(Given item, int index) throws CallException {
    Given content = item.get("content");
    StringBuilder text = new StringBuilder();
    for (Given part : (content.present() ? content : item.get("summary")).list()) {
      text.append(part.get("text").text());
    }
    Given encrypted = item.get("encrypted_content");
    ContentPart.Builder part = opened(encrypted);
    if (part == null) {
      // The item at the end of an answer.
      return;
    }
    part.getReasoningBuilder().setText(text.toString());
    turn(index).addParts(part);
  }

  /** Returns what was sealed with reasoning; null if it was something else, which waits. */
  private ContentPart.@Nullable Builder opened(Given encrypted) throws CallException {
    ContentPart.Builder part =
        ContentPart.newBuilder().setReasoning(ReasoningPart.getDefaultInstance());
    String text = encrypted.textOrEmpty();
    if (Sealed.is(text)) {
      ChatMessage kept =
          Sealed.open(text)
              .orElseThrow(() ->
                  encrypted.wrong("was changed on its way; send it as it came, or leave it out"));
      if (kept.getPartsCount() == 1 && kept.getParts(0).hasReasoning()) {
        return kept.getParts(0).toBuilder();
      }
      sealed.add(kept);
      return null;
    }
    Matcher matcher = OLDER_SEAL.matcher(text);
    if (matcher.matches() && Integer.parseInt(matcher.group(1)) <= matcher.group(2).length()) {
      int length = Integer.parseInt(matcher.group(1));
      part.getReasoningBuilder()
          .setSignature(matcher.group(2).substring(0, length))
          .setRedactedData(matcher.group(2).substring(length));
    } else if (!text.isEmpty()) {
      part.getReasoningBuilder().setRedactedData(text);
      part.setVendorData(VendorData.newBuilder().setVendor(VENDOR));
    }
    return part;
  }
}
