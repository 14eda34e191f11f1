package dev.admiral.optimizer.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.CallKeys;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Outcome.Timing;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.front.Sender;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.openai.TestApis;
import dev.admiral.optimizer.provider.Prompts;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.Vendors;
import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.ImageDetail;
import dev.admiral.optimizer.v1.JsonObjectFormat;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ProviderDialect;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolChoice;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/**
 * The HTTP front and the provider of OpenAI's dialect are each other's reverse: what the one writes
 * the other reads, so that nothing is lost between a client and its vendor.
 */
class OpenAiFrontTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MODEL = "deepseek-chat";
  private static final Api API = TestApis.chat();

  @Property
  void promptAsWrittenForAVendor_isReadAsItWas(
      @ForAll("prompts") Prompt prompt, @ForAll boolean streamed) throws Exception {
    byte[] body =
        new OpenAiRequest(
                "vendor",
                Vendors.find("deepseek").orElseThrow(),
                new ProviderCall(
                    "try", MODEL, prompt, streamed, ModelTraits.UNKNOWN, ProviderCall.UNBOUNDED))
            .write("/")
            .body();

    Asked asked = read(body);

    assertThat(asked.prompt()).isEqualTo(prompt);
    assertThat(asked.streamed()).isEqualTo(streamed);
  }

  @Property
  void answerAsWrittenForAClient_isReadAsItWas(
      @ForAll("completions") Completion completion, @ForAll("usages") Usage usage)
      throws Exception {
    Answer answer =
        new Answer(
            completion,
            "p",
            MODEL,
            usage,
            new Cost.Unknown(),
            Instant.ofEpochSecond(9),
            Duration.ZERO);
    Answered answered =
        new Answered(
            answer,
            Source.SOURCE_UPSTREAM,
            new Timing(null, Duration.ZERO, Duration.ZERO),
            List.of(),
            "");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      read(JSON.writeValueAsBytes(JSON.readTree("{\"model\":\"m\",\"messages\":[]}")))
          .format()
          .whole(json, call(), answered);
    }

    Draft draft = new Draft(null, "attempt-1");
    new OpenAiAnswer(draft, Vendors.find("openai").orElseThrow()).whole(out.toByteArray());
    Completion read = draft.completion();

    assertThat(read.getServedModel()).isEqualTo(MODEL);
    assertThat(withoutLists(read.toBuilder().clearServedModel().build())).isEqualTo(completion);
    assertThat(draft.usage(() -> 0)).isEqualTo(usage);
  }

  /** A client keeps the list of signed reasoning as it is, besides what it reads of it. */
  private static Completion withoutLists(Completion read) {
    Completion.Builder without = read.toBuilder();
    without.getMessageBuilder().clearVendorData();
    without
        .getAlternativesBuilderList()
        .forEach(other -> other.getMessageBuilder().clearVendorData());
    return without.build();
  }

  private static Asked read(byte[] body) throws Exception {
    return API.read(
        new Incoming(
            null,
            API,
            null,
            new Sender(new Identity("", false, ""), "", null),
            CallOptions.getDefaultInstance(),
            "",
            0,
            (ObjectNode) JSON.readTree(body)));
  }

  private static Call call() {
    Caller caller = new Caller("t", "a", "", false);
    CacheUse use = new CacheUse(CacheUse.Mode.USE, Duration.ofHours(1), null, false, false);
    Prompt prompt = Prompts.ask("x");
    CallKey key = CallKeys.content(caller, prompt, RoutingPreferences.getDefaultInstance(), use);
    return new Call(
        "id",
        caller,
        prompt,
        key,
        true,
        null,
        use,
        RoutingPreferences.getDefaultInstance(),
        Priority.PRIORITY_INTERACTIVE,
        "",
        false,
        Instant.EPOCH,
        0,
        1);
  }

  private static Arbitrary<String> words() {
    return Arbitraries.strings().withChars("ab {\"\\é漢\n").ofMinLength(1).ofMaxLength(12);
  }

  private static Arbitrary<String> names() {
    return Arbitraries.strings().withChars("ab_-9").ofMinLength(1).ofMaxLength(6);
  }

  @Provide
  Arbitrary<Prompt> prompts() {
    return Combinators.combine(
            conversations(), settings(), samplings(), Arbitraries.of(true, false))
        .as((conversation, settings, sampling, options) -> {
          Prompt.Builder prompt = settings.toBuilder().setModel(MODEL);
          prompt.addAllMessages(conversation);
          if (!sampling.equals(Sampling.getDefaultInstance())) {
            prompt.setSampling(sampling);
          }
          if (options) {
            prompt
                .setProviderOptionsDialect(ProviderDialect.PROVIDER_DIALECT_OPENAI)
                .setProviderOptions(
                    Struct.newBuilder()
                        .putFields("user", Value.newBuilder().setStringValue("u").build())
                        .putFields(
                            "logit_bias",
                            Value.newBuilder()
                                .setStructValue(
                                    Struct.newBuilder()
                                        .putFields(
                                            "50256",
                                            Value.newBuilder().setNumberValue(-100).build()))
                                .build())
                        .putFields("unheard_of", Value.newBuilder().setBoolValue(true).build()));
          }
          return prompt.build();
        });
  }

  private static Arbitrary<List<ChatMessage>> conversations() {
    Arbitrary<ChatMessage> user =
        Combinators.combine(userParts().list().ofMinSize(1).ofMaxSize(3), names())
            .as((parts, name) ->
                Prompts.message(Role.ROLE_USER, parts.toArray(ContentPart[]::new)).toBuilder()
                    .setName(name)
                    .build());
    Arbitrary<ChatMessage> system =
        words().map(text -> Prompts.message(Role.ROLE_SYSTEM, Prompts.text(text)));
    Arbitrary<List<ChatMessage>> turn =
        Combinators.combine(assistants(), words()).as(OpenAiFrontTest::withResults);
    return Combinators.combine(system.list().ofMaxSize(1), user, turn.list().ofMaxSize(2))
        .as((first, asked, turns) -> {
          List<ChatMessage> all = new ArrayList<>(first);
          all.add(asked);
          turns.forEach(all::addAll);
          return all;
        });
  }

  /** Every call gets its result, as vendors insist. */
  private static List<ChatMessage> withResults(ChatMessage said, String text) {
    List<ChatMessage> turn = new ArrayList<>();
    turn.add(said);
    for (ContentPart part : said.getPartsList()) {
      if (part.hasToolCall()) {
        turn.add(
            Prompts.message(
                Role.ROLE_TOOL,
                Prompts.toolResult(part.getToolCall().getId(), false, Prompts.text(text))));
      }
    }
    return turn;
  }

  private static Arbitrary<ContentPart> userParts() {
    return Arbitraries.oneOf(
        words().map(Prompts::text),
        words().map(bytes -> Prompts.image("image/png", bytes)),
        Arbitraries.of(
                ImageDetail.IMAGE_DETAIL_LOW,
                ImageDetail.IMAGE_DETAIL_HIGH,
                ImageDetail.IMAGE_DETAIL_UNSPECIFIED)
            .map(detail -> Prompts.remoteImage("https://x.example/a.png", detail)),
        words().map(bytes -> Prompts.file("a.pdf", "application/pdf", bytes)),
        words().map(bytes -> Prompts.file("", "audio/mpeg", bytes)),
        names().map(Prompts::uploadedFile));
  }

  private static Arbitrary<ChatMessage> assistants() {
    return spoken(names().map(name -> Prompts.toolCall("", name, "{\"a\": 1}")))
        .filter(message -> message.getPartsList().stream().anyMatch(part -> !part.hasReasoning()));
  }

  /** What a model says, in the order that this dialect has. */
  private static Arbitrary<ChatMessage> spoken(Arbitrary<ContentPart> calls) {
    return Combinators.combine(
            words().map(text -> Prompts.reasoning(text, "", "")).list().ofMaxSize(1),
            words().map(Prompts::text).list().ofMaxSize(1),
            words().map(Prompts::refusal).list().ofMaxSize(1),
            calls.list().ofMaxSize(3))
        .as((reasoning, texts, refusals, called) -> {
          List<ContentPart> parts = new ArrayList<>(reasoning);
          parts.addAll(texts);
          parts.addAll(refusals);
          for (int i = 0; i < called.size(); i++) {
            ContentPart.Builder part = called.get(i).toBuilder();
            part.getToolCallBuilder().setId("call_" + i);
            parts.add(part.build());
          }
          return Prompts.message(Role.ROLE_ASSISTANT, parts.toArray(ContentPart[]::new));
        });
  }

  private static Arbitrary<Prompt> settings() {
    Arbitrary<ToolChoice> choice =
        Combinators.combine(
                Arbitraries.of(
                    ToolChoice.Mode.MODE_AUTO,
                    ToolChoice.Mode.MODE_NONE,
                    ToolChoice.Mode.MODE_REQUIRED,
                    ToolChoice.Mode.MODE_TOOL),
                Arbitraries.of(true, false).injectNull(0.3))
            .as((mode, parallel) -> {
              ToolChoice.Builder made = ToolChoice.newBuilder().setMode(mode);
              if (mode == ToolChoice.Mode.MODE_TOOL) {
                made.setToolName("f");
              }
              if (parallel != null) {
                made.setParallel(parallel);
              }
              return made.build();
            });
    Arbitrary<ResponseFormat> format =
        Arbitraries.of(
            ResponseFormat.newBuilder()
                .setJsonObject(JsonObjectFormat.getDefaultInstance())
                .build(),
            ResponseFormat.newBuilder()
                .setJsonSchema(
                    JsonSchemaFormat.newBuilder()
                        .setName("city")
                        .setSchemaJson("{\"type\":\"object\",\"z\":1,\"a\":[1.5,null]}")
                        .setStrict(true))
                .build());
    return Combinators.combine(
            choice.injectNull(0.3),
            format.injectNull(0.5),
            Arbitraries.of(
                ReasoningEffort.REASONING_EFFORT_UNSPECIFIED,
                ReasoningEffort.REASONING_EFFORT_NONE,
                ReasoningEffort.REASONING_EFFORT_MINIMAL,
                ReasoningEffort.REASONING_EFFORT_HIGH))
        .as((chosen, shaped, effort) -> {
          Prompt.Builder prompt = Prompt.newBuilder().setReasoningEffort(effort);
          if (chosen != null) {
            prompt
                .setToolChoice(chosen)
                .addTools(
                    Tool.newBuilder()
                        .setFunction(
                            FunctionTool.newBuilder()
                                .setName("f")
                                .setDescription("does f")
                                .setParametersSchemaJson("{\"type\":\"object\",\"z\":1,\"a\":2}")
                                .setStrict(false)))
                .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("g")));
          }
          if (shaped != null) {
            prompt.setResponseFormat(shaped);
          }
          return prompt.build();
        });
  }

  private static Arbitrary<Sampling> samplings() {
    return Combinators.combine(
            Arbitraries.of(0.0, 0.3, 2.0).injectNull(0.5),
            Arbitraries.of(0.0, 0.95).injectNull(0.5),
            Arbitraries.longs().between(1, 1L << 40).injectNull(0.5),
            words().list().ofMaxSize(2),
            Arbitraries.longs().injectNull(0.5),
            Arbitraries.integers().between(2, 16).injectNull(0.5),
            Arbitraries.of(-2.0, 0.1).injectNull(0.5))
        .as((temperature, topP, limit, stop, seed, count, penalty) -> {
          Sampling.Builder sampling = Sampling.newBuilder().addAllStopSequences(stop);
          if (temperature != null) {
            sampling.setTemperature(temperature);
          }
          if (topP != null) {
            sampling.setTopP(topP).setTopK(40);
          }
          if (limit != null) {
            sampling.setMaxOutputTokenCount(limit);
          }
          if (seed != null) {
            sampling.setSeed(seed);
          }
          if (count != null) {
            sampling.setCandidateCount(count);
          }
          if (penalty != null) {
            sampling.setFrequencyPenalty(penalty).setPresencePenalty(-penalty);
          }
          return sampling.build();
        });
  }

  @Provide
  Arbitrary<Completion> completions() {
    Arbitrary<ContentPart> calls =
        // None, and an empty object that may stand in for those to come, are told as one.
        Combinators.combine(names(), words().filter(words -> !words.isBlank()))
            .as((name, arguments) -> Prompts.toolCall("", name, arguments));
    Arbitrary<ChatMessage> messages =
        Combinators.combine(spoken(calls), Arbitraries.of("", "sig"), Arbitraries.of("", "sealed"))
            .as((message, signature, redacted) -> {
              if (message.getPartsCount() == 0 || !message.getParts(0).hasReasoning()) {
                return message;
              }
              ChatMessage.Builder signed = message.toBuilder();
              signed
                  .getPartsBuilder(0)
                  .getReasoningBuilder()
                  .setSignature(signature)
                  .setRedactedData(redacted);
              return signed.build();
            });
    Arbitrary<FinishReason> reasons =
        Arbitraries.of(
            FinishReason.FINISH_REASON_STOP,
            FinishReason.FINISH_REASON_LENGTH,
            FinishReason.FINISH_REASON_TOOL_CALLS,
            FinishReason.FINISH_REASON_CONTENT_FILTER);
    Arbitrary<Candidate> candidates =
        Combinators.combine(messages, reasons)
            .as((message, reason) ->
                Candidate.newBuilder().setMessage(message).setFinishReason(reason).build());
    return candidates
        .list()
        .ofMinSize(1)
        .ofMaxSize(3)
        .map(all ->
            Completion.newBuilder()
                .setMessage(all.getFirst().getMessage())
                .setFinishReason(all.getFirst().getFinishReason())
                .addAllAlternatives(all.subList(1, all.size()))
                .build());
  }

  @Provide
  Arbitrary<Usage> usages() {
    Arbitrary<Long> few = Arbitraries.longs().between(0, 9);
    // Counts of zero are taken for placeholders.
    Arbitrary<Long> some = Arbitraries.longs().between(1, 9);
    return Combinators.combine(few, few, some, few)
        .as((cached, written, more, reasoning) ->
            new Usage(
                cached + written + more, cached, written, 0, reasoning + more, reasoning, false));
  }
}
