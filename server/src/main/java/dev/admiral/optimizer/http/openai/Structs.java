package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.CallException;
import java.math.BigDecimal;
import java.util.Map;

/** JSON as the contract carries it where it does not know what it means. */
final class Structs {
  /** The contract's name of this wire format. */
  static final String DIALECT = "openai";

  private Structs() {}

  /**
   * Returns a value unchanged.
   *
   * @param at where it stands, for what is wrong with it
   * @throws CallException if it holds a whole number that would not come through exactly
   */
  static Value of(JsonNode node, Given at) throws CallException {
    Value.Builder value = Value.newBuilder();
    switch (node.getNodeType()) {
      case STRING -> value.setStringValue(node.textValue());
      case BOOLEAN -> value.setBoolValue(node.booleanValue());
      case NUMBER -> {
        double number = node.doubleValue();
        if (node.isIntegralNumber() && !isExact(node, number)) {
          throw at.wrong("holds a whole number of more than 53 bits; send it as a string");
        }
        value.setNumberValue(number);
      }
      case ARRAY -> {
        ListValue.Builder list = ListValue.newBuilder();
        for (JsonNode element : node) {
          list.addValues(of(element, at));
        }
        value.setListValue(list);
      }
      case OBJECT -> {
        Struct.Builder struct = Struct.newBuilder();
        for (Map.Entry<String, JsonNode> field : node.properties()) {
          struct.putFields(field.getKey(), of(field.getValue(), at));
        }
        value.setStructValue(struct);
      }
      case NULL, MISSING, BINARY, POJO -> value.setNullValue(NullValue.NULL_VALUE);
    }
    return value.build();
  }

  /** Returns an object of one field. */
  static Value object(String field, Value value) {
    return Value.newBuilder().setStructValue(Struct.newBuilder().putFields(field, value)).build();
  }

  /** Returns an object of one field. */
  static Value object(String field, String text) {
    return object(field, Value.newBuilder().setStringValue(text).build());
  }

  private static boolean isExact(JsonNode node, double number) {
    return Double.isFinite(number) && node.decimalValue().compareTo(new BigDecimal(number)) == 0;
  }
}
