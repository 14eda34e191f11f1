package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.CallException;
import java.util.Map;

/** JSON as the contract carries it where it does not know what it means. */
public final class OpenValues {
  /** The contract carries such numbers as floating-point ones of 64 bits. */
  private static final long MOST_EXACT = 1L << 53;

  private OpenValues() {}

  /** Says in the client's words what is wrong with a value. */
  @FunctionalInterface
  public interface Complaint {
    CallException of(String description);
  }

  /**
   * Returns a value unchanged.
   *
   * @throws CallException if it holds a number that would not come through
   */
  public static Value of(JsonNode json, Complaint complaint) throws CallException {
    Value.Builder value = Value.newBuilder();
    switch (json.getNodeType()) {
      case OBJECT -> {
        Struct.Builder struct = value.getStructValueBuilder();
        for (Map.Entry<String, JsonNode> field : json.properties()) {
          struct.putFields(field.getKey(), of(field.getValue(), complaint));
        }
      }
      case ARRAY -> {
        ListValue.Builder list = value.getListValueBuilder();
        for (JsonNode item : json) {
          list.addValues(of(item, complaint));
        }
      }
      case STRING -> value.setStringValue(json.textValue());
      case NUMBER -> value.setNumberValue(number(json, complaint));
      case BOOLEAN -> value.setBoolValue(json.booleanValue());
      case NULL, MISSING, BINARY, POJO -> value.setNullValue(NullValue.NULL_VALUE);
    }
    return value.build();
  }

  private static double number(JsonNode json, Complaint complaint) throws CallException {
    if (json.isIntegralNumber()
        && !(json.canConvertToLong() && Math.abs(json.longValue()) <= MOST_EXACT)) {
      throw complaint.of("holds a whole number of more than 53 bits; send it as a string");
    }
    double number = json.doubleValue();
    if (!Double.isFinite(number)) {
      throw complaint.of("holds a number beyond 1.8e308; send it as a string");
    }
    return number;
  }
}
