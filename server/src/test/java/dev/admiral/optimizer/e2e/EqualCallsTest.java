package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.simulator.Hold;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Equal calls at the same time: one upstream call, whoever comes when and wants it how. */
class EqualCallsTest {
  private static final int CALLERS = 1_000;

  @ParameterizedTest
  @CsvSource({
    "gpt-5.4-mini,true",
    "gpt-5.4-mini,false",
    "claude-haiku-4-5,true",
    "claude-haiku-4-5,false"
  })
  void thousandEqualCalls_halfOfThemStreams_areOneUpstreamCallAndEqualBytes(
      String model, boolean streamLeads) {
    try (Harness harness = Harness.start();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Prompt prompt = Prompts.of(model, "Tell a long story. [[sim: tokens=120]]");
      List<CompletableFuture<CompleteResponse>> answers = new ArrayList<>();
      Random random = new Random(7);
      Hold beforeFirstByte = harness.simulator().hold(model);
      Hold inTheMiddle = harness.simulator().hold(model, 60);

      answers.add(call(harness.client(), prompt, streamLeads, threads));
      harness.awaitInFlight(1);
      join(harness, prompt, random, threads, answers, CALLERS / 3);
      harness.awaitInFlight(answers.size());
      beforeFirstByte.close();
      join(harness, prompt, random, threads, answers, CALLERS / 3);
      inTheMiddle.close();
      join(harness, prompt, random, threads, answers, CALLERS - answers.size());

      List<CompleteResponse> responses = answers.stream().map(CompletableFuture::join).toList();
      CompleteResponse first = responses.getFirst();
      assertThat(responses)
          .hasSize(CALLERS)
          .allSatisfy(response -> {
            assertThat(response.getCompletion().toByteString())
                .isEqualTo(first.getCompletion().toByteString());
            assertThat(response.getUsage()).isEqualTo(first.getUsage());
            assertThat(Picos.of(response.getCost().getListAmount()))
                .isEqualTo(Picos.of(first.getCost().getListAmount()));
          });
      assertThat(harness.simulator().invoice().lines()).hasSize(1);
      assertThat(responses)
          .filteredOn(response -> response.getServed().getSource() == Source.SOURCE_UPSTREAM)
          .hasSize(1);
      long charged =
          responses.stream()
              .mapToLong(response -> Picos.of(response.getCost().getChargedAmount()))
              .sum();
      assertThat(charged).isEqualTo(harness.simulator().invoice().costPicos());
    }
  }

  private static void join(
      Harness harness,
      Prompt prompt,
      Random random,
      ExecutorService threads,
      List<CompletableFuture<CompleteResponse>> answers,
      int count) {
    for (int i = 0; i < count; i++) {
      answers.add(call(harness.client(), prompt, random.nextBoolean(), threads));
    }
  }

  private static CompletableFuture<CompleteResponse> call(
      AdmiralClient client, Prompt prompt, boolean streamed, ExecutorService threads) {
    return CompletableFuture.supplyAsync(
        () -> {
          if (!streamed) {
            return client.complete(prompt);
          }
          try (CompletionStream stream = client.stream(prompt)) {
            return stream.collect();
          }
        },
        threads);
  }
}
