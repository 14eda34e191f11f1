package dev.admiral.optimizer.provider;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.provider.assembly.Providers;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReasoningEffort;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Tool;
import dev.admiral.simulator.Hold;
import dev.admiral.simulator.Invoice;
import dev.admiral.simulator.InvoiceLine;
import dev.admiral.simulator.ModelProfile;
import dev.admiral.simulator.Outcome;
import dev.admiral.simulator.Simulator;
import dev.admiral.simulator.Tokens;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls of the simulated vendors, and their invoice beside what the provider says they cost. */
@Timeout(120)
class SimulatedVendorsTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private static final List<String> ALIKE =
      List.of("openai", "groq", "mistral", "deepseek", "openrouter");

  private Simulator simulator;
  private final Map<String, Provider> providers = new LinkedHashMap<>();

  @BeforeEach
  void start() throws IOException {
    Simulator.Builder builder = Simulator.builder().timeScale(0);
    for (String vendor : ALIKE) {
      builder.model(ModelProfile.chat(vendor, "gpt-4o"));
    }
    simulator = builder.start();
    for (String vendor : ALIKE) {
      add(vendor, vendor, Dialect.OPENAI, ProviderSettings.ANTHROPIC_2023);
    }
    add("anthropic 2023", "anthropic", Dialect.ANTHROPIC, ProviderSettings.ANTHROPIC_2023);
    add("anthropic 2026", "anthropic", Dialect.ANTHROPIC, ProviderSettings.ANTHROPIC_2026);
  }

  private void add(String key, String vendor, Dialect dialect, String version) {
    String path = dialect == Dialect.ANTHROPIC ? "/v1" : "";
    providers.put(
        key,
        Providers.create(
            ProviderSettings.builder(
                    vendor, dialect, URI.create(simulator.uri(vendor).toString() + path))
                .apiKey("key")
                .apiVersion(version)
                .build(),
            Time.SYSTEM));
  }

  @AfterEach
  void stop() {
    providers.values().forEach(Provider::close);
    simulator.close();
  }

  private static String model(Provider provider) {
    return provider.name().equals("anthropic") ? "claude-sonnet-4-5" : "gpt-4o";
  }

  @Test
  void streamedAndWholeAnswers_areEqualInContentAndUsage_andOnTheInvoice() throws Exception {
    for (Map.Entry<String, Provider> entry : providers.entrySet()) {
      Provider provider = entry.getValue();
      for (Prompt prompt : prompts(provider).toList()) {
        String what = entry.getKey() + " " + prompt.getMessages(0).getParts(0).getText().getText();
        List<ContentDelta> pieces = new ArrayList<>();
        Reply whole = provider.complete(call("w", provider, prompt, false), d -> {});
        Reply streamed = provider.complete(call("s", provider, prompt, true), pieces::add);
        assertThat(streamed.completion()).as(what).isEqualTo(whole.completion());
        assertThat(streamed.usage()).as(what).isEqualTo(whole.usage());
        assertThat(streamed.usage())
            .as(what)
            .isEqualTo(usage(simulator.invoice().line(streamed.requestId()).orElseThrow()));
        assertThat(streamed.usage().estimated()).as(what).isFalse();
      }
    }
  }

  private static Stream<Prompt> prompts(Provider provider) {
    Tool weather =
        Tool.newBuilder()
            .setFunction(
                FunctionTool.newBuilder()
                    .setName("get_weather")
                    .setParametersSchemaJson(
                        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}},"
                            + "\"required\":[\"city\"]}"))
            .build();
    Tool now = Tool.newBuilder().setFunction(FunctionTool.newBuilder().setName("time_now")).build();
    Prompt plain = Prompts.ask("hello there");
    Prompt several =
        plain.toBuilder().setSampling(Sampling.newBuilder().setCandidateCount(3)).build();
    Stream<Prompt> all =
        Stream.of(
            plain,
            Prompts.ask("[[sim: tokens=200]] hello"),
            Prompts.ask("[[sim: echo]] Grüße 漢字 😀\n\"quoted\""),
            Prompts.ask("[[sim: filter]] hello"),
            Prompts.ask("[[sim: cached=64; cache-write=8]] " + "hello ".repeat(400)),
            Prompts.ask("what is the weather, and the time now?").toBuilder()
                .addTools(weather)
                .addTools(now)
                .build(),
            plain.toBuilder().setSampling(Sampling.newBuilder().setMaxOutputTokenCount(3)).build(),
            Prompts.of(
                Prompts.message(Role.ROLE_SYSTEM, Prompts.text("be brief")),
                Prompts.message(Role.ROLE_USER, Prompts.text("weather?")),
                Prompts.message(
                    Role.ROLE_ASSISTANT, Prompts.toolCall("call_1", "get_weather", "{}")),
                Prompts.message(
                    Role.ROLE_TOOL, Prompts.toolResult("call_1", false, Prompts.text("rain"))),
                Prompts.message(Role.ROLE_USER, Prompts.text("thanks"))));
    Prompt refused = Prompts.ask("[[sim: refuse]] hello");
    if (provider.name().equals("openai")) {
      return Stream.concat(all, Stream.of(several, refused));
    }
    return provider.name().equals("anthropic")
        ? Stream.concat(
            all,
            Stream.of(
                refused,
                Prompts.ask("[[sim: cache-write-1h=20]] " + "hello ".repeat(400)),
                Prompts.ask("[[sim: reasoning=40]] think").toBuilder()
                    .setReasoningEffort(ReasoningEffort.REASONING_EFFORT_LOW)
                    .build()))
        : Stream.concat(all, Stream.of(several));
  }

  @Test
  void everyFault_endsInAFailure_andTheInvoiceAgreesOnWhatItCosts() throws Exception {
    List<String> faults =
        List.of(
            "status=500",
            "status=503/2s",
            "overloaded",
            "429=requests",
            "429=tokens/3s",
            "429=quota",
            "429=too-large",
            "429=slow-down",
            "html",
            "html=200",
            "cut-after=0",
            "cut-after=2",
            "malformed-after=0",
            "malformed-after=2",
            "error-after=0",
            "error-after=2",
            "reset",
            "reset=2");
    Map<String, Usage> paid = new HashMap<>();
    Map<String, ErrorReason> reasons = new HashMap<>();
    int calls = 0;
    for (Map.Entry<String, Provider> entry : providers.entrySet()) {
      for (String fault : faults) {
        for (boolean streamed : new boolean[] {false, true}) {
          String attempt = "a-" + calls++ + " " + entry.getKey() + " " + fault + " " + streamed;
          Prompt prompt = Prompts.ask("[[sim: tokens=20; fault=" + fault + "]] hello");
          Provider provider = entry.getValue();
          try {
            Reply reply = provider.complete(call(attempt, provider, prompt, streamed), d -> {});
            throw new AssertionError(attempt + " gave " + reply);
          } catch (ProviderException e) {
            reasons.put(attempt, e.failure().reason());
            e.billable().ifPresent(usage -> paid.put(attempt, usage));
          }
        }
      }
    }
    assertThat(simulator.awaitIdle(LONG)).isTrue();
    Invoice invoice = simulator.invoice();
    Map<String, InvoiceLine> lines =
        invoice.lines().stream()
            .collect(
                Collectors.toMap(
                    line -> line.clientRequestId().orElseThrow(), Function.identity()));
    assertThat(paid.keySet()).isEqualTo(lines.keySet());
    assertThat(invoice.refused()).hasSize(calls - lines.size());
    for (Map.Entry<String, Usage> entry : paid.entrySet()) {
      InvoiceLine line = lines.get(entry.getKey());
      if (!entry.getValue().estimated()) {
        assertThat(entry.getValue()).as(entry.getKey()).isEqualTo(usage(line));
      }
    }
    assertThat(reasons)
        .allSatisfy((attempt, reason) -> assertThat(reason).as(attempt).isIn(expected(attempt)));
  }

  private static List<ErrorReason> expected(String attempt) {
    if (attempt.contains("429=quota")) {
      return List.of(
          ErrorReason.ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED,
          // Anthropic has no such 429.
          ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED);
    } else if (attempt.contains("429=too-large")) {
      return List.of(
          ErrorReason.ERROR_REASON_PROVIDER_CALL_TOO_LARGE,
          ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED);
    } else if (attempt.contains("429=slow-down")) {
      return List.of(
          ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED,
          ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED);
    } else if (attempt.contains("429")) {
      return List.of(ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED);
    } else if (attempt.contains("overloaded") || attempt.contains("503")) {
      return List.of(ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED);
    } else if (attempt.contains("status=500")) {
      return List.of(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
    } else if (attempt.contains("html")) {
      return List.of(
          ErrorReason.ERROR_REASON_PROVIDER_FAILED, ErrorReason.ERROR_REASON_PROVIDER_MALFORMED);
    } else if (attempt.endsWith("=2 true")) {
      return List.of(ErrorReason.ERROR_REASON_STREAM_BROKEN);
    }
    return List.of(
        ErrorReason.ERROR_REASON_PROVIDER_FAILED,
        ErrorReason.ERROR_REASON_PROVIDER_MALFORMED,
        ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED,
        ErrorReason.ERROR_REASON_STREAM_BROKEN);
  }

  @Test
  void interruptedCalls_areCancelledUpstream_andTheirCostIsEstimated() throws Exception {
    for (Provider provider : List.of(providers.get("openai"), providers.get("anthropic 2023"))) {
      simulator.reset();
      int calls = 0;
      for (int frames : new int[] {0, 1, 7}) {
        for (boolean streamed : new boolean[] {true, false}) {
          if (!streamed && frames > 0) {
            continue;
          }
          try (Hold hold = simulator.hold("*", frames)) {
            List<Thread> threads = new ArrayList<>();
            List<CompletableFuture<Usage>> costs = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
              String attempt = "a-" + calls++;
              CompletableFuture<Usage> cost = new CompletableFuture<>();
              costs.add(cost);
              Prompt prompt = Prompts.ask("[[sim: tokens=50]] hello");
              threads.add(
                  Thread.ofVirtual()
                      .start(() -> {
                        try {
                          provider.complete(call(attempt, provider, prompt, streamed), d -> {});
                        } catch (ProviderException e) {
                          cost.complete(e.billable().orElse(Usage.NONE));
                        } catch (InterruptedException e) {
                          cost.completeExceptionally(e);
                        }
                      }));
            }
            assertThat(hold.awaitWaiting(20, LONG)).isTrue();
            threads.forEach(Thread::interrupt);
            for (CompletableFuture<Usage> cost : costs) {
              assertThat(cost.join().estimated()).isTrue();
            }
            assertThat(simulator.awaitIdle(LONG)).isTrue();
          }
        }
      }
      assertThat(simulator.invoice().lines())
          .hasSize(calls)
          .allSatisfy(line -> assertThat(line.outcome()).isEqualTo(Outcome.CANCELLED));
    }
  }

  private static ProviderCall call(
      String attempt, Provider provider, Prompt prompt, boolean streamed) {
    return new ProviderCall(
        attempt, model(provider), prompt, streamed, ModelTraits.UNKNOWN, ProviderCall.UNBOUNDED);
  }

  private static Usage usage(InvoiceLine line) {
    Tokens tokens = line.tokens();
    return new Usage(
        tokens.prompt(),
        tokens.cachedInput(),
        tokens.cacheWrite5m(),
        tokens.cacheWrite1h(),
        tokens.output(),
        tokens.reasoning(),
        false);
  }
}
