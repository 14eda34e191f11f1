package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.Recording;
import dev.admiral.optimizer.provider.Vendors;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {
  private static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
  private static final Failures FAILURES =
      new Failures(
          "vendor",
          Vendors.of("vendor", Dialect.OPENAI).limitHeaders(),
          new Scrubber("my-own-secret"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // Limits, of which no two are alike.
        "429 | {'error':{'message':'Rate limit reached for o4-mini on tokens per min (TPM): Limit"
            + " 200000. Please try again in 1.574s.','type':'tokens','code':'rate_limit_exceeded'}}"
            + " | PROVIDER_RATE_LIMITED | 1574",
        "429 | {'error':{'message':'Rate limit reached on tokens per day (TPD): Limit 100000."
            + " Please try again in 1h34m52.896s.','type':'tokens','code':'rate_limit_exceeded'}} |"
            + " PROVIDER_RATE_LIMITED long | 5692896",
        "429 | {'error':{'message':'Request too large for gpt-4o on tokens per min (TPM): Limit"
            + " 30000, Requested 31538.','type':'tokens','code':'rate_limit_exceeded'}} |"
            + " PROVIDER_CALL_TOO_LARGE |",
        "429 | {'error':{'message':'You exceeded your current quota, please check your plan and"
            + " billing details.','type':'insufficient_quota','code':'insufficient_quota'}} |"
            + " PROVIDER_QUOTA_EXHAUSTED |",
        "429 |"
            + " {'error':{'message':'x','type':'insufficient_quota','code':'project_spend_limit_exceeded'}}"
            + " | PROVIDER_QUOTA_EXHAUSTED |",
        "429 | {'error':{'message':'Need more tokens? Upgrade at"
            + " https://console.groq.com/settings/billing','type':'tokens','code':'rate_limit_exceeded'}}"
            + " | PROVIDER_RATE_LIMITED |",
        "429 | {'error':{'message':'Slow down.','type':'requests','code':'slow_down'}} |"
            + " PROVIDER_OVERLOADED |",
        "429 | {'type':'error','error':{'type':'rate_limit_error','message':'This request would"
            + " exceed the rate limit of 20,000 input tokens per minute.'}} | PROVIDER_RATE_LIMITED"
            + " |",
        "429 |"
            + " [{'error':{'code':429,'message':'Quota','status':'RESOURCE_EXHAUSTED','details':[{'retryDelay':'34.4s'}]}}]"
            + " | PROVIDER_RATE_LIMITED | 34400",
        "429 | {'error':{'code':429,'message':'Provider returned"
            + " error','metadata':{'provider_name':'Google','raw':'temporarily rate-limited"
            + " upstream'}}} | PROVIDER_RATE_LIMITED |",
        "429 | `` | PROVIDER_RATE_LIMITED |",
        // Money.
        "402 | {'error':{'message':'Insufficient"
            + " Balance','type':'unknown_error','code':'invalid_request_error'}} |"
            + " PROVIDER_QUOTA_EXHAUSTED |",
        "402 | `` | PROVIDER_QUOTA_EXHAUSTED |",
        "400 | {'type':'error','error':{'type':'invalid_request_error','message':'Your credit"
            + " balance is too low to access the Anthropic API.'}} | PROVIDER_QUOTA_EXHAUSTED |",
        // The account.
        "401 | {'error':{'message':'Incorrect API key"
            + " provided','type':'invalid_request_error','param':null,'code':'invalid_api_key'}} |"
            + " PROVIDER_KEY_INVALID |",
        "401 | {'message':'Unauthorized','request_id':'x'} | PROVIDER_KEY_INVALID |",
        "400 | [{'error':{'code':400,'message':'API key not valid. Please pass a valid API"
            + " key.','status':'INVALID_ARGUMENT'}}] | PROVIDER_KEY_INVALID |",
        "403 | {'type':'error','error':{'type':'permission_error','message':'Not allowed'}} |"
            + " PROVIDER_NOT_PERMITTED |",
        // The model.
        "404 | {'error':{'message':'The model `x` does not exist or you do not have access to"
            + " it.','type':'invalid_request_error','param':null,'code':'model_not_found'}} |"
            + " PROVIDER_MODEL_UNKNOWN |",
        "404 | {'type':'error','error':{'type':'not_found_error','message':'model: x'}} |"
            + " PROVIDER_MODEL_UNKNOWN |",
        "400 | {'error':{'message':'x is not a valid model ID','code':400}} |"
            + " PROVIDER_MODEL_UNKNOWN |",
        "400 | {'object':'error','message':'Invalid model:"
            + " x','type':'invalid_model','param':null,'code':'1500'} | PROVIDER_MODEL_UNKNOWN |",
        // The call.
        "400 | {'error':{'message':'Too"
            + " long','type':'invalid_request_error','param':'messages','code':'context_length_exceeded'}}"
            + " | CONTEXT_TOO_LONG |",
        "400 | {'type':'error','error':{'type':'invalid_request_error','message':'prompt is too"
            + " long: 210000 tokens > 200000 maximum'}} | CONTEXT_TOO_LONG |",
        "400 | {'object':'error','message':'This model maximum context length is 4096"
            + " tokens','type':'BadRequestError','code':400} | CONTEXT_TOO_LONG |",
        "413 | {'type':'error','error':{'type':'request_too_large','message':'Request exceeds the"
            + " maximum size'}} | PROVIDER_CALL_TOO_LARGE |",
        "413 | <html>Too large</html> | PROVIDER_CALL_TOO_LARGE |",
        "400 | {'error':{'message':'Unsupported"
            + " parameter','type':'invalid_request_error','param':'max_tokens','code':'unsupported_parameter'}}"
            + " | PROVIDER_CALL_INVALID |",
        "422 | {'detail':[{'loc':['body','n'],'msg':'must be"
            + " positive','type':'value_error','input':'secret prompt'}]} | PROVIDER_CALL_INVALID"
            + " |",
        "400 | {'error':'model is required'} | PROVIDER_CALL_INVALID |",
        // What it says.
        "400 | {'error':{'message':'The response was"
            + " filtered','type':null,'param':'prompt','code':'content_filter','innererror':{'code':'ResponsibleAIPolicyViolation'}}}"
            + " | PROVIDER_REFUSED |",
        "400 | {'type':'error','error':{'type':'invalid_request_error','message':'Output blocked by"
            + " content filtering policy'}} | PROVIDER_REFUSED |",
        "403 | {'error':{'code':403,'message':'Input was flagged as violence'}} | PROVIDER_REFUSED"
            + " |",
        // The vendor.
        "500 | {'error':{'message':'The server had an"
            + " error','type':'server_error','param':null,'code':null}} | PROVIDER_FAILED |",
        "500 | `` | PROVIDER_FAILED |",
        "502 | <html>Bad gateway</html> | PROVIDER_FAILED |",
        "503 |"
            + " {'error':{'message':'Busy','type':'service_unavailable_error','code':'server_is_overloaded'}}"
            + " | PROVIDER_OVERLOADED |",
        "503 | `` | PROVIDER_OVERLOADED |",
        "529 |"
            + " {'type':'error','error':{'details':null,'type':'overloaded_error','message':'Overloaded'}}"
            + " | PROVIDER_OVERLOADED |",
        "498 | {'error':{'message':'Flex capacity','type':'capacity'}} | PROVIDER_OVERLOADED |",
        "504 | `` | PROVIDER_TIMEOUT |",
        "408 | `` | PROVIDER_TIMEOUT |",
        "409 | {'type':'error','error':{'type':'conflict_error','message':'Locked'}} |"
            + " PROVIDER_FAILED |",
        "400 | {'error':{'message':'Failed to call a"
            + " function.','type':'invalid_request_error','code':'tool_use_failed','failed_generation':'secret'}}"
            + " | PROVIDER_FAILED |",
        // No vendor at all.
        "404 | <html>nginx</html> | PROVIDER_MALFORMED |",
        "404 | `` | PROVIDER_MALFORMED |",
        "400 | nonsense | PROVIDER_MALFORMED |",
        "302 | `` | PROVIDER_MALFORMED |"
      })
  void status_withBody_isClassified(int status, String body, String reason, Long waitMillis) {
    Failure failure = classify(status, Map.of(), body == null ? "" : body);
    String[] expected = reason.split(" ", -1);
    assertThat(failure.reason()).isEqualTo(ErrorReason.valueOf("ERROR_REASON_" + expected[0]));
    if (failure instanceof Failure.RateLimited limited) {
      assertThat(limited.longTerm()).isEqualTo(expected.length > 1);
    }
    assertThat(failure.retryAfter())
        .isEqualTo(waitMillis == null ? null : Duration.ofMillis(waitMillis));
    assertThat(failure.message()).startsWith("provider 'vendor' ").doesNotContain("secret");
  }

  @Test
  void quotedErrors_areWhatTheyAreSaidToBe() throws IOException {
    assumeTrue(Recording.folder() != null, "no recordings beside this checkout");
    Path file = Recording.folder().resolve("errors-quoted").resolve("errors.json");
    for (JsonNode quoted : Recording.MAPPER.readTree(file.toFile())) {
      if (!quoted.has("body")) {
        continue;
      }
      String body = quoted.get("body").toString().replace('\'', '´');
      Failure failure = classify(quoted.get("status").asInt(), Map.of(), body);
      String kind = quoted.get("kind").asText();
      ErrorReason expected =
          kind.startsWith("request-larger")
              ? ErrorReason.ERROR_REASON_PROVIDER_CALL_TOO_LARGE
              : kind.startsWith("quota")
                  ? ErrorReason.ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED
                  : kind.startsWith("overloaded")
                      ? ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED
                      : ErrorReason.ERROR_REASON_PROVIDER_RATE_LIMITED;
      assertThat(failure.reason()).as(kind).isEqualTo(expected);
      if (failure instanceof Failure.RateLimited limited) {
        assertThat(limited.longTerm()).as(kind).isEqualTo(kind.startsWith("tpd"));
      }
    }
  }

  @Test
  void waits_fromSeveralPlaces_countAsTheLongest() {
    String body = "{'error':{'message':'Please try again in 2s.','code':'rate_limit_exceeded'}}";
    assertThat(wait(Map.of("retry-after-ms", "120", "retry-after", "9"), body)).hasSeconds(9);
    assertThat(wait(Map.of("retry-after-ms", "120"), body)).hasSeconds(2);
    assertThat(wait(Map.of("retry-after", "0.25"), "{}")).hasMillis(250);
    assertThat(wait(Map.of("retry-after", "Infinity", "retry-after-ms", "NaN"), "{}")).isNull();
    assertThat(wait(Map.of("retry-after", "Fri, 20 Nov 2026 12:00:30 GMT"), "{}")).hasSeconds(30);
    assertThat(wait(Map.of("retry-after", "Fri, 20 Nov 2026 11:00:00 GMT"), "{}")).isZero();
    assertThat(wait(Map.of("retry-after", "soon"), "{}")).isNull();
    assertThat(wait(Map.of("retry-after", "500ms"), "{}")).hasMillis(500);
    assertThat(wait(Map.of("retry-after", "2026-11-20T12:00:30Z"), "{}")).hasSeconds(30);
    String epoch = String.valueOf(Instant.parse("2026-11-20T12:01:30Z").getEpochSecond());
    assertThat(wait(Map.of("retry-after", epoch), "{}")).hasSeconds(90);
    assertThat(wait(Map.of("retry-after", epoch + "500"), "{}")).hasMillis(90_500);
    assertThat(wait(Map.of("retry-after", "1000000000"), "{}")).isZero();
    assertThat(wait(Map.of("retry-after", "-1"), "{}")).isZero();
    assertThat(wait(Map.of("retry-after", "1e300"), "{}")).isEqualTo(Duration.ofDays(31));
  }

  @Test
  void waits_whereNoneIsAsked_areTheResetOfWhatIsUsedUp() {
    assertThat(
            wait(
                Map.of(
                    "x-ratelimit-remaining-requests", "0",
                    "x-ratelimit-reset-requests", "1m26.4s",
                    "x-ratelimit-remaining-tokens", "10",
                    "x-ratelimit-reset-tokens", "6m0s"),
                "{}"))
        .hasMillis(86_400);
    assertThat(
            wait(
                Map.of(
                    "anthropic-ratelimit-input-tokens-remaining", "0",
                    "anthropic-ratelimit-input-tokens-reset", "2026-11-20T12:00:17Z"),
                "{}"))
        .hasSeconds(17);
  }

  @Test
  void limit_thatAsksForAnHour_isLongTerm() {
    Failure failure = classify(429, Map.of("retry-after", "3600"), "{}");
    assertThat(((Failure.RateLimited) failure).longTerm()).isTrue();
  }

  @Test
  void limit_whoseDayIsUsedUp_isLongTerm() {
    Failure failure = classify(429, Map.of("x-ratelimit-remaining-requests-day", "0"), "{}");
    assertThat(((Failure.RateLimited) failure).longTerm()).isTrue();
  }

  @Test
  void messages_areOneBoundedLineWithoutKeys() {
    String message =
        classify(
                401,
                Map.of(),
                "{'error':{'message':'Incorrect API key provided: sk-proj-abc123********xyz9 and"
                    + " Bearer abcdefghij and gsk_0123456789abcdef and my-own-secret,"
                    + " see\\nhttps://platform.openai.com/account/api-keys "
                    + "x".repeat(2000)
                    + "','code':'invalid_api_key'}}")
            .message();
    assertThat(message)
        .doesNotContain("abc123")
        .doesNotContain("abcdefghij")
        .doesNotContain("0123456789")
        .doesNotContain("my-own-secret")
        .doesNotContain("\n")
        .contains("https://platform.openai.com/account/api-keys")
        .hasSizeLessThan(400);
  }

  @Test
  void errorInsideAnAnswer_isTheVendorsUnlessItNamesALimit() {
    assertThat(FAILURES.inside(error("overloaded_error", "", "Overloaded")))
        .isInstanceOf(Failure.Overloaded.class);
    assertThat(FAILURES.inside(error("rate_limit_error", "", "x")))
        .isInstanceOf(Failure.RateLimited.class);
    assertThat(FAILURES.inside(error("", "429", "x"))).isInstanceOf(Failure.RateLimited.class);
    assertThat(FAILURES.inside(error("", "400", "Token limit reached")).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
    assertThat(FAILURES.inside(VendorError.NONE).reason())
        .isEqualTo(ErrorReason.ERROR_REASON_PROVIDER_FAILED);
  }

  private static VendorError error(String type, String code, String message) {
    return new VendorError(type, code, message, "");
  }

  private static Duration wait(Map<String, String> headers, String body) {
    return classify(429, headers, body).retryAfter();
  }

  private static Failure classify(int status, Map<String, String> headers, String body) {
    return FAILURES.ofStatus(status, headers, body.replace('\'', '"').getBytes(UTF_8), NOW);
  }
}
