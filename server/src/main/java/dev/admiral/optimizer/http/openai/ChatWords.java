package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What chat completions call the fields of a prompt.
 *
 * @param functions true if the client declared functions in the form before tools
 * @param newLimit true if it used the newer name of the most output tokens
 */
record ChatWords(boolean functions, boolean newLimit) implements Places.Words {
  private static final String SAMPLING = "prompt.sampling.";
  private static final Pattern PART = Pattern.compile("\\.parts\\[(\\d+)](.*)");
  private static final Map<String, String> NAMES =
      Map.of(
          "prompt.model", "model",
          "prompt.messages", "messages",
          "prompt.tools", "tools",
          "prompt.tool_choice.mode", "tool_choice",
          "prompt.tool_choice.tool_name", "tool_choice.function.name",
          "prompt.response_format", "response_format",
          "prompt.response_format.json_schema.schema_json", "response_format.json_schema.schema",
          "prompt.response_format.json_schema.name", "response_format.json_schema.name",
          "prompt.sampling.candidate_count", "n",
          "prompt.reasoning_effort", "reasoning_effort");

  @Override
  public String ofMessage(int origin, ChatMessage message, String rest) {
    String at = "messages[" + origin + "]";
    Matcher matcher = PART.matcher(rest);
    if (!matcher.matches()) {
      return at + (rest.equals(".parts") ? ".content" : rest);
    }
    int index = Integer.parseInt(matcher.group(1));
    if (index >= message.getPartsCount()) {
      return at;
    }
    String inPart = matcher.group(2);
    ContentPart part = message.getParts(index);
    return at
        + switch (part.getKindCase()) {
          case TOOL_CALL ->
              ".tool_calls["
                  + rank(message, index, ContentPart::hasToolCall)
                  + "]"
                  + inPart.replace(".tool_call.name", ".function.name").replace(".tool_call", "");
          case TOOL_RESULT ->
              inPart.equals(".tool_result.tool_call_id") ? ".tool_call_id" : ".content";
          case REASONING -> ".reasoning_content";
          case TEXT, IMAGE, FILE, REFUSAL, TOOL_REFERENCE, KIND_NOT_SET ->
              message.getPartsCount() == 1
                  ? ".content"
                  : ".content[" + rank(message, index, ChatWords::isContent) + "]";
        };
  }

  private static boolean isContent(ContentPart part) {
    return part.hasText() || part.hasImage() || part.hasFile() || part.hasRefusal();
  }

  /** Returns how many parts of a kind stand before one. */
  private static int rank(ChatMessage message, int index, Predicate<ContentPart> kind) {
    return (int) message.getPartsList().subList(0, index).stream().filter(kind).count();
  }

  @Override
  public String ofTool(int index, String field) {
    String name = field.equals("parameters_schema_json") ? "parameters" : field;
    return functions ? "functions[" + index + "]." + name : "tools[" + index + "].function." + name;
  }

  @Override
  public String of(String path) {
    if (path.equals("prompt.sampling.max_output_token_count")) {
      return newLimit ? "max_completion_tokens" : "max_tokens";
    }
    String name = NAMES.get(path);
    if (name == null && path.startsWith(SAMPLING)) {
      return path.substring(SAMPLING.length()).replaceFirst("^stop_sequences", "stop");
    }
    return name == null ? path : name;
  }
}
