package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The built-in tables, and what the configuration makes of them. */
class CatalogueTest {
  private static final List<ConfiguredProvider> ALL_VENDORS =
      List.of(
          ConfiguredProvider.of("openai"),
          ConfiguredProvider.of("anthropic"),
          ConfiguredProvider.of("gemini"),
          ConfiguredProvider.of("mistral"),
          ConfiguredProvider.of("groq"),
          ConfiguredProvider.of("cerebras"),
          ConfiguredProvider.of("deepseek"),
          ConfiguredProvider.of("bedrock"),
          ConfiguredProvider.of("cohere"),
          ConfiguredProvider.of("xai"),
          ConfiguredProvider.of("moonshot"));

  @Test
  void models_everyVendorConfigured_areAtLeastForty() {
    assertThat(catalogue(ALL_VENDORS).models()).hasSizeGreaterThanOrEqualTo(40);
  }

  @Test
  void models_everyVendorConfigured_areThosePriced() throws IOException {
    Set<String> known =
        catalogue(ALL_VENDORS).models().stream()
            .map(model -> model.provider() + "," + model.name())
            .collect(Collectors.toSet());

    assertThat(known).isEqualTo(priced());
  }

  @Test
  void aliases_everyVendorConfigured_nameOnlyKnownModelsThatAnswer() {
    Catalogue catalogue = catalogue(ALL_VENDORS);

    assertThat(catalogue.aliases()).containsOnlyKeys("fast", "cheap", "smart", "auto");
    assertThat(catalogue.aliases().values())
        .allSatisfy(candidates ->
            assertThat(candidates)
                .hasSizeGreaterThanOrEqualTo(7)
                .allSatisfy(candidate ->
                    assertThat(catalogue.find(candidate.provider(), candidate.model()))
                        .get()
                        .satisfies(model ->
                            assertThat(model.abilities()).doesNotContain(Ability.EMBEDDINGS))));
  }

  @Test
  void aliases_oneProviderConfigured_nameItsModels() {
    Catalogue catalogue = catalogue(List.of(ConfiguredProvider.of("anthropic")));

    assertThat(catalogue.aliases().get("smart"))
        .containsExactly(new Candidate("anthropic", "claude-opus-5-5", true));
  }

  @Test
  void aliases_providerOfUnknownVendor_nameItsFirstConfiguredModel() {
    Catalogue catalogue =
        Catalogue.of(
            List.of(ConfiguredProvider.of("ollama")),
            List.of(
                new KnownModel("ollama", "nomic-embed-text", 0, Set.of(Ability.EMBEDDINGS)),
                new KnownModel("ollama", "qwen3:8b", 40_960, Set.of(Ability.TOOLS))),
            Map.of());

    assertThat(catalogue.aliases().get("fast"))
        .containsExactly(new Candidate("ollama", "qwen3:8b", true));
  }

  @Test
  void aliases_nothingKnownOfAnyProvider_areNone() {
    assertThat(catalogue(List.of(ConfiguredProvider.of("ollama"))).aliases()).isEmpty();
  }

  @Test
  void aliases_configured_replaceAndAdd() {
    Catalogue catalogue =
        Catalogue.of(
            List.of(ConfiguredProvider.of("openai")),
            List.of(),
            Map.of(
                "fast", List.of("openai/gpt-4o-mini", "openai/brand-new"),
                "ours", List.of("openai/o3")));

    assertThat(catalogue.aliases().get("fast"))
        .containsExactly(
            new Candidate("openai", "gpt-4o-mini", true),
            new Candidate("openai", "brand-new", false));
    assertThat(catalogue.aliases().get("ours"))
        .containsExactly(new Candidate("openai", "o3", true));
    assertThat(catalogue.aliases()).containsKey("smart");
  }

  @Test
  void models_twoProvidersOfOneVendor_bothHaveThem() {
    Catalogue catalogue =
        catalogue(
            List.of(
                new ConfiguredProvider("east", "openai"),
                new ConfiguredProvider("west", "openai")));

    assertThat(catalogue.withBareName("gpt-4o"))
        .containsExactly(
            new Candidate("east", "gpt-4o", true), new Candidate("west", "gpt-4o", true));
  }

  @Test
  void models_configuredOneOfTheSameName_winsOverTheBuiltIn() {
    Catalogue catalogue =
        Catalogue.of(
            List.of(ConfiguredProvider.of("openai")),
            List.of(new KnownModel("openai", "gpt-4o", 5, Set.of())),
            Map.of());

    assertThat(catalogue.find("openai", "gpt-4o"))
        .get()
        .isEqualTo(new KnownModel("openai", "gpt-4o", 5, Set.of()));
  }

  @Test
  void of_aliasOfUnconfiguredProvider_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Catalogue.of(
                List.of(ConfiguredProvider.of("openai")),
                List.of(),
                Map.of("ours", List.of("opnai/o3"))))
        .withMessage(
            "alias 'ours' names 'opnai/o3'; write provider/model with one of the configured"
                + " providers [openai]");
  }

  @Test
  void of_emptyAlias_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Catalogue.of(
                List.of(ConfiguredProvider.of("openai")), List.of(), Map.of("ours", List.of())))
        .withMessageContaining("'ours' has no candidates");
  }

  @Test
  void of_modelOfUnconfiguredProvider_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Catalogue.of(
                List.of(ConfiguredProvider.of("openai")),
                List.of(new KnownModel("ollama", "x", 0, Set.of())),
                Map.of()))
        .withMessageContaining("names provider 'ollama', which is not configured");
  }

  private static Catalogue catalogue(List<ConfiguredProvider> providers) {
    return Catalogue.of(providers, List.of(), Map.of());
  }

  /** Provider and model of every line of the price list. */
  private static Set<String> priced() throws IOException {
    try (BufferedReader prices =
        new BufferedReader(
            new InputStreamReader(
                CatalogueTest.class.getResourceAsStream("/dev/admiral/optimizer/ledger/prices.csv"),
                StandardCharsets.UTF_8))) {
      return prices
          .lines()
          .filter(line -> !line.startsWith("#"))
          .skip(1)
          .map(line -> line.split(",", -1))
          .map(cells -> cells[0] + "," + cells[1])
          .collect(Collectors.toSet());
    }
  }
}
