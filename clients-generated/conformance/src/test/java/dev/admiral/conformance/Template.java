package dev.admiral.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fills in what a case leaves open: {@code {name}} in texts; {@code {"$repeat": [text, times]}} for
 * texts too large to be written; {@code {"$user": text}} for a conversation of one question.
 */
final class Template {
  private static final Pattern NAME = Pattern.compile("\\{([a-zA-Z]+)}");
  private static final String REPEAT = "$repeat";
  private static final String USER = "$user";

  private final Map<String, String> values;

  /**
   * @param values what names stand for; more may be added to it meanwhile
   */
  Template(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Returns the JSON with everything filled in.
   *
   * @throws IllegalArgumentException if a name stands for nothing
   */
  JsonNode fill(JsonNode json) {
    return switch (json) {
      case TextNode text -> TextNode.valueOf(fill(text.textValue()));
      case ObjectNode repeat when repeat.has(REPEAT) -> repeated(repeat.get(REPEAT));
      case ObjectNode user when user.has(USER) -> conversation(fill(user.get(USER)));
      case ObjectNode object -> {
        ObjectNode filled = Contract.JSON.createObjectNode();
        object.properties().forEach(member -> filled.set(member.getKey(), fill(member.getValue())));
        yield filled;
      }
      case ArrayNode array -> {
        ArrayNode filled = Contract.JSON.createArrayNode();
        array.forEach(element -> filled.add(fill(element)));
        yield filled;
      }
      default -> json;
    };
  }

  String fill(String text) {
    return NAME.matcher(text)
        .replaceAll(found -> {
          String value = values.get(found.group(1));
          if (value == null) {
            throw new IllegalArgumentException(
                "{" + found.group(1) + "} stands for nothing; known are " + values.keySet());
          }
          return Matcher.quoteReplacement(value);
        });
  }

  /** Returns the text with something in place of each name. */
  static String blank(String text) {
    return NAME.matcher(text).replaceAll("x");
  }

  private JsonNode repeated(JsonNode arguments) {
    if (arguments.size() != 2 || !arguments.get(0).isTextual() || !arguments.get(1).isInt()) {
      throw new IllegalArgumentException(
          "$repeat takes a text and a whole number, as in [\"ab\", 3].");
    }
    return TextNode.valueOf(fill(arguments.get(0).textValue()).repeat(arguments.get(1).intValue()));
  }

  private static JsonNode conversation(JsonNode question) {
    ArrayNode messages = Contract.JSON.createArrayNode();
    ObjectNode message = messages.addObject().put("role", "ROLE_USER");
    message.putArray("parts").addObject().putObject("text").set("text", question);
    return messages;
  }
}
