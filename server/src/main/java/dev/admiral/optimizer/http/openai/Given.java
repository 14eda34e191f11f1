package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.OpenValues;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A value of a request and where it stands, so that what is wrong with it is said in the client's
 * own words. A value that is null counts as absent, as the vendor has it.
 */
final class Given {
  private final JsonNode node;
  private final @Nullable Given parent;
  private final String name;
  private final int index;

  private Given(JsonNode node, @Nullable Given parent, String name, int index) {
    this.node = node;
    this.parent = parent;
    this.name = name;
    this.index = index;
  }

  /** Returns a field of the outermost object. */
  static Given field(String name, JsonNode value) {
    return new Given(value, null, name, -1);
  }

  /** Returns a field of this object. */
  Given get(String field) {
    JsonNode value = node.get(field);
    return new Given(value == null ? MissingNode.getInstance() : value, this, field, -1);
  }

  JsonNode node() {
    return node;
  }

  /** Returns true if it was written, null included. */
  boolean written() {
    return !node.isMissingNode();
  }

  boolean present() {
    return !node.isMissingNode() && !node.isNull();
  }

  boolean isText() {
    return node.isTextual();
  }

  boolean isList() {
    return node.isArray();
  }

  /** Returns a text that must be there. */
  String text() throws CallException {
    if (!node.isTextual()) {
      throw mustBe("a string");
    }
    return node.textValue();
  }

  /** Returns a text; empty if there is none. */
  String textOrEmpty() throws CallException {
    return present() ? text() : "";
  }

  boolean flag() throws CallException {
    if (!node.isBoolean()) {
      throw mustBe("true or false");
    }
    return node.booleanValue();
  }

  double number() throws CallException {
    if (!node.isNumber()) {
      throw mustBe("a number");
    }
    return node.doubleValue();
  }

  long whole() throws CallException {
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw mustBe("a whole number");
    }
    return node.longValue();
  }

  int wholeInt() throws CallException {
    if (!node.isIntegralNumber() || !node.canConvertToInt()) {
      throw mustBe("a whole number of 32 bits");
    }
    return node.intValue();
  }

  /** Returns this value, which must be an object. */
  Given object() throws CallException {
    if (!node.isObject()) {
      throw mustBe("an object");
    }
    return this;
  }

  /**
   * Returns this value as the contract carries what only a vendor understands.
   *
   * @throws CallException if it holds a number that would not come through
   */
  Value open() throws CallException {
    return OpenValues.of(node, this::wrong);
  }

  /** Returns the elements of a list that must be there. */
  List<Given> list() throws CallException {
    if (!node.isArray()) {
      throw mustBe("a list");
    }
    List<Given> elements = new ArrayList<>(node.size());
    Iterator<JsonNode> values = node.elements();
    for (int i = 0; values.hasNext(); i++) {
      elements.add(new Given(values.next(), this, "", i));
    }
    return elements;
  }

  /** Returns that this value is not of the kind it must be. */
  CallException mustBe(String kind) {
    return wrong(
        present()
            ? "must be " + kind + ", but is " + kind(node)
            : "is missing; it must be " + kind);
  }

  /** Returns what is wrong with this value. */
  CallException wrong(String description) {
    return wrong(toString(), description);
  }

  /** Returns what is wrong at a place. */
  static CallException wrong(String path, String description) {
    return new CallException(
        new Failure.Invalid(
            path + " " + description, List.of(new Failure.Violation(path, description))));
  }

  private static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "a string";
      case NUMBER -> "a number";
      case BOOLEAN -> "true or false";
      case BINARY, MISSING, NULL, POJO -> node.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }

  /** Returns where this value stands, such as "messages[0].content". */
  @Override
  public String toString() {
    if (index >= 0) {
      return parent + "[" + index + "]";
    }
    return parent == null ? name : parent + "." + name;
  }
}
