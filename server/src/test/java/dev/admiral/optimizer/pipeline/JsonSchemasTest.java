package dev.admiral.optimizer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Failure.Violation;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Tool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Schemas of tools and answers against the meta-schema. */
class JsonSchemasTest {
  private final JsonSchemas schemas = new JsonSchemas();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},\"required\":[\"city\"]}",
        "{\"type\":[\"string\",\"null\"],\"enum\":[\"a\",null]}",
        "{\"$defs\":{\"n\":{\"type\":\"integer\"}},\"$ref\":\"#/$defs/n\",\"x-vendor\":1}"
      })
  void goodSchema_passes(String schema) {
    assertThat(schemas.check(answerIn(schema))).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"objekt\"}",
        "{\"type\":\"object\",\"properties\":[]}",
        "{\"type\":\"object\",\"required\":\"city\"}",
        "{\"minLength\":-1}",
        "{\"type\":\"object\"",
        "secret words, no JSON",
        "[1,2]",
        "\"text\"",
        "true"
      })
  void badSchema_isRefusedByFieldWithoutItsText(String schema) {
    Failure.Invalid invalid = schemas.check(answerIn(schema));

    assertThat(invalid).isNotNull();
    assertThat(invalid.violations())
        .extracting(Violation::field)
        .containsExactly("prompt.response_format.json_schema.schema_json");
    assertThat(invalid.message()).doesNotContain("secret words").doesNotContain("objekt");
  }

  @Test
  void badSchemaOfATool_namesTheTool() {
    Prompt prompt =
        Prompt.newBuilder()
            .addTools(
                Tool.newBuilder()
                    .setFunction(
                        FunctionTool.newBuilder().setName("fine").setParametersSchemaJson("{}")))
            .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("none")))
            .addTools(
                Tool.newBuilder()
                    .setFunction(
                        FunctionTool.newBuilder()
                            .setName("bad")
                            .setParametersSchemaJson("{\"type\":7}")))
            .build();

    assertThat(schemas.check(prompt).violations())
        .extracting(Violation::field)
        .containsExactly("prompt.tools[2].function.parameters_schema_json");
  }

  private static Prompt answerIn(String schema) {
    return Prompt.newBuilder()
        .setResponseFormat(
            ResponseFormat.newBuilder()
                .setJsonSchema(JsonSchemaFormat.newBuilder().setSchemaJson(schema)))
        .build();
  }
}
