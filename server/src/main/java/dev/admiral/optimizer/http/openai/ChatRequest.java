package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.JsonObjectFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import java.util.List;
import java.util.Map;

/**
 * Reads one request for a chat completion: the reverse of what the provider of this dialect writes.
 *
 * <p>What the contract has no field for goes on as an option to vendors of this dialect, unknown
 * fields included. Refused is what would be given back in the answer and cannot be: logprobs and
 * sound. Left out are system messages without a word, empty texts beside other parts, and unknown
 * fields inside messages, which clients send back as they got them.
 */
final class ChatRequest {
  private final Prompt.Builder prompt = Prompt.newBuilder();
  private final Sampling.Builder sampling = Sampling.newBuilder();
  private final ToolChoice.Builder toolChoice = ToolChoice.newBuilder();
  private final Struct.Builder options = Struct.newBuilder();
  private final Places places = new Places();
  private boolean sampled;
  private boolean chosen;
  private boolean streamed;
  private boolean usageWanted;
  private boolean functions;
  private boolean newLimit;

  private ChatRequest() {}

  /** Reads a request. */
  static Asked read(ObjectNode body, Time time) throws CallException {
    ChatRequest request = new ChatRequest();
    if (!body.hasNonNull("model")) {
      throw Given.wrong("model", "is missing; name a model, 'provider/model' or an alias");
    }
    if (!body.hasNonNull("messages")) {
      throw Given.wrong("messages", "is missing; send a list of messages");
    }
    for (Map.Entry<String, JsonNode> field : body.properties()) {
      if (!field.getValue().isNull()) {
        request.read(field.getKey(), Given.field(field.getKey(), field.getValue()));
      }
    }
    return request.asked(time);
  }

  private Asked asked(Time time) {
    if (sampled) {
      prompt.setSampling(sampling);
    }
    if (chosen) {
      prompt.setToolChoice(toolChoice);
    }
    if (options.getFieldsCount() > 0) {
      prompt
          .setProviderOptions(options)
          .setProviderOptionsDialect(ProviderDialect.PROVIDER_DIALECT_OPENAI);
    }
    return new Asked(
        prompt.build(),
        streamed,
        new ChatAnswer(usageWanted, places, new ChatWords(functions, newLimit), time));
  }

  private void read(String field, Given value) throws CallException {
    switch (field) {
      case "model" -> prompt.setModel(value.text());
      case "messages" -> messages(value);
      case "stream" -> streamed = value.flag();
      case "stream_options" -> {
        Given usage = value.object().get("include_usage");
        usageWanted = usage.present() && usage.flag();
      }
      case "tools" -> tools(value);
      case "tool_choice" -> toolChoice(field, value);
      case "parallel_tool_calls" -> choice().setParallel(value.flag());
      case "functions" -> functions(value);
      case "function_call" -> functionChoice(value);
      case "response_format" -> responseFormat(value);
      case "temperature" -> sampling().setTemperature(value.number());
      case "top_p" -> sampling().setTopP(value.number());
      case "top_k" -> sampling().setTopK(value.wholeInt());
      case "n" -> sampling().setCandidateCount(value.wholeInt());
      case "stop" -> stop(value);
      case "max_completion_tokens" -> {
        newLimit = true;
        sampling().setMaxOutputTokenCount(value.whole());
      }
      case "max_tokens" -> {
        long limit = value.whole();
        if (!newLimit) {
          sampling().setMaxOutputTokenCount(limit);
        }
      }
      case "seed" -> sampling().setSeed(value.whole());
      case "frequency_penalty" -> sampling().setFrequencyPenalty(value.number());
      case "presence_penalty" -> sampling().setPresencePenalty(value.number());
      case "reasoning_effort" -> Functions.effort(value, prompt, options);
      case "logprobs" -> refuse(value, value.flag(), "answers carry no log probabilities");
      case "top_logprobs" ->
          refuse(value, value.whole() != 0, "answers carry no log probabilities");
      case "modalities" -> {
        for (Given modality : value.list()) {
          refuse(modality, !modality.text().equals("text"), "answers are text only");
        }
      }
      case "audio" -> refuse(value, true, "answers are text only");
      default -> option(field, value);
    }
  }

  /** What would change the answer in a way that it cannot be given is said, not lost. */
  private static void refuse(Given value, boolean asked, String why) throws CallException {
    if (asked) {
      throw value.wrong("cannot be served: " + why + "; leave it out");
    }
  }

  private void option(String field, Given value) throws CallException {
    options.putFields(field, value.open());
  }

  private Sampling.Builder sampling() {
    sampled = true;
    return sampling;
  }

  private ToolChoice.Builder choice() {
    chosen = true;
    return toolChoice;
  }

  private void stop(Given value) throws CallException {
    if (value.isText()) {
      sampling().addStopSequences(value.text());
      return;
    }
    for (Given text : value.list()) {
      sampling().addStopSequences(text.text());
    }
  }

  private void messages(Given messages) throws CallException {
    ChatMessages reader = new ChatMessages();
    List<Given> all = messages.list();
    for (int i = 0; i < all.size(); i++) {
      ChatMessage message = reader.read(all.get(i).object());
      if (message != null) {
        prompt.addMessages(message);
        places.add(i);
      }
    }
  }

  private void tools(Given tools) throws CallException {
    for (Given tool : tools.list()) {
      Given type = tool.object().get("type");
      Tool.Builder read =
          switch (type.text()) {
            case "function" -> Functions.read(tool.get("function").object()).toBuilder();
            case "custom" -> customTool(tool.get("custom").object());
            default -> throw type.wrong("must be function or custom: no other tools are carried");
          };
      prompt.addTools(read.setPromptCachePoint(ChatMessages.cachePoint(tool)));
    }
  }

  private static Tool.Builder customTool(Given custom) throws CallException {
    Given format = custom.get("format");
    return Functions.custom(custom, format, format.get("grammar"));
  }

  private void toolChoice(String field, Given value) throws CallException {
    if (value.isText()) {
      choice().setMode(Functions.mode(value));
      return;
    }
    Given type = value.object().get("type");
    switch (type.text()) {
      case "function" ->
          choice()
              .setMode(ToolChoice.Mode.MODE_TOOL)
              .setToolName(value.get("function").object().get("name").text());
      case "custom" ->
          choice()
              .setMode(ToolChoice.Mode.MODE_TOOL)
              .setToolName(value.get("custom").object().get("name").text());
      case "allowed_tools" -> option(field, value);
      default -> throw type.wrong("must be function, custom or allowed_tools");
    }
  }

  /** The form before tools, in which a model calls one function at most. */
  private void functions(Given functions) throws CallException {
    this.functions = true;
    for (Given function : functions.list()) {
      prompt.addTools(Functions.read(function.object()));
    }
    choice().setParallel(false);
  }

  private void functionChoice(Given value) throws CallException {
    if (value.isText()) {
      choice().setMode(Functions.mode(value));
    } else {
      choice().setMode(ToolChoice.Mode.MODE_TOOL).setToolName(value.object().get("name").text());
    }
  }

  private void responseFormat(Given format) throws CallException {
    Given type = format.object().get("type");
    switch (type.text()) {
      // The same as none, and so the same call.
      case "text" -> {}
      case "json_object" ->
          prompt.getResponseFormatBuilder().setJsonObject(JsonObjectFormat.getDefaultInstance());
      case "json_schema" -> Functions.schema(format.get("json_schema").object(), prompt, options);
      default -> throw type.wrong("must be text, json_object or json_schema");
    }
  }
}
