package dev.admiral.optimizer.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/** The shapes of what a vendor's API answers. Thread-safe. */
final class WireSchema {
  static final WireSchema OPENAI = new WireSchema("openai");
  static final WireSchema ANTHROPIC = new WireSchema("anthropic");

  private final String iri;
  private final SchemaRegistry registry;
  private final Map<String, Schema> shapes = new ConcurrentHashMap<>();

  private WireSchema(String name) {
    iri = "urn:admiral:" + name;
    String text = text(name + ".schema.json");
    registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(iri, text)));
  }

  private static String text(String file) {
    try (InputStream in = Objects.requireNonNull(WireSchema.class.getResourceAsStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what is wrong with a reply that should have a shape. */
  List<String> faults(String shape, String json) {
    return shapes
        .computeIfAbsent(
            shape, name -> registry.getSchema(SchemaLocation.of(iri + "#/$defs/" + name)))
        .validate(json, InputFormat.JSON)
        .stream()
        .map(Error::toString)
        .toList();
  }

  void check(String shape, String json) {
    assertThat(faults(shape, json)).as("%s: %s", shape, json).isEmpty();
  }
}
