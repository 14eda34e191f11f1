package dev.admiral.optimizer.http.openai;

import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.CustomTool;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import java.util.Set;

/** What chat completions and responses say alike: functions, schemas, efforts. */
final class Functions {
  private static final Set<String> HIGHER_EFFORTS = Set.of("xhigh", "max");

  private Functions() {}

  /** Reads the declaration of a function. */
  static Tool read(Given function) throws CallException {
    FunctionTool.Builder tool =
        FunctionTool.newBuilder()
            .setName(function.get("name").text())
            .setDescription(function.get("description").textOrEmpty());
    Given parameters = function.get("parameters");
    if (parameters.present()) {
      // Printed in the order it came in, since the order of properties changes answers.
      tool.setParametersSchemaJson(parameters.object().node().toString());
    }
    Given strict = function.get("strict");
    if (strict.present()) {
      tool.setStrict(strict.flag());
    }
    return Tool.newBuilder().setFunction(tool).build();
  }

  /**
   * Reads the declaration of a tool that is given free text.
   *
   * @param format the form of the text
   * @param grammar where the format has its grammar
   */
  static Tool.Builder custom(Given custom, Given format, Given grammar) throws CallException {
    CustomTool.Builder tool =
        CustomTool.newBuilder()
            .setName(custom.get("name").text())
            .setDescription(custom.get("description").textOrEmpty());
    if (format.present()) {
      Given type = format.object().get("type");
      switch (type.text()) {
        case "text" -> {}
        case "grammar" ->
            tool.getGrammarBuilder()
                .setSyntax(grammar.object().get("syntax").text())
                .setDefinition(grammar.get("definition").text());
        default -> throw type.wrong("must be text or grammar");
      }
    }
    return Tool.newBuilder().setCustom(tool);
  }

  /** Reads the word for whether functions are to be called. */
  static ToolChoice.Mode mode(Given choice) throws CallException {
    return switch (choice.text()) {
      case "auto" -> ToolChoice.Mode.MODE_AUTO;
      case "none" -> ToolChoice.Mode.MODE_NONE;
      case "required" -> ToolChoice.Mode.MODE_REQUIRED;
      default -> throw choice.wrong("must be none, auto, required or an object");
    };
  }

  /**
   * Reads the schema an answer must have.
   *
   * @param options takes its description, which the contract has no field for
   */
  static void schema(Given given, Prompt.Builder prompt, Struct.Builder options)
      throws CallException {
    JsonSchemaFormat.Builder format =
        prompt
            .getResponseFormatBuilder()
            .getJsonSchemaBuilder()
            .setName(given.get("name").textOrEmpty())
            .setSchemaJson(given.get("schema").object().node().toString());
    Given strict = given.get("strict");
    if (strict.present()) {
      format.setStrict(strict.flag());
    }
    Given description = given.get("description");
    if (description.present()) {
      options.putFields(
          "response_format",
          Structs.object("json_schema", Structs.object("description", description.text())));
    }
  }

  /**
   * Reads how much the model is to reason.
   *
   * @param options takes the words that the contract has none for; other dialects hear "high"
   */
  static void effort(Given effort, Prompt.Builder prompt, Struct.Builder options)
      throws CallException {
    if (HIGHER_EFFORTS.contains(effort.text())) {
      prompt.setReasoningEffort(ReasoningEffort.REASONING_EFFORT_HIGH);
      options.putFields("reasoning_effort", effort.open());
    } else {
      prompt.setReasoningEffort(effort(effort));
    }
  }

  private static ReasoningEffort effort(Given effort) throws CallException {
    return switch (effort.text()) {
      case "none" -> ReasoningEffort.REASONING_EFFORT_NONE;
      case "minimal" -> ReasoningEffort.REASONING_EFFORT_MINIMAL;
      case "low" -> ReasoningEffort.REASONING_EFFORT_LOW;
      case "medium" -> ReasoningEffort.REASONING_EFFORT_MEDIUM;
      case "high" -> ReasoningEffort.REASONING_EFFORT_HIGH;
      default -> throw effort.wrong("must be none, minimal, low, medium, high, xhigh or max");
    };
  }
}
