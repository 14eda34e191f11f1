package dev.admiral.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The members of one JSON object, of which each must be asked for. */
final class Members {
  private final String where;
  private final ObjectNode json;
  private final Set<String> known = new HashSet<>();

  /**
   * @param where what the object is, for messages
   * @throws IllegalArgumentException if it is no object
   */
  Members(String where, JsonNode json) {
    this.where = where;
    if (!(json instanceof ObjectNode object)) {
      throw new IllegalArgumentException(where + " is no object: write {…}.");
    }
    this.json = object;
  }

  boolean has(String name) {
    return get(name).isPresent();
  }

  Optional<JsonNode> get(String name) {
    known.add(name);
    return Optional.ofNullable(json.get(name));
  }

  Optional<String> text(String name) {
    return get(name)
        .map(value -> {
          if (!value.isTextual()) {
            throw wrong(name, "a text");
          }
          return value.textValue();
        });
  }

  Optional<Integer> number(String name) {
    return get(name)
        .map(value -> {
          if (!value.isInt()) {
            throw wrong(name, "a whole number");
          }
          return value.intValue();
        });
  }

  String required(String name) {
    return text(name)
        .orElseThrow(() -> new IllegalArgumentException(where + " lacks \"" + name + "\"."));
  }

  /** Returns the texts of an object of texts; none if absent. */
  Map<String, String> texts(String name) {
    Map<String, String> texts = new LinkedHashMap<>();
    get(name)
        .ifPresent(object ->
            object
                .properties()
                .forEach(member -> texts.put(member.getKey(), member.getValue().asText())));
    return texts;
  }

  /**
   * Tells that everything was asked for.
   *
   * @throws IllegalArgumentException naming a member that was not
   */
  void end() {
    json.fieldNames()
        .forEachRemaining(name -> {
          if (!known.contains(name)) {
            throw new IllegalArgumentException(
                where + " has \"" + name + "\", which means nothing here.");
          }
        });
  }

  private IllegalArgumentException wrong(String name, String wanted) {
    return new IllegalArgumentException(where + ": \"" + name + "\" is not " + wanted + ".");
  }
}
