package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is left is counted down over sliding minutes and told in each vendor's headers. */
class RateLimitTest {
  private static final String CHAT =
      "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\","
          + "\"content\":\"Hi [[sim: tokens=10]]\"}]}";
  private static final String MESSAGE =
      "{\"model\":\"claude-sonnet-5\",\"max_tokens\":99,\"messages\":[{\"role\":\"user\","
          + "\"content\":\"Hi [[sim: tokens=10]]\"}]}";

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-11-20T12:00:00Z"));
  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator =
        Simulator.builder()
            .timeScale(0)
            .clock(now::get)
            .models(model -> model.withLimit(RateLimit.perMinute(3, 20_000, 1_000)))
            .start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  private void pass(long millis) {
    now.updateAndGet(instant -> instant.plusMillis(millis));
  }

  @Test
  void openAi_countsDownAndRefusesAndRecovers() {
    Caller.Reply first = caller.chat(CHAT);
    assertThat(first.header("x-ratelimit-limit-requests")).isEqualTo("3");
    assertThat(first.header("x-ratelimit-limit-tokens")).isEqualTo("21000");
    assertThat(first.header("x-ratelimit-remaining-requests")).isEqualTo("2");
    long used = first.json().at("/usage/total_tokens").asLong();
    assertThat(first.header("x-ratelimit-remaining-tokens"))
        .isEqualTo(String.valueOf(21_000 - used));
    assertThat(first.header("x-ratelimit-reset-requests")).isEqualTo("1m0s");
    pass(10_500);
    caller.chat(CHAT);
    pass(9_500);
    assertThat(caller.chat(CHAT).header("x-ratelimit-remaining-requests")).isEqualTo("0");

    Caller.Reply refused = caller.chat(CHAT);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.header("retry-after")).isEqualTo("40");
    assertThat(refused.header("retry-after-ms")).isEqualTo("40000");
    assertThat(refused.header("x-ratelimit-remaining-requests")).isEqualTo("0");
    assertThat(refused.json().at("/error/type").asText()).isEqualTo("requests");
    assertThat(refused.json().at("/error/code").asText()).isEqualTo("rate_limit_exceeded");
    assertThat(refused.json().at("/error/message").asText())
        .contains("requests per min (RPM): Limit 3, Used 3, Requested 1.")
        .contains("Please try again in 40s.");
    pass(39_999);
    assertThat(caller.chat(CHAT).status()).isEqualTo(429);
    pass(1);
    assertThat(caller.chat(CHAT).status()).isEqualTo(200);
  }

  @Test
  void openAi_requestLargerThanTheLimit_canNeverSucceed() {
    String large = CHAT.replace("Hi", "word ".repeat(20_000));
    Caller.Reply refused = caller.chat(large);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.json().at("/error/message").asText()).startsWith("Request too large for");
    assertThat(refused.json().at("/error/type").asText()).isEqualTo("tokens");
    assertThat(refused.header("retry-after")).isEmpty();
  }

  @Test
  void anthropic_countsEachKindDownWithTimesOfReset() {
    pass(250);
    Caller.Reply first = caller.messages(MESSAGE.replace("Hi", "word ".repeat(5_000)));
    assertThat(first.header("anthropic-ratelimit-requests-remaining")).isEqualTo("2");
    assertThat(first.header("anthropic-ratelimit-requests-reset"))
        .isEqualTo("2026-11-20T12:01:01Z");
    assertThat(first.header("anthropic-ratelimit-input-tokens-limit")).isEqualTo("20000");
    long input = first.json().at("/usage/input_tokens").asLong();
    long thousands = Math.round((20_000 - input) / 1000.0) * 1000;
    assertThat(first.header("anthropic-ratelimit-input-tokens-remaining"))
        .isEqualTo(String.valueOf(thousands));
    assertThat(first.header("anthropic-ratelimit-output-tokens-remaining")).isEqualTo("1000");
    assertThat(first.header("anthropic-ratelimit-tokens-limit")).isEqualTo("21000");
  }

  @Test
  void anthropic_refusesWithTheLimitThatBlocks() {
    caller.messages(
        MESSAGE.replace("tokens=10", "tokens=10; echo").replace("Hi", "x".repeat(60_000)));
    Caller.Reply refused = caller.messages(MESSAGE.replace("Hi", "word ".repeat(10_000)));
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.json().at("/error/message").asText()).contains("20,000 input tokens");
    assertThat(refused.header("retry-after")).isEqualTo("60");
  }

  @Test
  void anthropic_doesNotCountWhatIsReadFromCache() {
    String body = MESSAGE.replace("tokens=10", "tokens=10; cached=7000");
    Caller.Reply reply = caller.messages(body.replace("Hi", "x".repeat(28_000)));
    assertThat(reply.json().at("/usage/cache_read_input_tokens").asLong()).isEqualTo(7000);
    assertThat(reply.header("anthropic-ratelimit-input-tokens-remaining")).isEqualTo("20000");
  }

  @Test
  void keysAndModels_haveWindowsOfTheirOwn() {
    for (int i = 0; i < 3; i++) {
      assertThat(caller.chat(CHAT, "Authorization", "Bearer a").status()).isEqualTo(200);
    }
    assertThat(caller.chat(CHAT, "Authorization", "Bearer a").status()).isEqualTo(429);
    assertThat(caller.chat(CHAT, "Authorization", "Bearer b").status()).isEqualTo(200);
    String other = CHAT.replace("gpt-4o", "gpt-4.1");
    assertThat(caller.chat(other, "Authorization", "Bearer a").status()).isEqualTo(200);
  }

  @Test
  void durations_areWrittenAsGoDoes() {
    assertThat(Durations.go(Duration.ZERO)).isEqualTo("0s");
    assertThat(Durations.go(Duration.ofMillis(12))).isEqualTo("12ms");
    assertThat(Durations.go(Duration.ofMillis(1574))).isEqualTo("1.574s");
    assertThat(Durations.go(Duration.ofMinutes(6))).isEqualTo("6m0s");
    assertThat(Durations.go(Duration.ofMillis(5_692_896))).isEqualTo("1h34m52.896s");
  }
}
