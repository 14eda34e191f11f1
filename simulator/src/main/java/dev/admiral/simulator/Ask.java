package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * A request for an answer, read and found valid, in words common to both vendors.
 *
 * @param dialect the provider's way of speaking
 * @param model the model that answers
 * @param stream whether as server-sent events
 * @param includeUsage whether a stream ends with usage (always true of Anthropic's)
 * @param obfuscation whether chunks of a stream are padded
 * @param choices how many answers
 * @param maxTokens most tokens of each answer, reasoning included
 * @param stop texts that end an answer
 * @param tools tools that may be called
 * @param toolChoice whether they must be
 * @param parallelTools whether several may be called at once
 * @param schema the JSON schema the answer must satisfy
 * @param jsonObject whether the answer must be some JSON object
 * @param lastUserText the text of the last message if the user wrote it, else empty
 * @param userTurn whether the last message is a user's, and not a tool's result
 * @param prompt the tokens of the prompt, by the way they are billed
 * @param reasoningBudget most tokens of reasoning; 0 for none
 * @param options what was asked of the simulator itself
 * @param hash equal for requests that mean the same; says nothing of length, stream or options
 */
record Ask(
    Dialect dialect,
    ModelProfile model,
    boolean stream,
    boolean includeUsage,
    boolean obfuscation,
    int choices,
    long maxTokens,
    List<String> stop,
    List<Tool> tools,
    ToolChoice toolChoice,
    boolean parallelTools,
    Optional<JsonNode> schema,
    boolean jsonObject,
    String lastUserText,
    boolean userTurn,
    Tokens prompt,
    int reasoningBudget,
    Options options,
    long hash) {

  /** A tool that may be called. */
  record Tool(String name, JsonNode schema) {}

  /** Whether tools are called. */
  sealed interface ToolChoice {
    /** When the prompt names one. */
    record Auto() implements ToolChoice {}

    /** Never. */
    record None() implements ToolChoice {}

    /** At least one. */
    record Required() implements ToolChoice {}

    /** This one. */
    record Named(String name) implements ToolChoice {}
  }
}
