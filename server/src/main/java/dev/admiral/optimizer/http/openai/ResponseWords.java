package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.v1.ChatMessage;
import java.util.Map;

/** What responses call the fields of a prompt. */
enum ResponseWords implements Places.Words {
  INSTANCE;

  private static final String SAMPLING = "prompt.sampling.";
  private static final Map<String, String> NAMES =
      Map.of(
          "prompt.model", "model",
          "prompt.messages", "input",
          "prompt.tools", "tools",
          "prompt.tool_choice.mode", "tool_choice",
          "prompt.tool_choice.tool_name", "tool_choice.name",
          "prompt.response_format", "text.format",
          "prompt.response_format.json_schema.schema_json", "text.format.schema",
          "prompt.response_format.json_schema.name", "text.format.name",
          "prompt.sampling.max_output_token_count", "max_output_tokens",
          "prompt.reasoning_effort", "reasoning.effort");

  /** A turn of the model may be made of several items, so that only its first can be named. */
  @Override
  public String ofMessage(int origin, ChatMessage message, String rest) {
    if (origin == ResponsesRequest.INSTRUCTIONS) {
      return "instructions";
    }
    return "input[" + origin + "]" + (rest.endsWith(".tool_call_id") ? ".call_id" : "");
  }

  @Override
  public String ofTool(int index, String field) {
    return "tools["
        + index
        + "]."
        + (field.equals("parameters_schema_json") ? "parameters" : field);
  }

  @Override
  public String of(String path) {
    String name = NAMES.get(path);
    if (name == null && path.startsWith(SAMPLING)) {
      return path.substring(SAMPLING.length());
    }
    return name == null ? path : name;
  }
}
