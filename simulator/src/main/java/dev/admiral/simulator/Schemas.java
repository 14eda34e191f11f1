package dev.admiral.simulator;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * Makes up JSON that satisfies a JSON schema, as a function of the schema and a seed. Understands
 * type, properties, required, items, enum, const, default, anyOf, oneOf, allOf, local $ref, bounds
 * of numbers, strings and arrays, and the common string formats; of pattern and the rest it knows
 * nothing.
 */
final class Schemas {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final int DEEPEST = 8;
  private static final String[] WORDS = {
    "anchor", "beacon", "compass", "deck", "ensign", "fleet", "galley", "harbor", "island", "jetty"
  };

  private final JsonNode root;

  private Schemas(JsonNode root) {
    this.root = root;
  }

  static JsonNode sample(JsonNode schema, long seed) {
    return new Schemas(schema).value(schema, seed, 0);
  }

  private JsonNode value(JsonNode schema, long seed, int depth) {
    if (schema.has("const")) {
      return schema.get("const");
    }
    if (schema.path("enum").size() > 0) {
      return schema.get("enum").get(Mix.below(seed, schema.get("enum").size()));
    }
    if (schema.path("$ref").asText().startsWith("#") && depth < DEEPEST) {
      return value(
          root.at(JsonPointer.compile(schema.get("$ref").asText().substring(1))), seed, depth + 1);
    }
    for (String key : new String[] {"anyOf", "oneOf"}) {
      if (schema.path(key).size() > 0) {
        return value(
            depth < DEEPEST ? schema.get(key).get(0) : last(schema.get(key)), seed, depth + 1);
      }
    }
    if (schema.path("allOf").size() > 0) {
      return merged(schema, seed, depth);
    }
    return switch (type(schema)) {
      case "object" -> object(schema, seed, depth);
      case "array" -> array(schema, seed, depth);
      case "string" -> JSON.textNode(string(schema, seed));
      case "integer" -> JSON.numberNode(integer(schema, seed));
      case "number" -> number(schema, seed);
      case "boolean" -> JSON.booleanNode((Mix.mix(seed, 3) & 1) == 0);
      default -> JSON.nullNode();
    };
  }

  private static JsonNode last(JsonNode array) {
    return array.get(array.size() - 1);
  }

  private JsonNode merged(JsonNode schema, long seed, int depth) {
    ObjectNode all = JSON.objectNode();
    for (JsonNode part : schema.get("allOf")) {
      JsonNode sample = value(part, seed, depth + 1);
      if (sample instanceof ObjectNode object) {
        all.setAll(object);
      } else {
        return sample;
      }
    }
    if (object(schema, seed, depth) instanceof ObjectNode own) {
      all.setAll(own);
    }
    return all;
  }

  private static String type(JsonNode schema) {
    JsonNode type = schema.path("type");
    if (type.isArray() && !type.isEmpty()) {
      return type.get(0).asText();
    }
    if (type.isTextual()) {
      return type.asText();
    }
    if (schema.has("properties")) {
      return "object";
    }
    return schema.has("items") ? "array" : schema.isEmpty() ? "object" : "string";
  }

  /** Every property down to a depth; below it only those required, so that recursion ends. */
  private JsonNode object(JsonNode schema, long seed, int depth) {
    ObjectNode object = JSON.objectNode();
    long n = 0;
    for (var property : schema.path("properties").properties()) {
      if (depth < DEEPEST / 2 || required(schema, property.getKey())) {
        JsonNode sample =
            depth > 2 * DEEPEST
                ? JSON.nullNode()
                : value(property.getValue(), Mix.mix(seed, n++), depth + 1);
        object.set(property.getKey(), sample);
      }
    }
    return object;
  }

  private static boolean required(JsonNode schema, String name) {
    for (JsonNode required : schema.path("required")) {
      if (required.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode array(JsonNode schema, long seed, int depth) {
    int least = schema.path("minItems").asInt(depth < DEEPEST / 2 ? 1 : 0);
    int most = Math.max(least, Math.min(schema.path("maxItems").asInt(3), least + 2));
    int size = depth < DEEPEST / 2 ? least + Mix.below(seed, most - least + 1) : least;
    ArrayNode array = JSON.arrayNode();
    for (int i = 0; i < size; i++) {
      array.add(value(schema.path("items"), Mix.mix(seed, i), depth + 1));
    }
    return array;
  }

  private static String string(JsonNode schema, long seed) {
    return switch (schema.path("format").asText()) {
      case "date-time" -> "2026-0" + (1 + Mix.below(seed, 9)) + "-15T12:00:00Z";
      case "date" -> "2026-0" + (1 + Mix.below(seed, 9)) + "-15";
      case "time" -> "12:00:00Z";
      case "email" -> WORDS[Mix.below(seed, WORDS.length)] + "@example.com";
      case "uri" -> "https://example.com/" + WORDS[Mix.below(seed, WORDS.length)];
      case "uuid" -> {
        String hex = Mix.hex(seed, 32);
        yield hex.substring(0, 8)
            + '-'
            + hex.substring(8, 12)
            + "-4"
            + hex.substring(13, 16)
            + "-8"
            + hex.substring(17, 20)
            + '-'
            + hex.substring(20);
      }
      default -> {
        StringBuilder text = new StringBuilder(WORDS[Mix.below(seed, WORDS.length)]);
        int least = schema.path("minLength").asInt(0);
        for (int i = 0; text.length() < least; i++) {
          text.append(' ').append(WORDS[Mix.below(Mix.mix(seed, i), WORDS.length)]);
        }
        yield text.substring(0, Math.min(text.length(), schema.path("maxLength").asInt(200)));
      }
    };
  }

  private static long integer(JsonNode schema, long seed) {
    long least = (long) Math.ceil(least(schema, 1));
    long most = (long) Math.floor(most(schema, (double) least));
    long step = Math.max(1, schema.path("multipleOf").asLong(1));
    long value = least + Mix.below(seed, (int) Math.min(1000, Math.max(1, most - least + 1)));
    long multiple = Math.floorDiv(value, step) * step;
    return multiple < least ? multiple + step : multiple;
  }

  private static JsonNode number(JsonNode schema, long seed) {
    double least = least(schema, 0.001);
    double most = most(schema, least);
    double value = least + (most - least) * Mix.unit(seed);
    double rounded = Math.round(value * 100) / 100.0;
    return JSON.numberNode(rounded >= least && rounded <= most ? rounded : value);
  }

  private static double least(JsonNode schema, double step) {
    double inclusive = schema.path("minimum").asDouble(Double.NEGATIVE_INFINITY);
    double exclusive = schema.path("exclusiveMinimum").asDouble(Double.NEGATIVE_INFINITY) + step;
    double least = Math.max(inclusive, exclusive);
    return Double.isInfinite(least) ? Math.min(0, most(schema, Double.NaN)) : least;
  }

  private static double most(JsonNode schema, double least) {
    double most =
        Math.min(
            schema.path("maximum").asDouble(Double.POSITIVE_INFINITY),
            schema.path("exclusiveMaximum").asDouble(Double.POSITIVE_INFINITY) - 0.001);
    if (!Double.isInfinite(most)) {
      return most;
    }
    return Double.isNaN(least) ? 0 : least + 99;
  }
}
