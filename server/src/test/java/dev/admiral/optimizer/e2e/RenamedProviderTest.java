package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.simulator.Simulator;
import org.junit.jupiter.api.Test;

/** A provider under a name of the operator's: the vendor's prices hold. */
class RenamedProviderTest {
  private static final String MODEL = "claude-haiku-4-5";

  @Test
  void providerWithAVendor_costsWhatTheVendorAsks() {
    try (Harness harness = Harness.start(RenamedProviderTest::claude)) {
      CompleteResponse renamed = harness.client().complete(Prompts.of("claude/" + MODEL, "hello"));

      assertThat(renamed.getProvider()).isEqualTo("claude");
      assertThat(Picos.of(renamed.getCost().getListAmount()))
          .isPositive()
          .isEqualTo(harness.simulator().invoice().costPicos());
      assertThat(renamed.getCost().getPriceVersion()).isEqualTo(usual().getPriceVersion());
      assertThat(
              harness.client().listModels(ListModelsRequest.getDefaultInstance()).getModelsList())
          .filteredOn(model -> model.getProvider().equals("claude"))
          .isNotEmpty()
          .allMatch(model -> model.getPricesCount() > 0);
    }
  }

  @Test
  void modelOfAProviderWithAVendor_costsWhatTheOperatorSays() {
    String price =
        "models:\n  - {provider: claude, name: " + MODEL + ", input_usd: 7, output_usd: 0}";
    try (Harness harness = Harness.start(simulator -> claude(simulator) + price)) {
      CompleteResponse answer = harness.client().complete(Prompts.of("claude/" + MODEL, "hello"));

      assertThat(answer.getCost().getPriceVersion()).isEqualTo("claude/" + MODEL + "@operator");
      assertThat(Picos.of(answer.getCost().getListAmount()))
          .isEqualTo(answer.getUsage().getInputTokenCount() * 7_000_000L);
    }
  }

  /** One more provider of the list. */
  private static String claude(Simulator simulator) {
    return "  - {name: claude, vendor: anthropic, dialect: anthropic, base_url: '"
        + simulator.uri("anthropic")
        + "', api_key: simulated}\n";
  }

  private static Cost usual() {
    try (Harness harness = Harness.start()) {
      return harness.client().complete(Prompts.of("anthropic/" + MODEL, "hello")).getCost();
    }
  }
}
