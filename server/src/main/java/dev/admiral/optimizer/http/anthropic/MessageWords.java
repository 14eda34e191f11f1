package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Prompt;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one request calls the fields of its prompt. Filled by one thread, then only read. */
final class MessageWords implements Places.Words {
  /** In the place of a message's number: the system prompt, which stands apart. */
  static final int SYSTEM = -1;

  /** In the place of a block's number: the content is text alone. */
  static final int PLAIN = -1;

  private static final Pattern PART = Pattern.compile("\\.parts\\[(\\d+)](.*)");
  private static final Pattern RESULT = Pattern.compile("\\.tool_result\\.parts\\[(\\d+)](.*)");
  private static final Pattern STOP =
      Pattern.compile("prompt\\.sampling\\.stop_sequences\\[(\\d+)]");
  private static final String SAMPLING = "prompt.sampling.";
  private static final Map<String, String> NAMES =
      Map.of(
          "prompt.model", "model",
          "prompt.messages", "messages",
          "prompt.tools", "tools",
          "prompt.tool_choice.mode", "tool_choice.type",
          "prompt.tool_choice.tool_name", "tool_choice.name",
          "prompt.response_format", "output_config.format",
          "prompt.response_format.json_schema.schema_json", "output_config.format.schema",
          "prompt.sampling.max_output_token_count", "max_tokens",
          "prompt.sampling.stop_sequences", "stop_sequences",
          "prompt.reasoning_effort", "thinking");

  private final Places places = new Places();
  private final List<Origin> origins = new ArrayList<>();

  /**
   * Where a message of the prompt comes from.
   *
   * @param message number of the client's message
   * @param block number of the block that is its first part
   */
  private record Origin(int message, int block) {}

  /** Notes where the next message comes from. */
  void add(int message, int block) {
    places.add(origins.size());
    origins.add(new Origin(message, block));
  }

  /** Returns a failure whose fields are named as the client names them. */
  Failure translate(Failure failure, Prompt prompt) {
    Failure told = places.translate(failure, prompt, this);
    if (!(told instanceof Failure.Invalid invalid)) {
      return told;
    }
    Failure.Violation first = invalid.violations().getFirst();
    int more = invalid.violations().size() - 1;
    return new Failure.Invalid(
        first.field() + ": " + first.description() + (more == 0 ? "" : " (and " + more + " more)"),
        invalid.violations());
  }

  @Override
  public String ofMessage(int origin, ChatMessage message, String rest) {
    Origin from = origins.get(origin);
    boolean system = from.message == SYSTEM;
    String at = system ? "" : "messages." + from.message;
    Matcher part = PART.matcher(rest);
    if (!part.matches()) {
      return system ? "system" : at + (rest.equals(".parts") ? ".content" : rest);
    }
    String content = system ? "system" : at + ".content";
    return from.block == PLAIN
        ? content
        : content + "." + (from.block + Integer.parseInt(part.group(1))) + inBlock(part.group(2));
  }

  private static String inBlock(String path) {
    Matcher result = RESULT.matcher(path);
    if (result.matches()) {
      return ".content." + result.group(1) + inBlock(result.group(2));
    }
    return switch (path) {
      case ".image", ".file" -> ".source";
      case ".image.inline.media_type", ".file.inline.media_type" -> ".source.media_type";
      case ".image.inline.data", ".file.inline.data" -> ".source.data";
      case ".image.remote.uri", ".file.remote.uri" -> ".source.url";
      case ".file.uploaded.file_id" -> ".source.file_id";
      case ".tool_call.id" -> ".id";
      case ".tool_call.name" -> ".name";
      case ".tool_call.arguments_json" -> ".input";
      case ".tool_result.tool_call_id" -> ".tool_use_id";
      default -> path;
    };
  }

  @Override
  public String ofTool(int index, String field) {
    return "tools."
        + index
        + "."
        + (field.equals("parameters_schema_json") ? "input_schema" : field);
  }

  @Override
  public String of(String path) {
    Matcher stop = STOP.matcher(path);
    if (stop.matches()) {
      return "stop_sequences." + stop.group(1);
    }
    String name = NAMES.get(path);
    if (name == null && path.startsWith(SAMPLING)) {
      return path.substring(SAMPLING.length());
    }
    return name == null ? path : name;
  }
}
