package dev.admiral.optimizer.pipeline;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.google.protobuf.ByteString;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Failure.Violation;
import dev.admiral.optimizer.v1.Prompt;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks the JSON Schemas of a prompt against the meta-schema of draft 2020-12. Slow for a schema
 * never seen (milliseconds), so it runs on the flight's thread; verdicts are kept. Thread-safe.
 */
final class JsonSchemas {
  private static final int MOST_KEPT = 10_000;
  private static final String FINE = "";

  /** By SHA-256 of the schema: schemas are long, and a caller's content. */
  private final Cache<ByteString, String> verdicts =
      Caffeine.newBuilder().maximumSize(MOST_KEPT).build();

  /**
   * The meta-schema, read when the first schema comes: most fleets send none, and a server should
   * start quickly.
   */
  private static final class Meta {
    static final Schema SCHEMA =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of(SpecificationVersion.DRAFT_2020_12.getDialectId()));
  }

  /** Returns what is wrong with the prompt's schemas, or null if nothing is. */
  Failure.@Nullable Invalid check(Prompt prompt) {
    List<Violation> violations = new ArrayList<>(0);
    for (int i = 0; i < prompt.getToolsCount(); i++) {
      String schema = prompt.getTools(i).getFunction().getParametersSchemaJson();
      if (!schema.isEmpty()) {
        judge("prompt.tools[" + i + "].function.parameters_schema_json", schema, violations);
      }
    }
    if (prompt.getResponseFormat().hasJsonSchema()) {
      judge(
          "prompt.response_format.json_schema.schema_json",
          prompt.getResponseFormat().getJsonSchema().getSchemaJson(),
          violations);
    }
    return violations.isEmpty() ? null : PromptRules.invalid(violations);
  }

  private void judge(String field, String schema, List<Violation> violations) {
    String verdict = verdicts.get(sha256(schema), _ -> verdict(schema));
    if (!verdict.isEmpty()) {
      violations.add(new Violation(field, verdict));
    }
  }

  private static ByteString sha256(String schema) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return ByteString.copyFrom(digest.digest(schema.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String verdict(String schema) {
    List<Error> errors;
    try {
      errors = Meta.SCHEMA.validate(schema, InputFormat.JSON);
    } catch (RuntimeException e) {
      // The parser's own message would quote the caller's text.
      return "is not JSON; send a JSON Schema as text";
    }
    if (errors.isEmpty()) {
      return schema.stripLeading().startsWith("{") ? FINE : "must be a JSON object";
    }
    Error first = errors.getFirst();
    return "is not a JSON Schema: at "
        + first.getInstanceLocation()
        + " the rule '"
        + first.getKeyword()
        + "' is broken";
  }
}
