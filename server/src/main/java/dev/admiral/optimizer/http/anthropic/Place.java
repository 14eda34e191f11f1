package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.OpenValues;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value of a request, and where it stands. What is wrong with it is said in the vendor's manner,
 * "messages.0.content.1.text: must be text"; the path is spelled out only then. Null counts as
 * absent.
 */
record Place(JsonNode value, @Nullable Place parent, String name) {
  /** Returns a request's body. */
  static Place root(JsonNode body) {
    return new Place(body, null, "");
  }

  Place field(String field) {
    return new Place(value.path(field), this, field);
  }

  Place item(int index) {
    return new Place(value.path(index), this, Integer.toString(index));
  }

  boolean isAbsent() {
    return value.isMissingNode() || value.isNull();
  }

  /** Returns the number of items of a list; 0 if it is absent. */
  int items() throws CallException {
    if (isAbsent()) {
      return 0;
    }
    if (!value.isArray()) {
      throw wrong("must be a list");
    }
    return value.size();
  }

  /** Returns text, which may be empty but not absent. */
  String text() throws CallException {
    if (!value.isTextual()) {
      throw wrong(isAbsent() ? "is required" : "must be text");
    }
    return value.textValue();
  }

  /** Returns text; empty if it is absent. */
  String textOrNone() throws CallException {
    return isAbsent() ? "" : text();
  }

  /** Returns a flag; false if it is absent. */
  boolean flag() throws CallException {
    if (!isAbsent() && !value.isBoolean()) {
      throw wrong("must be true or false");
    }
    return value.asBoolean();
  }

  /** Returns a whole number within bounds. */
  long whole(long least, long most) throws CallException {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw wrong(isAbsent() ? "is required" : "must be a whole number");
    }
    long number = value.longValue();
    if (number < least || number > most) {
      throw wrong("is " + number + "; it must be " + least + " to " + most);
    }
    return number;
  }

  /** Returns a number within bounds. */
  double number(double least, double most) throws CallException {
    if (!value.isNumber()) {
      throw wrong("must be a number");
    }
    double number = value.doubleValue();
    if (!(number >= least && number <= most)) {
      throw wrong("is " + value.asText() + "; it must be " + least + " to " + most);
    }
    return number;
  }

  /** Returns this place if it holds an object. */
  Place object() throws CallException {
    if (!value.isObject()) {
      throw wrong(isAbsent() ? "is required" : "must be an object");
    }
    return this;
  }

  /** Refuses fields that nobody would act on. */
  void only(Set<String> fields) throws CallException {
    for (Map.Entry<String, JsonNode> field : value.properties()) {
      if (!fields.contains(field.getKey()) && !field.getValue().isNull()) {
        throw field(field.getKey()).wrong("is not carried by this server; leave it out");
      }
    }
  }

  CallException wrong(String description) {
    String path = path();
    return new CallException(
        new Failure.Invalid(
            path + ": " + description, List.of(new Failure.Violation(path, description))));
  }

  private String path() {
    String above = parent == null ? "" : parent.path();
    return above.isEmpty() ? name : above + "." + name;
  }

  /**
   * Returns this value as the contract carries what only a vendor understands.
   *
   * @throws CallException if it holds a number that would not come through
   */
  Value open() throws CallException {
    return OpenValues.of(value, this::wrong);
  }
}
