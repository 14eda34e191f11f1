package dev.admiral.optimizer.provider;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.v1.File;
import dev.admiral.optimizer.v1.Image;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.Message;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Reasoning;
import dev.admiral.optimizer.v1.Refusal;
import dev.admiral.optimizer.v1.RemoteData;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Text;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.UploadedData;
import java.util.List;

/** Short words for long messages. */
public final class Prompts {
  private Prompts() {}

  public static Prompt of(Message... messages) {
    return Prompt.newBuilder().addAllMessages(List.of(messages)).build();
  }

  public static Prompt ask(String text) {
    return of(message(Role.ROLE_USER, text(text)));
  }

  public static Message message(Role role, Part... parts) {
    return Message.newBuilder().setRole(role).addAllParts(List.of(parts)).build();
  }

  public static Part text(String text) {
    return Part.newBuilder().setText(Text.newBuilder().setText(text)).build();
  }

  public static Part cached(Part part) {
    return part.toBuilder().setPromptCachePoint(true).build();
  }

  public static Part image(String mediaType, String bytes) {
    return Part.newBuilder().setImage(Image.newBuilder().setInline(data(mediaType, bytes))).build();
  }

  public static Part remoteImage(String uri, String detail) {
    return Part.newBuilder()
        .setImage(
            Image.newBuilder().setRemote(RemoteData.newBuilder().setUri(uri)).setDetail(detail))
        .build();
  }

  public static Part file(String name, String mediaType, String bytes) {
    return Part.newBuilder()
        .setFile(File.newBuilder().setName(name).setInline(data(mediaType, bytes)))
        .build();
  }

  public static Part remoteFile(String uri) {
    return Part.newBuilder()
        .setFile(File.newBuilder().setRemote(RemoteData.newBuilder().setUri(uri)))
        .build();
  }

  public static Part uploadedFile(String id) {
    return Part.newBuilder()
        .setFile(File.newBuilder().setUploaded(UploadedData.newBuilder().setFileId(id)))
        .build();
  }

  public static Part toolCall(String id, String name, String arguments) {
    return Part.newBuilder()
        .setToolCall(ToolCall.newBuilder().setId(id).setName(name).setArgumentsJson(arguments))
        .build();
  }

  public static Part toolResult(String id, boolean error, Part... parts) {
    return Part.newBuilder()
        .setToolResult(
            ToolResult.newBuilder().setToolCallId(id).setIsError(error).addAllParts(List.of(parts)))
        .build();
  }

  public static Part reasoning(String text, String signature, String redacted) {
    return Part.newBuilder()
        .setReasoning(
            Reasoning.newBuilder().setText(text).setSignature(signature).setRedactedData(redacted))
        .build();
  }

  public static Part refusal(String text) {
    return Part.newBuilder().setRefusal(Refusal.newBuilder().setText(text)).build();
  }

  private static InlineData data(String mediaType, String bytes) {
    return InlineData.newBuilder()
        .setMediaType(mediaType)
        .setData(ByteString.copyFromUtf8(bytes))
        .build();
  }
}
