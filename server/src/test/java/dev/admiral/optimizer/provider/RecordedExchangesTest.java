package dev.admiral.optimizer.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.call.Completions;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.assembly.Providers;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.TextPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Serves recorded answers byte for byte and compares what the provider makes of them with the
 * recording, read here a second time in the plainest way. Does not test requests.
 */
class RecordedExchangesTest {
  private static final Prompt PROMPT =
      Prompt.newBuilder()
          .addMessages(
              ChatMessage.newBuilder()
                  .setRole(Role.ROLE_USER)
                  .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText("any"))))
          .build();

  @TestFactory
  Stream<DynamicTest> openAiLike_answers_equalTheRecording() throws IOException {
    if (Recording.folder() == null) {
      return noRecordings();
    }
    List<Recording> all = new ArrayList<>();
    for (String vendor :
        List.of(
            "openai",
            "groq",
            "mistral",
            "deepseek",
            "openrouter",
            "cerebras",
            "together",
            "huggingface",
            "ollama",
            "azure")) {
      for (Recording recording : Recording.of(vendor, "")) {
        if (recording.name().contains("-chat") && recording.status() == 200) {
          all.add(recording);
        }
      }
    }
    return all.stream()
        .map(r -> DynamicTest.dynamicTest(r.name(), () -> compare(r, Dialect.OPENAI)));
  }

  @TestFactory
  Stream<DynamicTest> anthropic_answers_equalTheRecording() throws IOException {
    if (Recording.folder() == null) {
      return noRecordings();
    }
    return Recording.of("anthropic", "").stream()
        .filter(r -> r.name().contains("-messages") && r.status() == 200)
        .map(r -> DynamicTest.dynamicTest(r.name(), () -> compare(r, Dialect.ANTHROPIC)));
  }

  /** One skipped test with its reason; an empty stream would be silence. */
  private static Stream<DynamicTest> noRecordings() {
    return Stream.of(
        DynamicTest.dynamicTest(
            "recordings", () -> assumeTrue(false, "no recordings beside this checkout")));
  }

  @TestFactory
  Stream<DynamicTest> collectedAnswers_equalTheRecording() throws IOException {
    if (Recording.folder() == null) {
      return noRecordings();
    }
    Map<String, Dialect> vendors = new LinkedHashMap<>();
    vendors.put("anthropic", Dialect.ANTHROPIC);
    for (String vendor :
        List.of("openai", "azure", "deepseek", "groq", "mistral", "openai-compatible")) {
      vendors.put(vendor, Dialect.OPENAI);
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Map.Entry<String, Dialect> vendor : vendors.entrySet()) {
      try (Stream<Path> files =
          Files.list(Recording.folder().resolve("vercel-ai").resolve(vendor.getKey()))) {
        for (Path file : files.sorted().toList()) {
          Recording recording = collected(file, vendor.getValue());
          if (recording != null) {
            tests.add(
                DynamicTest.dynamicTest(
                    recording.name(), () -> compare(recording, vendor.getValue())));
          }
        }
      }
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests.stream();
  }

  /** One line of the collected streams is one event's data; other APIs' files are left out. */
  private static Recording collected(Path file, Dialect dialect) throws IOException {
    String name = "vercel-ai/" + file.getParent().getFileName() + "/" + file.getFileName();
    String text = Files.readString(file);
    if (name.endsWith(".json")) {
      JsonNode body = Recording.MAPPER.readTree(text);
      boolean answer = body.has(dialect == Dialect.OPENAI ? "choices" : "content");
      return answer ? new Recording(name, null, 200, null, body) : null;
    }
    String stream;
    if (name.endsWith(".sse")) {
      stream = text;
    } else {
      boolean anthropic = dialect == Dialect.ANTHROPIC;
      stream =
          text.lines()
              .filter(line -> !line.isBlank())
              .map(line -> "data: " + line + "\n\n")
              .collect(Collectors.joining("", "", anthropic ? "" : "data: [DONE]\n\n"));
    }
    boolean chat = dialect == Dialect.ANTHROPIC || stream.contains("chat.completion.chunk");
    // Two answers spliced into one are refused; that has a test of its own.
    return chat && !name.contains("spliced")
        ? new Recording(name, null, 200, null, Recording.MAPPER.getNodeFactory().textNode(stream))
        : null;
  }

  private static void compare(Recording recording, Dialect dialect) throws Exception {
    Expected expected =
        dialect == Dialect.OPENAI ? Expected.openAi(recording) : Expected.anthropic(recording);
    List<ContentDelta> deltas = new ArrayList<>();
    try (FakeVendor vendor = new FakeVendor()) {
      String type = recording.isStream() ? "text/event-stream" : "application/json";
      byte[] body =
          (recording.isStream() ? recording.body().asText() : recording.body().toString())
              .getBytes(UTF_8);
      vendor.next(c -> c.respond(200, Map.of("Content-Type", type, "X-Request-Id", "r-1"), body));
      Provider provider =
          Providers.create(
              ProviderSettings.builder("vendor", dialect, vendor.address("/v1")).build(),
              Time.SYSTEM);
      ProviderCall call =
          new ProviderCall(
              "attempt",
              "model",
              PROMPT,
              recording.isStream(),
              ModelTraits.UNKNOWN,
              ProviderCall.UNBOUNDED);
      if (expected.failed) {
        assertThat(
                org.assertj.core.api.Assertions.catchThrowable(
                    () -> provider.complete(call, d -> {})))
            .isInstanceOf(ProviderException.class);
        return;
      }
      Reply reply = provider.complete(call, deltas::add);
      provider.close();

      Completion completion = reply.completion();
      assertThat(texts(completion.getMessage())).isEqualTo(expected.texts());
      assertThat(completion.getFinishReason()).isEqualTo(expected.finishReason);
      assertThat(reply.usage()).isEqualTo(expected.usage(reply.usage()));
      assertThat(
              Completions.fold(
                  recording.isStream() ? deltas : Completions.replay(completion),
                  completion.getFinishReason(),
                  completion.getStopSequence(),
                  completion.getAlternativesList().stream()
                      .map(alternative -> alternative.getFinishReason())
                      .toList(),
                  Completions.vendorData(completion)))
          .isEqualTo(
              completion.toBuilder()
                  .clearServedModel()
                  .clearServiceTier()
                  .clearFinishDetails()
                  .build());
    }
  }

  /** What was said by kind; tool calls as name and parsed arguments. */
  private static Map<String, Object> texts(ChatMessage message) throws IOException {
    Expected found = new Expected();
    for (ContentPart part : message.getPartsList()) {
      switch (part.getKindCase()) {
        case TEXT -> found.text.append(part.getText().getText());
        case REASONING -> {
          found.reasoning.append(part.getReasoning().getText());
          found.signature.append(part.getReasoning().getSignature());
          found.redacted.append(part.getReasoning().getRedactedData());
        }
        case REFUSAL -> found.refusal.append(part.getRefusal().getText());
        case TOOL_CALL ->
            found.call(
                part.getToolCall().getId(),
                part.getToolCall().getName(),
                part.getToolCall().getArgumentsJson());
        default -> throw new AssertionError(part);
      }
    }
    return found.texts();
  }

  /** A recording read as a tree, without regard for speed. */
  private static final class Expected {
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder reasoning = new StringBuilder();
    private final StringBuilder signature = new StringBuilder();
    private final StringBuilder redacted = new StringBuilder();
    private final StringBuilder refusal = new StringBuilder();
    private final List<Object> calls = new ArrayList<>();
    private FinishReason finishReason = FinishReason.FINISH_REASON_UNSPECIFIED;
    private Usage usage;
    private boolean failed;

    Map<String, Object> texts() {
      Map<String, Object> texts = new TreeMap<>();
      texts.put("text", text.toString());
      texts.put("reasoning", reasoning.toString());
      texts.put("signature", signature.toString());
      texts.put("redacted", redacted.toString());
      texts.put("refusal", refusal.toString());
      texts.put("calls", calls);
      return texts;
    }

    /** Without reported usage only the mark of the estimate can be compared. */
    Usage usage(Usage actual) {
      if (usage == null) {
        assertThat(actual.estimated()).isTrue();
        return actual;
      }
      return usage;
    }

    void call(String id, String name, String arguments) throws IOException {
      calls.add(List.of(id, name, Recording.MAPPER.readTree(arguments)));
    }

    static Expected openAi(Recording recording) throws IOException {
      Expected expected = new Expected();
      Map<Integer, String[]> calls = new TreeMap<>();
      for (JsonNode chunk : documents(recording)) {
        expected.failed |= chunk.has("error");
        JsonNode choice = null;
        for (JsonNode candidate : chunk.path("choices")) {
          choice = candidate.path("index").asInt() == 0 ? candidate : choice;
        }
        JsonNode usage = chunk.path("usage");
        if (!usage.isObject()) {
          usage = chunk.path("x_groq").path("usage");
        }
        if (usage.isObject()) {
          expected.usage = openAiUsage(usage);
        }
        if (choice == null) {
          continue;
        }
        JsonNode said = choice.has("delta") ? choice.get("delta") : choice.get("message");
        said = said == null ? Recording.MAPPER.createObjectNode() : said;
        if (said.path("content").isArray()) {
          for (JsonNode part : said.get("content")) {
            expected.text.append(part.path("text").asText(""));
            for (JsonNode thought : part.path("thinking")) {
              expected.reasoning.append(thought.path("text").asText(""));
            }
          }
        } else if (said.path("content").isTextual()) {
          expected.text.append(said.get("content").asText());
        }
        String field =
            said.path("reasoning_content").isTextual() ? "reasoning_content" : "reasoning";
        if (said.path(field).isTextual()) {
          expected.reasoning.append(said.get(field).asText());
        }
        for (JsonNode detail : said.path("reasoning_details")) {
          expected.signature.append(detail.path("signature").asText("").replace("null", ""));
          expected.redacted.append(detail.path("data").asText("").replace("null", ""));
        }
        if (said.path("refusal").isTextual()) {
          expected.refusal.append(said.get("refusal").asText());
        }
        int position = 0;
        for (JsonNode call : said.path("tool_calls")) {
          int index = call.path("index").isInt() ? call.get("index").asInt() : position;
          position++;
          String[] parts = calls.computeIfAbsent(index, i -> new String[] {"", "", ""});
          parts[0] += call.path("id").asText("").replace("null", "");
          parts[1] += call.path("function").path("name").asText("").replace("null", "");
          parts[2] += call.path("function").path("arguments").asText("");
        }
        if (choice.path("finish_reason").isTextual()) {
          expected.finishReason =
              switch (choice.get("finish_reason").asText()) {
                case "stop", "eos" -> FinishReason.FINISH_REASON_STOP;
                case "length" -> FinishReason.FINISH_REASON_LENGTH;
                case "tool_calls" -> FinishReason.FINISH_REASON_TOOL_CALLS;
                case "content_filter" -> FinishReason.FINISH_REASON_CONTENT_FILTER;
                default -> throw new AssertionError(choice);
              };
        }
      }
      for (String[] call : calls.values()) {
        expected.call(call[0], call[1], call[2]);
      }
      return expected;
    }

    private static Usage openAiUsage(JsonNode usage) {
      long prompt = usage.path("prompt_tokens").asLong();
      long completion = usage.path("completion_tokens").asLong();
      long reasoning = usage.path("completion_tokens_details").path("reasoning_tokens").asLong();
      long total = usage.path("total_tokens").asLong();
      boolean beside = reasoning > 0 && total == prompt + completion + reasoning;
      return new Usage(
          prompt,
          Math.max(
              usage.path("prompt_tokens_details").path("cached_tokens").asLong(),
              usage.path("prompt_cache_hit_tokens").asLong()),
          usage.path("prompt_tokens_details").path("cache_write_tokens").asLong(),
          0,
          beside ? completion + reasoning : completion,
          reasoning,
          false);
    }

    static Expected anthropic(Recording recording) throws IOException {
      Expected expected = new Expected();
      Map<Integer, StringBuilder> inputs = new TreeMap<>();
      Map<Integer, JsonNode> tools = new TreeMap<>();
      Map<String, Long> counts = new TreeMap<>();
      String stop = "";
      for (JsonNode event : documents(recording)) {
        if (event.has("content")) {
          int index = 0;
          for (JsonNode block : event.get("content")) {
            expected.block(block);
            if (block.path("type").asText().equals("tool_use")) {
              tools.put(index, block);
              inputs.put(index, new StringBuilder(block.get("input").toString()));
            }
            index++;
          }
        }
        int index = event.path("index").asInt();
        JsonNode block = event.path("content_block");
        expected.block(block);
        if (block.path("type").asText().equals("tool_use")) {
          tools.put(index, block);
          inputs.put(index, new StringBuilder());
        }
        JsonNode delta = event.path("delta");
        expected.block(delta);
        if (delta.has("partial_json") && tools.containsKey(index)) {
          inputs.get(index).append(delta.get("partial_json").asText());
        }
        count(counts, "", event.path("message").path("usage"));
        count(counts, "", event.path("usage"));
        JsonNode ending = event.has("stop_reason") ? event : delta;
        if (ending.path("stop_reason").isTextual()) {
          stop = ending.get("stop_reason").asText();
          expected.refusal.append(ending.path("stop_details").path("explanation").asText(""));
        }
      }
      for (Map.Entry<Integer, JsonNode> tool : tools.entrySet()) {
        String input = inputs.get(tool.getKey()).toString();
        expected.call(
            tool.getValue().get("id").asText(),
            tool.getValue().get("name").asText(),
            input.isEmpty() ? "{}" : input);
      }
      expected.finishReason =
          switch (stop) {
            case "end_turn", "stop_sequence" -> FinishReason.FINISH_REASON_STOP;
            case "max_tokens" -> FinishReason.FINISH_REASON_LENGTH;
            case "tool_use" -> FinishReason.FINISH_REASON_TOOL_CALLS;
            case "refusal" -> FinishReason.FINISH_REASON_REFUSAL;
            case "pause_turn" -> FinishReason.FINISH_REASON_PAUSE;
            default -> throw new AssertionError(stop);
          };
      long read = counts.getOrDefault("cache_read_input_tokens", 0L);
      long written = counts.getOrDefault("cache_creation_input_tokens", 0L);
      long hour = counts.getOrDefault("cache_creation.ephemeral_1h_input_tokens", 0L);
      expected.usage =
          new Usage(
              counts.get("input_tokens") + read + written,
              read,
              written - hour,
              hour,
              counts.get("output_tokens"),
              counts.getOrDefault("output_tokens_details.thinking_tokens", 0L),
              false);
      return expected;
    }

    private void block(JsonNode block) {
      text.append(block.path("text").asText(""));
      reasoning.append(block.path("thinking").asText(""));
      signature.append(block.path("signature").asText(""));
      redacted.append(
          block.path("type").asText().equals("redacted_thinking")
              ? block.get("data").asText()
              : "");
    }

    private static void count(Map<String, Long> counts, String prefix, JsonNode usage) {
      usage
          .properties()
          .forEach(field -> {
            if (field.getValue().isIntegralNumber()) {
              counts.put(prefix + field.getKey(), field.getValue().asLong());
            } else if (field.getValue().isObject()) {
              count(counts, prefix + field.getKey() + ".", field.getValue());
            }
          });
    }

    private static List<JsonNode> documents(Recording recording) throws IOException {
      if (!recording.isStream()) {
        return List.of(recording.body());
      }
      List<JsonNode> documents = new ArrayList<>();
      for (String line : recording.body().asText().lines().toList()) {
        if (line.startsWith("data:") && !line.contains("[DONE]")) {
          documents.add(Recording.MAPPER.readTree(line.substring("data:".length())));
        }
      }
      return documents;
    }
  }
}
