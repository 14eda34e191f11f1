package dev.admiral.conformance;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Compares what came with what a case expects of it.
 *
 * <p>The expectation is JSON of the same form. An object asks for the members it names and leaves
 * the others free, so that a newer contract breaks no case. An array asks for exactly its elements.
 * A number equals a text that spells it, since the JSON form of the contract writes 64-bit numbers
 * as texts. Anything else must be equal. An object whose members begin with {@code $} is no shape
 * but a question, and all of its questions must be answered with yes:
 *
 * <ul>
 *   <li>{@code {"$absent": true}}: there is nothing; the JSON form leaves out zero, empty and false
 *   <li>{@code {"$any": true}}: there is something
 *   <li>{@code {"$regex": "^a"}}: a text in which the pattern is found
 *   <li>{@code {"$range": [1, 9]}}: a number from the first to the second, both included
 *   <li>{@code {"$length": …}}: how many UTF-16 units or elements there are, a number or an
 *       expectation
 *   <li>{@code {"$each": …}}: what every element is
 *   <li>{@code {"$count": [expectation, number]}}: how many elements are like that
 *   <li>{@code {"$sum": ["/pointer", expectation]}}: what a number of each element adds up to
 * </ul>
 *
 * <p>The answer is the first difference, with the place where it was met. Long texts are cut in it:
 * some cases are megabytes.
 */
final class Match {
  private static final int SHOWN = 300;

  private static final Set<String> QUESTIONS =
      Set.of("$absent", "$any", "$regex", "$range", "$length", "$each", "$count", "$sum");

  private Match() {}

  /** Returns the first difference; empty if what came is as expected. */
  static Optional<String> difference(JsonNode expected, JsonNode actual) {
    return difference("", expected, actual);
  }

  /**
   * Refuses an expectation that asks what no matcher answers.
   *
   * @throws IllegalArgumentException naming it
   */
  static void check(JsonNode expected) {
    if (expected.isObject()) {
      for (Map.Entry<String, JsonNode> member : expected.properties()) {
        String name = member.getKey();
        if (name.startsWith("$") && !name.equals("$repeat") && !QUESTIONS.contains(name)) {
          throw new IllegalArgumentException(
              "There is no matcher \"" + name + "\"; there are " + QUESTIONS + ".");
        }
        if (name.equals("$regex")) {
          pattern(Template.blank(member.getValue().asText()));
        }
      }
    }
    expected.forEach(Match::check);
  }

  private static Optional<String> difference(String at, JsonNode expected, JsonNode actual) {
    if (expected.isObject()) {
      for (Map.Entry<String, JsonNode> member : expected.properties()) {
        String name = member.getKey();
        Optional<String> difference =
            name.startsWith("$")
                ? answer(at, name, member.getValue(), actual)
                : actual.isObject()
                    ? difference(at + "/" + name, member.getValue(), actual.path(name))
                    : differs(at, expected, actual);
        if (difference.isPresent()) {
          return difference;
        }
      }
      return expected.isEmpty() && !actual.isObject()
          ? differs(at, expected, actual)
          : Optional.empty();
    }
    if (expected.isArray()) {
      if (!actual.isArray() || actual.size() != expected.size()) {
        return differs(at, expected, actual);
      }
      for (int i = 0; i < expected.size(); i++) {
        Optional<String> difference = difference(at + "/" + i, expected.get(i), actual.get(i));
        if (difference.isPresent()) {
          return difference;
        }
      }
      return Optional.empty();
    }
    boolean same =
        expected.isNumber()
            ? number(actual).filter(n -> n.compareTo(expected.decimalValue()) == 0).isPresent()
            : expected.equals(actual);
    return same ? Optional.empty() : differs(at, expected, actual);
  }

  private static Optional<String> answer(String at, String name, JsonNode asked, JsonNode actual) {
    return switch (name) {
      case "$absent" -> when(actual.isMissingNode(), at, "nothing", actual);
      case "$any" -> when(!actual.isMissingNode(), at, "something", actual);
      case "$regex" ->
          when(
              actual.isTextual() && pattern(asked.asText()).matcher(actual.asText()).find(),
              at,
              "a text like " + asked,
              actual);
      case "$range" ->
          when(
              number(actual)
                  .filter(n -> n.compareTo(asked.get(0).decimalValue()) >= 0)
                  .filter(n -> n.compareTo(asked.get(1).decimalValue()) <= 0)
                  .isPresent(),
              at,
              "a number in " + asked,
              actual);
      case "$length" ->
          difference(
              at + "/length",
              asked,
              Contract.JSON.valueToTree(
                  actual.isTextual() ? actual.textValue().length() : actual.size()));
      case "$each" -> {
        Optional<String> first = when(actual.isArray(), at, "an array", actual);
        for (int i = 0; first.isEmpty() && i < actual.size(); i++) {
          first = difference(at + "/" + i, asked, actual.get(i));
        }
        yield first;
      }
      case "$count" -> {
        int count = 0;
        for (JsonNode element : actual) {
          count += difference(at, asked.get(0), element).isEmpty() ? 1 : 0;
        }
        yield when(
            count == asked.get(1).asInt(), at, asked.get(1) + " like " + asked.get(0), actual);
      }
      case "$sum" -> {
        BigDecimal sum = BigDecimal.ZERO;
        for (JsonNode element : actual) {
          sum =
              sum.add(
                  number(element.at(JsonPointer.compile(asked.get(0).asText())))
                      .orElse(BigDecimal.ZERO));
        }
        yield difference(at + "/sum", asked.get(1), Contract.JSON.valueToTree(sum));
      }
      default -> Optional.of("there is no matcher " + name);
    };
  }

  private static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex, Pattern.DOTALL);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("$regex is no pattern: " + e.getMessage(), e);
    }
  }

  private static Optional<BigDecimal> number(JsonNode node) {
    if (node.isNumber()) {
      return Optional.of(node.decimalValue());
    }
    try {
      return node.isTextual() ? Optional.of(new BigDecimal(node.textValue())) : Optional.empty();
    } catch (NumberFormatException noNumber) {
      return Optional.empty();
    }
  }

  private static Optional<String> when(boolean met, String at, String wanted, JsonNode actual) {
    return met
        ? Optional.empty()
        : Optional.of(place(at) + ": wanted " + wanted + ", came " + shown(actual));
  }

  private static Optional<String> differs(String at, JsonNode expected, JsonNode actual) {
    return Optional.of(place(at) + ": wanted " + shown(expected) + ", came " + shown(actual));
  }

  private static String place(String at) {
    return at.isEmpty() ? "/" : at;
  }

  /** Writes JSON for people. */
  static String shown(JsonNode node) {
    String text = node.isMissingNode() ? "nothing" : node.toString();
    return text.length() <= SHOWN
        ? text
        : text.substring(0, SHOWN) + "… (" + text.length() + " characters)";
  }
}
