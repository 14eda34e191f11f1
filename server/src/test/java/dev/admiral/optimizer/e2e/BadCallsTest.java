package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Duration;
import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.Sampling;
import io.grpc.Status;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Mistakes of callers: each is one clear sentence with a stable reason, and costs nothing. */
class BadCallsTest {
  private static Harness harness;

  @BeforeAll
  static void start() {
    harness = Harness.start();
  }

  @AfterAll
  static void stopAndSeeThatNothingWasPaid() {
    try {
      assertThat(harness.simulator().invoice().lines()).hasSize(1);
    } finally {
      harness.close();
    }
  }

  @Test
  void noMessages_isRefused() {
    AdmiralException refused = refused(Prompt.newBuilder().setModel("gpt-4o").build());

    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_INVALID);
    assertThat(refused.violations())
        .singleElement()
        .satisfies(v -> assertThat(v.getField()).isEqualTo("prompt.messages"));
  }

  @Test
  void unknownModel_namesTheNearest() {
    AdmiralException refused = refused(Prompts.of("gtp-4o", "x"));

    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_MODEL_UNKNOWN);
    assertThat(refused.code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(refused).hasMessageContaining("gpt-4o");
    assertThat(refused.metadata()).containsEntry("model", "gtp-4o");
  }

  @Test
  void unknownAlias_namesTheNearest() {
    assertThat(refused(Prompts.of("smrat", "x"))).hasMessageContaining("smart");
  }

  @Test
  void unknownProvider_isNamed() {
    AdmiralException refused = refused(Prompts.of("opnai/gpt-4o", "x"));

    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_MODEL_UNKNOWN);
    assertThat(refused).hasMessageContaining("openai");
  }

  @Test
  void negativeMaxTokens_isRefused() {
    assertField(
        Prompts.of("gpt-4o", "x").toBuilder()
            .setSampling(Sampling.newBuilder().setMaxOutputTokenCount(-5))
            .build(),
        "prompt.sampling.max_output_token_count");
  }

  @Test
  void hugeMaxTokens_isRefused() {
    assertField(
        Prompts.of("gpt-4o", "x").toBuilder()
            .setSampling(Sampling.newBuilder().setMaxOutputTokenCount(Long.MAX_VALUE))
            .build(),
        "prompt.sampling.max_output_token_count");
  }

  @Test
  void twentyMegabytes_areRefusedWithTheLimit() {
    AdmiralException refused = refused(Prompts.of("gpt-4o", "x".repeat(20 << 20)));

    assertThat(refused.code()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_TOO_LARGE);
    assertThat(refused.metadata()).containsEntry("limitBytes", Integer.toString(16 << 20));
  }

  @Test
  void brokenSchema_isRefused() {
    assertField(
        Prompts.of("gpt-4o", "x").toBuilder()
            .setResponseFormat(
                ResponseFormat.newBuilder()
                    .setJsonSchema(
                        JsonSchemaFormat.newBuilder().setSchemaJson("{\"type\":\"objekt\"}")))
            .build(),
        "prompt.response_format.json_schema.schema_json");
  }

  @Test
  void cacheOnlyWithoutAnAnswer_isAMiss() {
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(Prompts.of("gpt-4o", "never asked"))
            .setOptions(
                CallOptions.newBuilder()
                    .setCachePolicy(CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_ONLY)))
            .build();

    assertThat(refused(request).reason()).isEqualTo(ErrorReason.ERROR_REASON_CACHE_MISS);
  }

  @Test
  void requestIdWithAnotherBody_isRefused_andTheSameBodyIsRepeated() {
    CompleteRequest first =
        CompleteRequest.newBuilder()
            .setRequestId("once-only")
            .setPrompt(Prompts.of("gpt-4o", "one"))
            .build();
    String answer = Prompts.text(harness.client().complete(first).getCompletion());

    AdmiralException refused =
        refused(first.toBuilder().setPrompt(Prompts.of("gpt-4o", "two")).build());
    var repeated = harness.client().complete(first);

    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED);
    assertThat(Prompts.text(repeated.getCompletion())).isEqualTo(answer);
    assertThat(Picos.of(repeated.getCost().getChargedAmount())).isZero();
  }

  @Test
  void vectorsFromTheCacheOnly_areAMiss() {
    EmbedRequest request =
        EmbedRequest.newBuilder()
            .setModel("openai/text-embedding-3-small")
            .addTexts("one")
            .setOptions(
                CallOptions.newBuilder()
                    .setCachePolicy(CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_ONLY)))
            .build();

    assertThat(refused(() -> harness.client().embed(request)).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_CACHE_MISS);
  }

  @Test
  void vectorsOfNoModel_areRefused() {
    EmbedRequest request = EmbedRequest.newBuilder().addTexts("one").build();

    assertField(refused(() -> harness.client().embed(request)), "model");
  }

  @Test
  void tokensOfAModelWithAnEndlessName_areRefused() {
    Prompt prompt = Prompts.of("x".repeat(257), "x");

    assertField(refused(() -> harness.client().countTokens(prompt)), "prompt.model");
  }

  @Test
  void fallbackWithoutAName_isRefused() {
    assertField(
        CallOptions.newBuilder()
            .setRouting(
                RoutingPreferences.newBuilder().addFallbackModels("gpt-4o").addFallbackModels(" "))
            .build(),
        "options.routing.fallback_models[1]");
  }

  @Test
  void durationsThatAreNone_areRefused() {
    Duration endless = Duration.newBuilder().setSeconds(Long.MAX_VALUE).setNanos(1).build();
    Duration broken = Duration.newBuilder().setSeconds(Long.MIN_VALUE).setNanos(-2).build();

    assertField(
        CallOptions.newBuilder()
            .setCachePolicy(CachePolicy.newBuilder().setTimeToLive(endless))
            .build(),
        "options.cache_policy.time_to_live");
    assertField(
        CallOptions.newBuilder().setCachePolicy(CachePolicy.newBuilder().setMaxAge(broken)).build(),
        "options.cache_policy.max_age");
  }

  @Test
  void agentNameWithBlanks_isRefused() {
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(Prompts.of("gpt-4o", "x"))
            .setOptions(CallOptions.newBuilder().setAgentId("two words"))
            .build();

    assertThat(refused(request).violations())
        .singleElement()
        .satisfies(v -> assertThat(v.getField()).isEqualTo("options.agent_id"));
  }

  private static void assertField(CallOptions options, String field) {
    assertField(
        refused(
            CompleteRequest.newBuilder()
                .setPrompt(Prompts.of("gpt-4o", "x"))
                .setOptions(options)
                .build()),
        field);
  }

  private static void assertField(Prompt prompt, String field) {
    assertField(refused(prompt), field);
  }

  private static void assertField(AdmiralException refused, String field) {
    assertThat(refused.reason()).isEqualTo(ErrorReason.ERROR_REASON_CALL_INVALID);
    assertThat(refused.violations())
        .singleElement()
        .satisfies(v -> assertThat(v.getField()).isEqualTo(field));
  }

  private static AdmiralException refused(Prompt prompt) {
    return refused(CompleteRequest.newBuilder().setPrompt(prompt).build());
  }

  private static AdmiralException refused(CompleteRequest request) {
    return refused(() -> harness.client().withRetry(RetryPolicy.NONE).complete(request));
  }

  private static AdmiralException refused(ThrowingCallable call) {
    return catchThrowableOfType(AdmiralException.class, call);
  }
}
