package dev.admiral.optimizer.provider;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ImageDetail;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.PromptCachePoint;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.RefusalPart;
import dev.admiral.optimizer.v1.RemoteData;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.ToolResult;
import dev.admiral.optimizer.v1.UploadedData;
import java.util.List;

/** Short words for long messages. */
public final class Prompts {
  private Prompts() {}

  public static Prompt of(ChatMessage... messages) {
    return Prompt.newBuilder().addAllMessages(List.of(messages)).build();
  }

  public static Prompt ask(String text) {
    return of(message(Role.ROLE_USER, text(text)));
  }

  public static ChatMessage message(Role role, ContentPart... parts) {
    return ChatMessage.newBuilder().setRole(role).addAllParts(List.of(parts)).build();
  }

  public static ContentPart text(String text) {
    return ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)).build();
  }

  public static ContentPart cached(ContentPart part) {
    return part.toBuilder()
        .setPromptCachePoint(PromptCachePoint.PROMPT_CACHE_POINT_DEFAULT)
        .build();
  }

  public static ContentPart image(String mediaType, String bytes) {
    return ContentPart.newBuilder()
        .setImage(ImagePart.newBuilder().setInline(data(mediaType, bytes)))
        .build();
  }

  public static ContentPart remoteImage(String uri, ImageDetail detail) {
    return ContentPart.newBuilder()
        .setImage(
            ImagePart.newBuilder().setRemote(RemoteData.newBuilder().setUri(uri)).setDetail(detail))
        .build();
  }

  public static ContentPart file(String name, String mediaType, String bytes) {
    return ContentPart.newBuilder()
        .setFile(FilePart.newBuilder().setName(name).setInline(data(mediaType, bytes)))
        .build();
  }

  public static ContentPart remoteFile(String uri) {
    return ContentPart.newBuilder()
        .setFile(FilePart.newBuilder().setRemote(RemoteData.newBuilder().setUri(uri)))
        .build();
  }

  public static ContentPart uploadedFile(String id) {
    return ContentPart.newBuilder()
        .setFile(FilePart.newBuilder().setUploaded(UploadedData.newBuilder().setFileId(id)))
        .build();
  }

  public static ContentPart toolCall(String id, String name, String arguments) {
    return ContentPart.newBuilder()
        .setToolCall(ToolCall.newBuilder().setId(id).setName(name).setArgumentsJson(arguments))
        .build();
  }

  public static ContentPart toolResult(String id, boolean error, ContentPart... parts) {
    return ContentPart.newBuilder()
        .setToolResult(
            ToolResult.newBuilder().setToolCallId(id).setIsError(error).addAllParts(List.of(parts)))
        .build();
  }

  public static ContentPart reasoning(String text, String signature, String redacted) {
    return ContentPart.newBuilder()
        .setReasoning(
            ReasoningPart.newBuilder()
                .setText(text)
                .setSignature(signature)
                .setRedactedData(redacted))
        .build();
  }

  public static ContentPart refusal(String text) {
    return ContentPart.newBuilder().setRefusal(RefusalPart.newBuilder().setText(text)).build();
  }

  private static InlineData data(String mediaType, String bytes) {
    return InlineData.newBuilder()
        .setMediaType(mediaType)
        .setData(ByteString.copyFromUtf8(bytes))
        .build();
  }
}
