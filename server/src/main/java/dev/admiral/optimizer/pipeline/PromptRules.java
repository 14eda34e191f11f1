package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Failure.Violation;
import dev.admiral.optimizer.provider.JsonText;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FilePart;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import dev.admiral.optimizer.v1.VendorData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules a prompt must keep, as the contract states them. Messages name fields and limits, never
 * content. Thread-safe.
 */
final class PromptRules {
  private static final int MODEL_LENGTH = 256;
  private static final int MESSAGE_COUNT = 100_000;

  /** Of tools: the most that any vendor takes, which is Anthropic. */
  private static final int TOOL_NAME_LENGTH = 128;

  private static final int NAME_LENGTH = 64;
  private static final int TOOL_COUNT = 512;
  private static final int STOP_COUNT = 16;
  private static final int CANDIDATE_COUNT = 16;
  private static final long OUTPUT_TOKENS = 10_000_000;
  private static final int MOST_REPORTED = 20;
  private static final Pattern TOOL_NAME =
      Pattern.compile("[A-Za-z0-9_-]{1," + TOOL_NAME_LENGTH + "}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1," + NAME_LENGTH + "}");
  private static final Pattern REMOTE = Pattern.compile("https?://[^\\s/]+.*");

  /** Returns what is wrong with the name of a model, or null if nothing is. */
  static @Nullable String modelProblem(String model) {
    if (model.isBlank()) {
      return "is empty; name a model, 'provider/model' or an alias";
    }
    if (model.length() > MODEL_LENGTH) {
      return "is longer than " + MODEL_LENGTH + " characters";
    }
    // They would make two names look alike.
    return model.codePoints().allMatch(PromptRules::isSeen)
        ? null
        : "has a blank or a character that is not seen; write the name alone";
  }

  private static boolean isSeen(int character) {
    return !Character.isWhitespace(character)
        && !Character.isSpaceChar(character)
        && switch (Character.getType(character)) {
          case Character.CONTROL,
              Character.FORMAT,
              Character.SURROGATE,
              Character.UNASSIGNED,
              Character.PRIVATE_USE ->
              false;
          default -> true;
        };
  }

  /**
   * Returns everything that is wrong with the prompt (at most twenty findings), or null if nothing
   * is.
   */
  Failure.@Nullable Invalid check(Prompt prompt) {
    Findings findings = new Findings();
    String model = modelProblem(prompt.getModel());
    if (model != null) {
      findings.add("prompt.model", model);
    }
    messages(prompt, findings);
    tools(prompt, findings);
    responseFormat(prompt.getResponseFormat(), findings);
    sampling(prompt.getSampling(), findings);
    findings.unless(
        prompt.getReasoningEffort() != ReasoningEffort.UNRECOGNIZED,
        "prompt.reasoning_effort",
        "is a value this server does not know");
    findings.unless(
        prompt.getProviderOptionsDialect() != ProviderDialect.UNRECOGNIZED,
        "prompt.provider_options_dialect",
        "is a value this server does not know");
    return findings.isEmpty() ? null : invalid(findings.list);
  }

  static Failure.Invalid invalid(List<Violation> violations) {
    Violation first = violations.getFirst();
    String more = violations.size() == 1 ? "" : " (and " + (violations.size() - 1) + " more)";
    return new Failure.Invalid(
        first.field() + " " + first.description() + more, List.copyOf(violations));
  }

  private static void messages(Prompt prompt, Findings findings) {
    int count = prompt.getMessagesCount();
    findings.unless(count > 0, "prompt.messages", "is empty; send at least one message");
    findings.unless(
        count <= MESSAGE_COUNT,
        "prompt.messages",
        "has " + count + " messages; the limit is " + MESSAGE_COUNT);
    Set<String> calledTools = new HashSet<>();
    for (int i = 0; i < count && !findings.full(); i++) {
      message(prompt.getMessages(i), new Path(null, "prompt.messages", i), calledTools, findings);
    }
  }

  private static void message(
      ChatMessage message, Path at, Set<String> calledTools, Findings findings) {
    Role role = message.getRole();
    findings.unless(
        role != Role.ROLE_UNSPECIFIED && role != Role.UNRECOGNIZED,
        at,
        ".role",
        "is not set or not known; say who speaks");
    findings.unless(message.getPartsCount() > 0, at, ".parts", "is empty; send at least one part");
    findings.unless(
        message.getName().length() <= NAME_LENGTH,
        at,
        ".name",
        "is longer than " + NAME_LENGTH + " characters");
    if (message.hasVendorData()) {
      vendorData(message.getVendorData(), at, findings);
    }
    for (int i = 0; i < message.getPartsCount() && !findings.full(); i++) {
      part(message.getParts(i), role, new Path(at, ".parts", i), calledTools, findings);
    }
  }

  private static void part(
      ContentPart part, Role role, Path at, Set<String> calledTools, Findings findings) {
    boolean assistant = role == Role.ROLE_ASSISTANT;
    if (part.hasVendorData()) {
      vendorData(part.getVendorData(), at, findings);
    }
    findings.unless(
        role != Role.ROLE_TOOL
            || part.hasToolResult()
            || part.getKindCase() == ContentPart.KindCase.KIND_NOT_SET,
        at,
        "",
        "must be a tool_result: a message of ROLE_TOOL holds nothing else");
    switch (part.getKindCase()) {
      case TEXT ->
          findings.unless(
              assistant || !part.getText().getText().isEmpty(),
              at,
              ".text",
              "is empty; leave the part out");
      case IMAGE -> {
        findings.unless(!assistant, at, ".image", "cannot be said by ROLE_ASSISTANT");
        image(part.getImage(), at.field(".image"), findings);
      }
      case FILE -> {
        findings.unless(!assistant, at, ".file", "cannot be said by ROLE_ASSISTANT");
        file(part.getFile(), at.field(".file"), findings);
      }
      case TOOL_CALL -> {
        findings.unless(assistant, at, ".tool_call", "is for ROLE_ASSISTANT only");
        findings.unless(
            !part.getToolCall().getId().isEmpty(),
            at,
            ".tool_call.id",
            "is empty; its result must name it");
        findings.unless(!part.getToolCall().getName().isEmpty(), at, ".tool_call.name", "is empty");
        calledTools.add(part.getToolCall().getId());
      }
      case TOOL_RESULT -> {
        findings.unless(role == Role.ROLE_TOOL, at, ".tool_result", "is for ROLE_TOOL only");
        findings.unless(
            calledTools.contains(part.getToolResult().getToolCallId()),
            at,
            ".tool_result.tool_call_id",
            "names no earlier tool_call of this conversation");
        for (int i = 0; i < part.getToolResult().getPartsCount() && !findings.full(); i++) {
          resultPart(
              part.getToolResult().getParts(i), new Path(at, ".tool_result.parts", i), findings);
        }
      }
      case REASONING -> findings.unless(assistant, at, ".reasoning", "is for ROLE_ASSISTANT only");
      case REFUSAL -> findings.unless(assistant, at, ".refusal", "is for ROLE_ASSISTANT only");
      case TOOL_REFERENCE -> findings.add(at + ".tool_reference", "is for results of tools only");
      case KIND_NOT_SET ->
          findings.add(
              at + "",
              "has no kind this server knows; set text, image, file, tool_call, tool_result,"
                  + " reasoning, refusal or tool_reference");
    }
  }

  private static void vendorData(VendorData data, Path at, Findings findings) {
    String json = data.getJson();
    if (json.length() > VendorFields.MOST_CHARS) {
      findings.unless(
          false,
          at,
          ".vendor_data.json",
          "is longer than " + VendorFields.MOST_CHARS + " characters");
    } else {
      findings.unless(
          json.isEmpty() || JsonText.isObject(json),
          at,
          ".vendor_data.json",
          "is no JSON object; send it back as it came");
    }
  }

  private static void resultPart(ContentPart part, Path at, Findings findings) {
    switch (part.getKindCase()) {
      case TEXT -> {}
      case IMAGE -> image(part.getImage(), at.field(".image"), findings);
      case FILE -> file(part.getFile(), at.field(".file"), findings);
      case TOOL_REFERENCE ->
          findings.unless(
              !part.getToolReference().getToolName().isEmpty(),
              at,
              ".tool_reference.tool_name",
              "is empty");
      default -> findings.add(at + "", "must be text, an image, a file or a tool_reference");
    }
  }

  private static void image(ImagePart image, Path at, Findings findings) {
    switch (image.getSourceCase()) {
      case INLINE -> inline(image.getInline(), at.field(".inline"), findings);
      case REMOTE -> remote(image.getRemote().getUri(), at.field(".remote.uri"), findings);
      case SOURCE_NOT_SET -> findings.add(at + "", "has no source; set inline or remote");
    }
  }

  private static void file(FilePart file, Path at, Findings findings) {
    switch (file.getSourceCase()) {
      case INLINE -> inline(file.getInline(), at.field(".inline"), findings);
      case REMOTE -> remote(file.getRemote().getUri(), at.field(".remote.uri"), findings);
      case UPLOADED ->
          findings.unless(
              !file.getUploaded().getFileId().isEmpty(), at, ".uploaded.file_id", "is empty");
      case SOURCE_NOT_SET -> findings.add(at + "", "has no source; set inline, remote or uploaded");
    }
  }

  private static void inline(InlineData data, Path at, Findings findings) {
    findings.unless(
        data.getMediaType().contains("/"),
        at,
        ".media_type",
        "is not a media type such as image/png");
    findings.unless(!data.getData().isEmpty(), at, ".data", "is empty");
  }

  private static void remote(String uri, Path at, Findings findings) {
    findings.unless(
        REMOTE.matcher(uri).matches(), at, "", "is not an absolute http or https address");
  }

  private static void tools(Prompt prompt, Findings findings) {
    int count = prompt.getToolsCount();
    findings.unless(
        count <= TOOL_COUNT, "prompt.tools", "has " + count + " tools; the limit is " + TOOL_COUNT);
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count && !findings.full(); i++) {
      Tool tool = prompt.getTools(i);
      String kind = tool.hasCustom() ? "custom" : "function";
      String name = tool.hasCustom() ? tool.getCustom().getName() : tool.getFunction().getName();
      String at = "prompt.tools[" + i + "]." + kind + ".name";
      findings.unless(
          TOOL_NAME.matcher(name).matches(), at, "must be 1 to 128 letters, digits, '_' or '-'");
      findings.unless(names.add(name), at, "is used by an earlier tool");
    }
    ToolChoice choice = prompt.getToolChoice();
    switch (choice.getMode()) {
      case MODE_UNSPECIFIED, MODE_AUTO, MODE_NONE -> {}
      case MODE_REQUIRED ->
          findings.unless(
              count > 0, "prompt.tool_choice.mode", "requires a tool, but none is declared");
      case MODE_TOOL ->
          findings.unless(
              names.contains(choice.getToolName()),
              "prompt.tool_choice.tool_name",
              "names no declared tool");
      case UNRECOGNIZED ->
          findings.add("prompt.tool_choice.mode", "is a value this server does not know");
    }
  }

  private static void responseFormat(ResponseFormat format, Findings findings) {
    switch (format.getKindCase()) {
      case KIND_NOT_SET, TEXT, JSON_OBJECT -> {}
      case JSON_SCHEMA -> {
        findings.unless(
            !format.getJsonSchema().getSchemaJson().isBlank(),
            "prompt.response_format.json_schema.schema_json",
            "is empty; an answer in JSON needs a schema");
        findings.unless(
            format.getJsonSchema().getName().isEmpty()
                || NAME.matcher(format.getJsonSchema().getName()).matches(),
            "prompt.response_format.json_schema.name",
            "must be 1 to 64 letters, digits, '_' or '-'");
      }
    }
  }

  private static void sampling(Sampling sampling, Findings findings) {
    range(sampling.hasTemperature(), sampling.getTemperature(), 0, 2, "temperature", findings);
    range(sampling.hasTopP(), sampling.getTopP(), 0, 1, "top_p", findings);
    range(sampling.hasTopK(), sampling.getTopK(), 1, Integer.MAX_VALUE, "top_k", findings);
    range(
        sampling.hasFrequencyPenalty(),
        sampling.getFrequencyPenalty(),
        -2,
        2,
        "frequency_penalty",
        findings);
    range(
        sampling.hasPresencePenalty(),
        sampling.getPresencePenalty(),
        -2,
        2,
        "presence_penalty",
        findings);
    range(
        sampling.hasMaxOutputTokenCount(),
        (double) sampling.getMaxOutputTokenCount(),
        1,
        OUTPUT_TOKENS,
        "max_output_token_count",
        findings);
    range(
        sampling.hasCandidateCount(),
        sampling.getCandidateCount(),
        1,
        CANDIDATE_COUNT,
        "candidate_count",
        findings);
    findings.unless(
        sampling.getStopSequencesCount() <= STOP_COUNT,
        "prompt.sampling.stop_sequences",
        "has " + sampling.getStopSequencesCount() + " texts; the limit is " + STOP_COUNT);
    for (int i = 0; i < Math.min(sampling.getStopSequencesCount(), STOP_COUNT); i++) {
      findings.unless(
          !sampling.getStopSequences(i).isEmpty(),
          "prompt.sampling.stop_sequences[" + i + "]",
          "is empty");
    }
  }

  private static void range(
      boolean present, double value, double least, double most, String field, Findings findings) {
    if (present && !(value >= least && value <= most)) {
      outside(
          Double.toString(value), Double.toString(least), Double.toString(most), field, findings);
    }
  }

  private static void range(
      boolean present, long value, long least, long most, String field, Findings findings) {
    if (present && (value < least || value > most)) {
      outside(Long.toString(value), Long.toString(least), Long.toString(most), field, findings);
    }
  }

  private static void outside(
      String value, String least, String most, String field, Findings findings) {
    findings.add(
        "prompt.sampling." + field, "is " + value + "; it must be " + least + " to " + most);
  }

  /** Where in the prompt, spelled out only when something is wrong there. */
  private record Path(@Nullable Path parent, String name, int index) {
    Path field(String field) {
      return new Path(this, field, -1);
    }

    @Override
    public String toString() {
      return (parent == null ? "" : parent) + name + (index < 0 ? "" : "[" + index + "]");
    }
  }

  private static final class Findings {
    private final List<Violation> list = new ArrayList<>(0);

    void unless(boolean fine, Path at, String field, String description) {
      if (!fine) {
        add(at + field, description);
      }
    }

    void unless(boolean fine, String field, String description) {
      if (!fine) {
        add(field, description);
      }
    }

    void add(String field, String description) {
      if (!full()) {
        list.add(new Violation(field, description));
      }
    }

    boolean full() {
      return list.size() >= MOST_REPORTED;
    }

    boolean isEmpty() {
      return list.isEmpty();
    }
  }
}
