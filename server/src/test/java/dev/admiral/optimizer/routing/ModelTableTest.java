package dev.admiral.optimizer.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.ModelTraits.Effort;
import dev.admiral.optimizer.call.ModelTraits.Feature;
import dev.admiral.optimizer.call.ModelTraits.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a name finds what is known of its model. */
class ModelTableTest {
  private static final ModelTable TABLE =
      new ModelTable(
          List.of(
              "# a head",
              "vendor,model,context_tokens,abilities,efforts,takes,refuses",
              "",
              "maker,a-1,1000,images tools,,,stop",
              "maker,a-1-mini,,,-,,",
              "maker,a*,,,low high,max_completion_tokens,temperature",
              "maker,a-1-m*,,,max,,",
              "maker,b*,,,-,,top_p",
              "host,maker/a-1,500,tools,,,",
              "host,c*,,,,,seed"));

  @Test
  void models_areTheLinesWithoutAStar_inTheirOrder() {
    assertThat(TABLE.models())
        .containsExactly(
            new ModelTable.Row("maker", "a-1", 1_000, Set.of(Ability.IMAGES, Ability.TOOLS)),
            new ModelTable.Row("maker", "a-1-mini", 0, Set.of()),
            new ModelTable.Row("host", "maker/a-1", 500, Set.of(Ability.TOOLS)));
  }

  @ParameterizedTest
  @CsvSource({
    "maker, a-1, low high",
    "maker, A-1, low high",
    "maker, a, low high",
    "maker, a-1-mini, -",
    "maker, a-1-mini-2026-01-31, -",
    "maker, a-1-mini-20260131, -",
    "maker, a-1-mini@20260131, -",
    "maker, a-1-mini-latest, -",
    "maker, a-1-mini-fast, max",
    "maker, a-1-m, max",
    "maker, a-1-l, low high",
    "maker, a-1-z-2026-01-31, low high",
    "maker, b, -",
    "maker, z, ?",
    "maker, '', ?",
    "host, maker/a-1, low high",
    "host, maker/b-2, -",
    "host, c, ?",
    "nobody, a-2, low high",
    "nobody, x/y/a-2, low high",
    "nobody, eu.maker.a-1-mini-latest, -",
    "nobody, eu.9a-2, ?",
    "nobody, x, ?"
  })
  void efforts_areThoseOfTheNearestLine(String vendor, String model, String efforts) {
    Optional<Set<Effort>> found = TABLE.traits(vendor, model).efforts();
    String told =
        found
            .map(set ->
                set.isEmpty()
                    ? "-"
                    : set.stream()
                        .map(e -> e.name().toLowerCase(Locale.ROOT))
                        .collect(Collectors.joining(" ")))
            .orElse("?");
    assertThat(told).isEqualTo(efforts);
  }

  @Test
  void emptyCells_areAsTheFamilySays() {
    assertThat(TABLE.traits("maker", "a-1"))
        .isEqualTo(
            new ModelTraits(
                Optional.of(Set.of(Effort.LOW, Effort.HIGH)),
                Set.of(Feature.MAX_COMPLETION_TOKENS),
                Set.of(Setting.STOP)));
  }

  @Test
  void refusals_areThoseOfTheVendorThatIsAskedOnly() {
    assertThat(TABLE.traits("maker", "b").refuses()).containsExactly(Setting.TOP_P);
    assertThat(TABLE.traits("host", "maker/b").refuses()).isEmpty();
    assertThat(TABLE.traits("host", "c").refuses()).containsExactly(Setting.SEED);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "v,m,,,,|line 1: 6 columns, not 7",
        "v,m,,,loud,,|line 1: No enum constant",
        "v,m,many,,,,|line 1: For input string"
      })
  void lineThatIsWrong_isNamed(String line, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ModelTable(List.of(line)))
        .withMessageStartingWith(message);
  }

  @Test
  void lineThatStandsTwice_isNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ModelTable(List.of("v,m*,,,,,", "v,m*,,,,,")))
        .withMessage("line 2: m* stands there twice");
  }

  /** The families that code told by patterns before, by names as vendors give them. */
  @ParameterizedTest
  @CsvSource({
    "openai, gpt-4o-2024-11-20, -",
    "openai, gpt-3.5-turbo, -",
    "openai, gpt-5-chat-latest, -",
    "openai, gpt-5-nano-2025-08-07, minimal",
    "openai, gpt-5.3-chat-latest, -",
    "openai, gpt-5.4-mini, none",
    "openai, gpt-6.1-sol, low",
    "openai, o1-2024-12-17, low",
    "openai, o4-mini, low",
    "azure, gpt-5.2, none",
    "openrouter, openai/o3, low",
    "openrouter, anthropic/claude-3.5-sonnet, -",
    "anthropic, claude-3-5-haiku-latest, -",
    "anthropic, claude-opus-4-20250514, none",
    "anthropic, claude-opus-5-5, low",
    "bedrock, eu.anthropic.claude-3-haiku-20240307-v1:0, -",
    "groq, llama-3.3-70b-versatile, -",
    "groq, openai/gpt-oss-120b, low",
    "mistral, mistral-large-2512, -",
    "mistral, mistral-small-latest, none"
  })
  void weakestEffort_ofFamiliesInTheWorld(String vendor, String model, String weakest) {
    ModelTraits traits = catalogue(vendor).traits(vendor, model);
    assertThat(
            traits.efforts().orElseThrow().stream()
                .findFirst()
                .map(effort -> effort.name().toLowerCase(Locale.ROOT))
                .orElse("-"))
        .isEqualTo(weakest);
  }

  @ParameterizedTest
  @CsvSource({
    "claude-3-7-sonnet-20250219, true",
    "claude-opus-4-1, true",
    "claude-haiku-4-5-20251001, true",
    "us.anthropic.claude-3-7-sonnet-20250219-v1:0, true",
    "claude-opus-4@20250514, true",
    "claude-opus-4-6, false",
    "claude-sonnet-4-6, false",
    "claude-sonnet-5, false",
    "claude-4-of-tomorrow, false"
  })
  void budgets_areForTheFamiliesThatKnowNoOtherWay(String model, boolean budget) {
    assertThat(
            catalogue("anthropic")
                .traits("anthropic", model)
                .takes()
                .contains(Feature.THINKING_BUDGET))
        .isEqualTo(budget);
  }

  @Test
  void operator_addsToTheTable() {
    ModelTraits ours =
        new ModelTraits(Optional.empty(), Set.of(), Set.of(Setting.SEED, Setting.STOP));
    Catalogue catalogue =
        Catalogue.of(
            List.of(new ConfiguredProvider("east", "openai")),
            List.of(new KnownModel("east", "o3", 0, Set.of(), ours)),
            Map.of());
    assertThat(catalogue.traits("east", "o3").refuses())
        .containsExactlyInAnyOrder(Setting.SEED, Setting.STOP);
    assertThat(catalogue.traits("east", "o3").efforts()).isPresent();
    assertThat(catalogue.traits("east", "o4-mini").refuses()).contains(Setting.TEMPERATURE);
  }

  private static Catalogue catalogue(String vendor) {
    return Catalogue.of(List.of(ConfiguredProvider.of(vendor)), List.of(), Map.of());
  }
}
