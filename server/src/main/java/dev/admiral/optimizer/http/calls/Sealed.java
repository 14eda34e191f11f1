package dev.admiral.optimizer.http.calls;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ReasoningPart;
import dev.admiral.optimizer.v1.ToolCall;
import dev.admiral.optimizer.v1.VendorData;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What vendors want back with a message, as one text: some APIs have a place for encrypted
 * reasoning and for nothing else. It is a message that has of each part only what is wanted back
 * and what tells the part. Not secret, and no more trusted than anything else that a client sends.
 */
public final class Sealed {
  private static final String MARK = "admiral.1.";

  private Sealed() {}

  /** Returns what is wanted back with a message and its tool calls; empty text if nothing is. */
  public static String of(ChatMessage message) {
    ChatMessage.Builder kept = ChatMessage.newBuilder();
    if (!message.getVendorData().getJson().isEmpty()) {
      kept.setVendorData(message.getVendorData());
    }
    for (ContentPart part : message.getPartsList()) {
      if (part.hasToolCall() && !part.getVendorData().getJson().isEmpty()) {
        kept.addParts(
            ContentPart.newBuilder()
                .setToolCall(ToolCall.newBuilder().setId(part.getToolCall().getId()))
                .setVendorData(part.getVendorData()));
      }
    }
    return close(kept.build());
  }

  /** Returns what is wanted back with reasoning besides its text; empty text if nothing is. */
  public static String of(ReasoningPart reasoning, VendorData data) {
    ReasoningPart silent = reasoning.toBuilder().clearText().build();
    boolean nothing = silent.equals(ReasoningPart.getDefaultInstance());
    if (nothing && data.equals(VendorData.getDefaultInstance())) {
      return "";
    }
    ContentPart.Builder part = ContentPart.newBuilder().setReasoning(silent);
    if (!data.equals(VendorData.getDefaultInstance())) {
      part.setVendorData(data);
    }
    return close(ChatMessage.newBuilder().addParts(part).build());
  }

  private static String close(ChatMessage kept) {
    return kept.equals(ChatMessage.getDefaultInstance())
        ? ""
        : MARK + Base64.getUrlEncoder().withoutPadding().encodeToString(kept.toByteArray());
  }

  /** Returns true if a text looks as if it were one of these. */
  public static boolean is(String text) {
    return text.startsWith(MARK);
  }

  /** Returns what is in a text; empty if it is none of these, or damaged. */
  public static Optional<ChatMessage> open(String text) {
    if (!is(text)) {
      return Optional.empty();
    }
    try {
      byte[] bytes = text.substring(MARK.length()).getBytes(US_ASCII);
      return Optional.of(ChatMessage.parseFrom(Base64.getUrlDecoder().decode(bytes)));
    } catch (IllegalArgumentException | InvalidProtocolBufferException e) {
      return Optional.empty();
    }
  }

  /** Gives a message and its tool calls back what was sealed of them. */
  public static void restore(ChatMessage kept, ChatMessage.Builder message) {
    if (kept.hasVendorData()) {
      message.setVendorData(kept.getVendorData());
    }
    Map<String, VendorData> byCall = new HashMap<>();
    for (ContentPart sealed : kept.getPartsList()) {
      byCall.put(sealed.getToolCall().getId(), sealed.getVendorData());
    }
    for (int i = 0; i < message.getPartsCount(); i++) {
      VendorData data = byCall.get(message.getParts(i).getToolCall().getId());
      if (data != null && message.getParts(i).hasToolCall()) {
        message.getPartsBuilder(i).setVendorData(data);
      }
    }
  }
}
