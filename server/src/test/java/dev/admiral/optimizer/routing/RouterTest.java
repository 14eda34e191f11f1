package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.ImagePart;
import dev.admiral.optimizer.v1.InlineData;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.RoutingPreferences;
import dev.admiral.optimizer.v1.RoutingPreferences.Objective;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.optimizer.v1.ToolResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which candidates a name leads to, in which order, and what is said when it leads nowhere. */
class RouterTest {
  private static final RoutingPreferences NO_WISHES = RoutingPreferences.getDefaultInstance();
  private static final Set<Ability> ALL =
      Set.of(Ability.IMAGES, Ability.TOOLS, Ability.JSON_SCHEMA, Ability.REASONING);

  private final Catalogue catalogue =
      Catalogue.of(
          List.of(
              ConfiguredProvider.of("red"),
              ConfiguredProvider.of("blue"),
              ConfiguredProvider.of("openai")),
          List.of(
              new KnownModel("red", "one", 1_000, ALL),
              new KnownModel("red", "shared", 1_000, ALL),
              new KnownModel("red", "plain", 1_000, Set.of()),
              new KnownModel("blue", "shared", 1_000, ALL),
              new KnownModel("blue", "vectors", 1_000, Set.of(Ability.EMBEDDINGS)),
              new KnownModel("blue", "vendor/deep", 1_000, ALL)),
          Map.of(
              "mixed", List.of("red/plain", "red/one", "blue/shared", "blue/novel"),
              "texts", List.of("red/plain"),
              "find", List.of("red/one", "blue/vectors")));

  private final Map<Candidate, Long> picoUsdPerToken = new HashMap<>();
  private final Map<Candidate, Duration> firstTokens = new HashMap<>();
  private final Router router =
      new Router(
          catalogue,
          new Estimates() {
            @Override
            public Optional<Money> upperCost(
                Candidate candidate, long inputTokens, long outputTokens) {
              return Optional.ofNullable(picoUsdPerToken.get(candidate))
                  .map(each -> new Money(each * (inputTokens + outputTokens)));
            }

            @Override
            public Optional<Duration> firstToken(Candidate candidate) {
              return Optional.ofNullable(firstTokens.get(candidate));
            }
          });

  @Test
  void route_providerAndKnownModel_isThatModel() {
    assertThat(route("red/one")).containsExactly(known("red", "one"));
  }

  @Test
  void route_providerAndAnyName_passesThrough() {
    assertThat(route("red/never-heard-of"))
        .containsExactly(new Candidate("red", "never-heard-of", false));
  }

  @Test
  void route_nameWithSeveralSlashes_splitsAtTheFirst() {
    assertThat(route("blue/vendor/deep")).containsExactly(known("blue", "vendor/deep"));
    assertThat(route("vendor/deep")).containsExactly(known("blue", "vendor/deep"));
  }

  @Test
  void route_bareName_isEveryProviderThatHasItInConfiguredOrder() {
    assertThat(route("shared")).containsExactly(known("red", "shared"), known("blue", "shared"));
  }

  @Test
  void route_nameAsAVendorGivesThem_goesToThatVendor() {
    for (String name : List.of("gpt-99-mini", "GPT-99", "o3-ultra", "ft:gpt-5:acme::1")) {
      assertThat(route(name)).as(name).containsExactly(new Candidate("openai", name, false));
    }
    // Served by many, and not by its maker; and made by one that is not configured.
    for (String name : List.of("gpt-oss-999b", "claude-opus-99", "gpt")) {
      assertThat(failure(prompt(name).build(), NO_WISHES))
          .as(name)
          .isInstanceOf(Failure.UnknownModel.class);
    }
  }

  @Test
  void route_alias_isItsCandidatesInOrder() {
    assertThat(route("mixed"))
        .containsExactly(
            known("red", "plain"),
            known("red", "one"),
            known("blue", "shared"),
            new Candidate("blue", "novel", false));
  }

  @Test
  void route_mistypedName_failsWithTheNearest() {
    assertThat(failure(prompt("rde/one").build(), NO_WISHES))
        .isEqualTo(new Failure.UnknownModel("rde/one", List.of("red/one")));
    assertThat(failure(prompt("mixde").build(), NO_WISHES))
        .isEqualTo(new Failure.UnknownModel("mixde", List.of("mixed")));
    assertThat(failure(prompt("SHARED").build(), NO_WISHES))
        .isEqualTo(new Failure.UnknownModel("SHARED", List.of("shared")));
  }

  @Test
  void route_nothingNear_failsWithoutGuess() {
    assertThat(failure(prompt("zzzzzzzzzzzz").build(), NO_WISHES))
        .isEqualTo(new Failure.UnknownModel("zzzzzzzzzzzz", List.of()));
    String huge = "x".repeat(1_000_000);
    assertThat(failure(prompt(huge).build(), NO_WISHES))
        .isEqualTo(new Failure.UnknownModel(huge, List.of()));
  }

  @Test
  void route_vendorThatIsNotConfigured_saysSo() {
    Failure failure = failure(prompt("anthropic/claude-opus-5-5").build(), NO_WISHES);

    assertThat(failure.reason()).isEqualTo(ErrorReason.ERROR_REASON_MODEL_UNKNOWN);
    assertThat(failure.message())
        .isEqualTo(
            "unknown model 'anthropic/claude-opus-5-5': the provider 'anthropic' is not configured"
                + " on this server; configured are red, blue, openai");
  }

  @Test
  void route_providerWithoutModel_fails() {
    assertThat(failure(prompt("red/").build(), NO_WISHES)).isInstanceOf(Failure.UnknownModel.class);
    assertThat(failure(prompt("/one").build(), NO_WISHES)).isInstanceOf(Failure.UnknownModel.class);
    assertThat(failure(prompt("").build(), NO_WISHES)).isInstanceOf(Failure.UnknownModel.class);
  }

  @Test
  void route_fallbacks_followInOrderWithoutRepeats() {
    RoutingPreferences wishes =
        RoutingPreferences.newBuilder()
            .addFallbackModels("blue/shared")
            .addFallbackModels("red/one")
            .addFallbackModels("shared")
            .build();

    assertThat(candidates(prompt("red/one").build(), wishes))
        .containsExactly(known("red", "one"), known("blue", "shared"), known("red", "shared"));
  }

  @Test
  void route_aliasAsFallback_refusedByField() {
    Failure failure =
        failure(
            prompt("red/one").build(),
            RoutingPreferences.newBuilder()
                .addFallbackModels("red/one")
                .addFallbackModels("mixed")
                .build());

    assertThat(failure).isInstanceOf(Failure.Invalid.class);
    assertThat(((Failure.Invalid) failure).violations())
        .singleElement()
        .satisfies(violation ->
            assertThat(violation.field()).isEqualTo("options.routing.fallback_models[1]"));
  }

  @Test
  void route_unknownFallback_fails() {
    assertThat(
            failure(
                prompt("one").build(),
                RoutingPreferences.newBuilder().addFallbackModels("sharedd").build()))
        .isEqualTo(new Failure.UnknownModel("sharedd", List.of("shared")));
  }

  @Test
  void route_objectiveCost_putsCheapFirstAndUnpricedLast() {
    picoUsdPerToken.put(known("red", "plain"), 30L);
    picoUsdPerToken.put(known("blue", "shared"), 10L);
    picoUsdPerToken.put(new Candidate("blue", "novel", false), 20L);

    assertThat(candidates(prompt("mixed").build(), objective(Objective.OBJECTIVE_COST)))
        .containsExactly(
            known("blue", "shared"),
            new Candidate("blue", "novel", false),
            known("red", "plain"),
            known("red", "one"));
  }

  @Test
  void route_objectiveLatency_sortsTheMeasuredAndLeavesTheOthersTheirPlaces() {
    firstTokens.put(known("red", "plain"), Duration.ofMillis(900));
    firstTokens.put(known("blue", "shared"), Duration.ofMillis(100));
    firstTokens.put(new Candidate("blue", "novel", false), Duration.ofMillis(500));

    assertThat(candidates(prompt("mixed").build(), objective(Objective.OBJECTIVE_LATENCY)))
        .containsExactly(
            known("blue", "shared"),
            known("red", "one"),
            new Candidate("blue", "novel", false),
            known("red", "plain"));
  }

  @Test
  void route_objectiveQuality_keepsTheConfiguredOrder() {
    assertThat(candidates(prompt("mixed").build(), objective(Objective.OBJECTIVE_QUALITY)))
        .isEqualTo(route("mixed"));
  }

  @Test
  void route_objectiveAndFallbacks_fallbacksStayLast() {
    picoUsdPerToken.put(known("red", "shared"), 30L);
    picoUsdPerToken.put(known("blue", "shared"), 10L);
    picoUsdPerToken.put(known("red", "plain"), 1L);
    RoutingPreferences wishes =
        objective(Objective.OBJECTIVE_COST).toBuilder().addFallbackModels("red/plain").build();

    assertThat(candidates(prompt("shared").build(), wishes))
        .containsExactly(known("blue", "shared"), known("red", "shared"), known("red", "plain"));
  }

  @Test
  void route_maxCost_dropsDearAndUnpricedCandidates() {
    picoUsdPerToken.put(known("red", "plain"), 100L);
    picoUsdPerToken.put(known("blue", "shared"), 10L);
    Prompt prompt = prompt("mixed").setSampling(outputTokens(1_000)).build();
    long most = 100L * (Tokens.upper(prompt) + 1_000) - 1;

    assertThat(candidates(prompt, maxCost(most))).containsExactly(known("blue", "shared"));
  }

  @Test
  void route_maxCostBelowEveryCandidate_refusedNamingTheCheapest() {
    picoUsdPerToken.put(known("red", "plain"), 2_000_000L);
    picoUsdPerToken.put(known("blue", "shared"), 1_000_000L);
    Prompt prompt = prompt("mixed").setSampling(outputTokens(1_000)).build();

    Failure failure = failure(prompt, maxCost(5_000));

    assertThat(failure.reason()).isEqualTo(ErrorReason.ERROR_REASON_COST_LIMIT);
    assertThat(failure.message())
        .startsWith(
            "no candidate fits the limit of 0.000000005 USD for this call: the cheapest,"
                + " blue/shared, may cost 0.001")
        .endsWith(" USD; raise max_cost, shorten the prompt or lower max_output_token_count");
  }

  @Test
  void route_maxCostAndNoPriceKnown_refusedSayingSo() {
    assertThat(failure(prompt("red/one").build(), maxCost(5_000)).message())
        .contains("no price is known for any of them");
  }

  @Test
  void route_imageToAlias_leavesOutModelsKnownNotToSee() {
    assertThat(candidates(withImage(prompt("mixed")), NO_WISHES))
        .containsExactly(
            known("red", "one"), known("blue", "shared"), new Candidate("blue", "novel", false));
  }

  @Test
  void route_imageInToolResult_countsAsImage() {
    ContentPart shown =
        ContentPart.newBuilder().setToolResult(ToolResult.newBuilder().addParts(image())).build();
    Prompt prompt =
        prompt("mixed")
            .addMessages(ChatMessage.newBuilder().setRole(Role.ROLE_TOOL).addParts(shown))
            .build();

    assertThat(candidates(prompt, NO_WISHES)).doesNotContain(known("red", "plain"));
  }

  @Test
  void route_toolsOrSchemaToAlias_leavesOutModelsWithoutThem() {
    Prompt tools =
        prompt("mixed")
            .addTools(Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("t")))
            .build();
    Prompt schema =
        prompt("mixed")
            .setResponseFormat(
                ResponseFormat.newBuilder().setJsonSchema(JsonSchemaFormat.newBuilder()))
            .build();

    assertThat(candidates(tools, NO_WISHES)).doesNotContain(known("red", "plain"));
    assertThat(candidates(schema, NO_WISHES)).doesNotContain(known("red", "plain"));
  }

  @Test
  void route_imageToNamedModel_asksItAllTheSame() {
    assertThat(candidates(withImage(prompt("red/plain")), NO_WISHES))
        .containsExactly(known("red", "plain"));
  }

  @Test
  void route_aliasWithNoAbleModel_refusedSayingWhatIsNeeded() {
    assertThat(failure(withImage(prompt("texts")), NO_WISHES).message())
        .isEqualTo(
            "no model behind the alias 'texts' can do all that this call needs (images); name a"
                + " model that can");
  }

  @Test
  void routeEmbedding_alias_isItsEmbeddingModels() {
    assertThat(router.routeEmbedding("find", 10, NO_WISHES))
        .isEqualTo(new Route.Candidates(List.of(known("blue", "vectors"))));
  }

  private static Candidate known(String provider, String model) {
    return new Candidate(provider, model, true);
  }

  private static Prompt.Builder prompt(String model) {
    return Prompt.newBuilder()
        .setModel(model)
        .addMessages(
            ChatMessage.newBuilder()
                .setRole(Role.ROLE_USER)
                .addParts(
                    ContentPart.newBuilder().setText(TextPart.newBuilder().setText("hello"))));
  }

  private static Prompt withImage(Prompt.Builder prompt) {
    prompt.getMessagesBuilder(0).addParts(image());
    return prompt.build();
  }

  private static ContentPart image() {
    return ContentPart.newBuilder()
        .setImage(
            ImagePart.newBuilder().setInline(InlineData.newBuilder().setMediaType("image/png")))
        .build();
  }

  private static Sampling outputTokens(long most) {
    return Sampling.newBuilder().setMaxOutputTokenCount(most).build();
  }

  private static RoutingPreferences objective(Objective objective) {
    return RoutingPreferences.newBuilder().setObjective(objective).build();
  }

  private static RoutingPreferences maxCost(long picoUsd) {
    return RoutingPreferences.newBuilder()
        .setMaxCost(
            dev.admiral.optimizer.v1.Money.newBuilder()
                .setUnits(picoUsd / 1_000_000_000_000L)
                .setPico(picoUsd % 1_000_000_000_000L))
        .build();
  }

  private List<Candidate> route(String model) {
    return candidates(prompt(model).build(), NO_WISHES);
  }

  private List<Candidate> candidates(Prompt prompt, RoutingPreferences wishes) {
    Route route = router.route(prompt, wishes);
    assertThat(route).isInstanceOf(Route.Candidates.class);
    return ((Route.Candidates) route).list();
  }

  private Failure failure(Prompt prompt, RoutingPreferences wishes) {
    Route route = router.route(prompt, wishes);
    assertThat(route).isInstanceOf(Route.Failed.class);
    return ((Route.Failed) route).failure();
  }
}
