package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.VendorData;
import java.io.IOException;

/**
 * Whose an answer is, in a field of its own beside what the vendor wants back with it. Clients send
 * back what they got; one that leaves the field out makes the vendor unknown, and nothing worse.
 */
public final class Origin {
  public static final String FIELD = "admiral";
  private static final String VENDOR = "vendor";
  private static final String REASONING_FIELD = "reasoning_field";

  private Origin() {}

  /** Returns the vendor of a message; empty if it is not known. */
  public static String vendor(ChatMessage message) {
    String vendor = message.getVendorData().getVendor();
    for (ContentPart part : message.getPartsList()) {
      vendor = vendor.isEmpty() ? part.getVendorData().getVendor() : vendor;
    }
    return vendor;
  }

  /** Writes the field, if there is anything to say. */
  public static void write(JsonGenerator json, String vendor, String reasoningField)
      throws IOException {
    if (vendor.isEmpty() && reasoningField.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart(FIELD);
    json.writeStringField(VENDOR, vendor);
    if (!reasoningField.isEmpty()) {
      json.writeStringField(REASONING_FIELD, reasoningField);
    }
    json.writeEndObject();
  }

  /** Reads the field of an object, into data that has nothing else; empty where it says nothing. */
  public static VendorData read(JsonNode object) {
    JsonNode origin = object.path(FIELD);
    return VendorData.newBuilder()
        .setVendor(origin.path(VENDOR).asText(""))
        .setReasoningField(origin.path(REASONING_FIELD).asText(""))
        .build();
  }
}
