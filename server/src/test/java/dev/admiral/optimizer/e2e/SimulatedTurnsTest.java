package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.e2e.Conversations.Door;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Vendors that refuse a second turn without what they gave with the first. */
class SimulatedTurnsTest {
  private static final String ASKED = "[[sim: reasoning=20]] Call look_up.";
  private static final List<String> MODELS =
      List.of(
          "gemini/gemini-3.1-pro-preview",
          "deepseek/deepseek-v4-pro",
          "moonshot/deepseek-v4-pro",
          "openrouter/anthropic/claude-sonnet-5",
          "anthropic/claude-haiku-4-5");

  private static Harness harness;

  @BeforeAll
  static void start() {
    harness =
        Harness.start(simulator -> {
          StringBuilder providers = new StringBuilder();
          for (String name : List.of("gemini", "deepseek", "moonshot", "openrouter")) {
            providers
                .append("  - {name: ")
                .append(name)
                .append(", base_url: '")
                .append(simulator.uri(name))
                .append("', api_key: simulated}\n");
          }
          return providers.toString();
        });
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  static Stream<Arguments> everyWay() {
    return MODELS.stream()
        .flatMap(model ->
            Stream.of(Door.values())
                .flatMap(door ->
                    Stream.of(false, true).map(streamed -> Arguments.of(model, door, streamed))));
  }

  @ParameterizedTest(name = "{0} by {1}, streamed: {2}")
  @MethodSource("everyWay")
  void secondTurn_isTaken(String model, Door door, boolean streamed) {
    Conversations conversation = new Conversations(harness, door, streamed, false);

    List<Object> turn = conversation.first(model, ASKED);

    assertThat(turn).isNotEmpty();
    // Asked once more with the results, it calls again: what counts is that it is not refused.
    conversation.second(model, ASKED, turn);
  }

  @ParameterizedTest
  @EnumSource(Door.class)
  void conversation_goesOnWithEveryOtherVendor(Door door) {
    Conversations conversation = new Conversations(harness, door, true, false);
    for (String first : MODELS) {
      List<Object> turn = conversation.first(first, ASKED);
      for (String second : MODELS) {
        conversation.second(second, ASKED, turn);
      }
    }
  }
}
