package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.JsonObjectFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.ToolChoice;
import java.util.List;
import java.util.Map;

/**
 * Reads one request for a response. Refused is what only works where answers are kept: earlier
 * responses, conversations, background work; and tools that the vendor would run.
 */
final class ResponsesRequest {
  /** Where instructions come from; items of the input are counted from 0. */
  static final int INSTRUCTIONS = -1;

  private static final String STATELESS = ": this server keeps no responses; ";

  private final Prompt.Builder prompt = Prompt.newBuilder();
  private final Sampling.Builder sampling = Sampling.newBuilder();
  private final ToolChoice.Builder toolChoice = ToolChoice.newBuilder();
  private final Struct.Builder options = Struct.newBuilder();
  private final Places places = new Places();
  private boolean sampled;
  private boolean chosen;
  private boolean streamed;
  private boolean instructed;

  private ResponsesRequest() {}

  /** Reads a request. */
  static Asked read(ObjectNode body, Time time) throws CallException {
    ResponsesRequest request = new ResponsesRequest();
    if (!body.hasNonNull("model")) {
      throw Given.wrong("model", "is missing; name a model, 'provider/model' or an alias");
    }
    if (!body.hasNonNull("input")) {
      throw Given.wrong("input", "is missing; send a string or a list of items");
    }
    if (body.hasNonNull("instructions")) {
      request.instructions(Given.field("instructions", body.get("instructions")));
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
    return new Asked(prompt.build(), streamed, new ResponseAnswer(instructed, places, time));
  }

  private void read(String field, Given value) throws CallException {
    switch (field) {
      case "model" -> prompt.setModel(value.text());
      case "instructions" -> {}
      case "input" -> input(value);
      case "stream" -> streamed = value.flag();
      // Of responses alone: chat completions, which vendors are asked for, refuse them.
      case "stream_options",
          "truncation",
          "max_tool_calls",
          "client_metadata",
          "context_management" -> {}
      case "tools" -> tools(value);
      case "tool_choice" -> toolChoice(value);
      case "parallel_tool_calls" -> choice().setParallel(value.flag());
      case "text" -> text(value.object());
      case "reasoning" -> {
        Given effort = value.object().get("effort");
        if (effort.present()) {
          Functions.effort(effort, prompt, options);
        }
      }
      case "max_output_tokens" -> sampling().setMaxOutputTokenCount(value.whole());
      case "temperature" -> sampling().setTemperature(value.number());
      case "top_p" -> sampling().setTopP(value.number());
      case "include" -> {
        for (Given wish : value.list()) {
          if (wish.text().equals("message.output_text.logprobs")) {
            throw wish.wrong("cannot be served: answers carry no log probabilities; leave it out");
          }
        }
      }
      case "top_logprobs" -> {
        if (value.whole() != 0) {
          throw value.wrong("cannot be served: answers carry no log probabilities; leave it out");
        }
      }
      case "store" -> {
        if (value.flag()) {
          throw value.wrong("cannot be true" + STATELESS + "send false");
        }
      }
      case "background" -> {
        if (value.flag()) {
          throw value.wrong("cannot be true" + STATELESS + "wait for the answer or stream it");
        }
      }
      case "previous_response_id", "conversation" ->
          throw value.wrong(
              "cannot be served" + STATELESS + "send the whole conversation as input");
      case "prompt" ->
          throw value.wrong("cannot be served" + STATELESS + "send the prompt's text as input");
      default -> options.putFields(field, value.open());
    }
  }

  private Sampling.Builder sampling() {
    sampled = true;
    return sampling;
  }

  private ToolChoice.Builder choice() {
    chosen = true;
    return toolChoice;
  }

  private void instructions(Given instructions) throws CallException {
    String text = instructions.text();
    if (!text.isEmpty()) {
      instructed = true;
      places.add(INSTRUCTIONS);
      prompt.addMessages(message(Role.ROLE_SYSTEM, text));
    }
  }

  private static ChatMessage message(Role role, String text) {
    return ChatMessage.newBuilder()
        .setRole(role)
        .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)))
        .build();
  }

  private void input(Given input) throws CallException {
    if (input.isText()) {
      places.add(0);
      prompt.addMessages(message(Role.ROLE_USER, input.text()));
      return;
    }
    if (!input.isList()) {
      throw input.mustBe("a string or a list of items");
    }
    List<Given> items = input.list();
    if (items.isEmpty()) {
      throw input.wrong("is empty; send at least one item");
    }
    ResponseItems reader = new ResponseItems(prompt, places);
    for (int i = 0; i < items.size(); i++) {
      reader.read(items.get(i).object(), i);
    }
    reader.end();
  }

  private void tools(Given tools) throws CallException {
    for (Given tool : tools.list()) {
      Given type = tool.object().get("type");
      switch (type.text()) {
        case "function" -> prompt.addTools(Functions.read(tool));
        case "custom" -> {
          Given format = tool.get("format");
          prompt.addTools(Functions.custom(tool, format, format));
        }
        default ->
            throw type.wrong(
                "must be function or custom: this server runs no tools, and vendors are not asked"
                    + " to");
      }
    }
  }

  private void toolChoice(Given value) throws CallException {
    if (value.isText()) {
      choice().setMode(Functions.mode(value));
      return;
    }
    Given type = value.object().get("type");
    if (!type.text().equals("function") && !type.text().equals("custom")) {
      throw type.wrong("must be function or custom");
    }
    choice().setMode(ToolChoice.Mode.MODE_TOOL).setToolName(value.get("name").text());
  }

  private void text(Given text) throws CallException {
    Given verbosity = text.get("verbosity");
    if (verbosity.present()) {
      options.putFields("verbosity", verbosity.open());
    }
    Given format = text.get("format");
    if (!format.present()) {
      return;
    }
    Given type = format.object().get("type");
    switch (type.text()) {
      case "text" -> {}
      case "json_object" ->
          prompt.getResponseFormatBuilder().setJsonObject(JsonObjectFormat.getDefaultInstance());
      case "json_schema" -> Functions.schema(format, prompt, options);
      default -> throw type.wrong("must be text, json_object or json_schema");
    }
  }
}
