package dev.admiral.optimizer.provider.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.provider.wire.WireFormat.MalformedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Fields that a vendor wants back, as they come: all at once, and then kept as they are written, or
 * over the chunks of a stream, and then put together.
 *
 * <p>OpenRouter's lists come in pieces: a piece goes on with the element before if it is of its
 * type and says nothing else of its place. Its index does not tell, since streams give 0 to every
 * element (its own client for the AI SDK goes by the type too); its signature ends a text, and
 * encrypted data comes whole.
 */
final class KeptFields {
  private static final Set<String> TEXTS = Set.of("text", "summary", "thinking");
  private static final String SIGNATURE = "signature";
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  /** What the pieces may have together: each repeats what is beside its text. */
  private static final long MOST_CHARS_IN_PIECES = 4L * VendorFields.MOST_CHARS;

  private final Map<String, Field> fields = new LinkedHashMap<>(2);
  private long chars;

  boolean isEmpty() {
    return fields.isEmpty();
  }

  /** Adds what came of a field, in compact JSON. Takes time in proportion to that. */
  void add(String name, String json) throws MalformedException {
    chars += json.length();
    if (chars > MOST_CHARS_IN_PIECES) {
      throw new MalformedException(
          "it wants more than " + MOST_CHARS_IN_PIECES + " characters in pieces sent back");
    }
    try {
      Field field = fields.get(name);
      if (field == null) {
        fields.put(name, new Field(json));
      } else {
        field.add(json);
      }
    } catch (JsonProcessingException e) {
      throw new MalformedException("what it wants back is too deep or too long to be put together");
    }
  }

  /** Returns all of it as one object. Takes time in proportion to that. */
  String json() {
    Map<String, String> all = new LinkedHashMap<>(fields.size());
    fields.forEach((name, field) -> all.put(name, field.json()));
    return VendorFields.write(all);
  }

  /** One field as far as it has come. */
  private static final class Field {
    /** The one piece there is, as it is written; null once others were put to it. */
    private @Nullable String only;

    private @Nullable JsonNode whole;
    private final List<Element> elements = new ArrayList<>(0);

    Field(String json) {
      only = json;
    }

    void add(String json) throws JsonProcessingException {
      String first = only;
      if (first != null) {
        if (!json.startsWith("[") && json.equals(first)) {
          // Elements of a list may be alike; anything else is only told again.
          return;
        }
        only = null;
        merge(MAPPER.readTree(first));
      }
      merge(MAPPER.readTree(json));
    }

    String json() {
      if (only != null) {
        return only;
      }
      if (elements.isEmpty()) {
        return VendorFields.json(whole == null ? MAPPER.nullNode() : whole);
      }
      var list = MAPPER.createArrayNode();
      elements.forEach(element -> list.add(element.node()));
      return VendorFields.json(list);
    }

    private void merge(JsonNode piece) {
      if (!piece.isArray()) {
        JsonNode before = whole;
        whole =
            before instanceof ObjectNode object && piece instanceof ObjectNode more
                ? merged(object, more)
                : piece;
        elements.clear();
        return;
      }
      boolean first = true;
      for (JsonNode each : piece) {
        Element open = first ? opened(each) : null;
        if (open == null) {
          elements.add(new Element(each));
        } else {
          open.goOn((ObjectNode) each);
        }
        first = false;
      }
    }

    /** Returns the element that a piece goes on with; null if it begins another. */
    private @Nullable Element opened(JsonNode piece) {
      if (!(piece instanceof ObjectNode object) || elements.isEmpty()) {
        return null;
      }
      return elements.getLast().takes(object) ? elements.getLast() : null;
    }

    private static ObjectNode merged(ObjectNode before, ObjectNode more) {
      more.properties()
          .forEach(field -> {
            JsonNode value = field.getValue();
            if (before.get(field.getKey()) instanceof ObjectNode inner
                && value instanceof ObjectNode innerMore) {
              merged(inner, innerMore);
            } else if (!value.isNull()) {
              before.set(field.getKey(), value);
            }
          });
      return before;
    }
  }

  /** One element of a list, whose texts may still grow. */
  private static final class Element {
    private final JsonNode first;
    private final Map<String, StringBuilder> texts = new LinkedHashMap<>(2);

    Element(JsonNode first) {
      this.first = first;
      if (first instanceof ObjectNode object) {
        object
            .properties()
            .forEach(field -> {
              if (grows(field.getKey()) && field.getValue().isTextual()) {
                texts.put(field.getKey(), new StringBuilder(field.getValue().textValue()));
              }
            });
      }
    }

    private static boolean grows(String field) {
      return TEXTS.contains(field) || field.equals(SIGNATURE);
    }

    boolean takes(ObjectNode piece) {
      if (!(first instanceof ObjectNode object)
          || object.has("data")
          || piece.has("data")
          || !object.path("type").equals(piece.path("type"))) {
        return false;
      }
      boolean signed = texts.containsKey(SIGNATURE) && !texts.get(SIGNATURE).isEmpty();
      boolean says = TEXTS.stream().anyMatch(text -> !piece.path(text).asText("").isEmpty());
      return !(signed && says)
          && agree(object, piece, "id")
          && agree(object, piece, "index")
          && agree(object, piece, "format");
    }

    private static boolean agree(ObjectNode one, ObjectNode other, String field) {
      return !one.hasNonNull(field)
          || !other.hasNonNull(field)
          || one.get(field).equals(other.get(field));
    }

    void goOn(ObjectNode piece) {
      ObjectNode object = (ObjectNode) first;
      piece
          .properties()
          .forEach(field -> {
            String name = field.getKey();
            JsonNode value = field.getValue();
            if (grows(name) && value.isTextual()) {
              StringBuilder text = texts.computeIfAbsent(name, _ -> new StringBuilder());
              // Whole once more, not a piece.
              boolean repeated =
                  name.equals(SIGNATURE)
                      && text.compareTo(new StringBuilder(value.textValue())) == 0;
              if (!repeated) {
                text.append(value.textValue());
              }
              object.set(name, value);
            } else if (!object.hasNonNull(name)) {
              object.set(name, value);
            }
          });
    }

    JsonNode node() {
      if (first instanceof ObjectNode object) {
        texts.forEach((name, text) -> object.put(name, text.toString()));
      }
      return first;
    }
  }
}
