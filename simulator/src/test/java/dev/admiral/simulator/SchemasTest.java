package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is made up satisfies the schema it is made up for. */
class SchemasTest {

  @Property(tries = 300)
  void numbersStringsAndArrays_stayWithinTheirBounds(
      @ForAll long seed,
      @ForAll @IntRange(min = -50, max = 50) int least,
      @ForAll @IntRange(min = 0, max = 20) int spread,
      @ForAll @IntRange(min = 0, max = 30) int length) {
    JsonNode schema =
        Caller.parse(
            """
            {"type":"object","required":["i","n","s","a"],"properties":{
            "i":{"type":"integer","minimum":%1$d,"maximum":%2$d},
            "n":{"type":"number","minimum":%1$d,"maximum":%2$d},
            "s":{"type":"string","minLength":%3$d,"maxLength":%4$d},
            "a":{"type":"array","minItems":2,"maxItems":4,"items":{"type":"boolean"}}}}
            """
                .formatted(least, least + spread, length, length + 5));
    JsonNode sample = Schemas.sample(schema, seed);
    assertThat(sample.path("i").isIntegralNumber()).isTrue();
    assertThat(sample.path("i").asLong()).isBetween((long) least, (long) least + spread);
    assertThat(sample.path("n").asDouble()).isBetween((double) least, (double) least + spread);
    assertThat(sample.path("s").asText().length()).isBetween(length, length + 5);
    assertThat(sample.path("a").size()).isBetween(2, 4);
    assertThat(Schemas.sample(schema, seed)).isEqualTo(sample);
  }

  @Test
  void recursiveSchema_comesToAnEnd() {
    JsonNode schema =
        Caller.parse(
            """
            {"$ref":"#/$defs/node","$defs":{"node":{"type":"object","required":["name"],
            "properties":{"name":{"type":"string"},
            "children":{"type":"array","items":{"$ref":"#/$defs/node"}}}}}}
            """);
    assertThat(Schemas.sample(schema, 5).path("name").isTextual()).isTrue();
  }

  @Test
  void choicesAndConstants_areTaken() {
    JsonNode schema =
        Caller.parse(
            """
            {"type":"object","properties":{"c":{"const":7},
            "u":{"anyOf":[{"type":"string","format":"uuid"},{"type":"null"}]},
            "t":{"type":["integer","null"]},
            "m":{"allOf":[{"properties":{"x":{"type":"boolean"}}},
            {"properties":{"y":{"type":"boolean"}}}]}}}
            """);
    JsonNode sample = Schemas.sample(schema, 9);
    assertThat(sample.path("c").asInt()).isEqualTo(7);
    assertThat(UUID.fromString(sample.path("u").asText()).version()).isEqualTo(4);
    assertThat(sample.path("t").isInt() || sample.path("t").isLong()).isTrue();
    assertThat(sample.path("m").path("x").isBoolean()).isTrue();
    assertThat(sample.path("m").path("y").isBoolean()).isTrue();
  }
}
