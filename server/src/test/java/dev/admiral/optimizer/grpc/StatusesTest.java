package dev.admiral.optimizer.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.LimitMetric;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures as statuses. That each failure reaches a caller so is the end-to-end tests'. */
class StatusesTest {

  @ParameterizedTest
  @EnumSource(
      names = {"UNRECOGNIZED", "ERROR_REASON_UNSPECIFIED"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyReason_hasTheCodeItsCommentGives(ErrorReason reason) {
    String comment = codeInContract(reason);

    assertThat(Statuses.code(reason).name()).isEqualTo(comment);
  }

  @ParameterizedTest
  @EnumSource(
      names = {"UNRECOGNIZED", "ERROR_REASON_UNSPECIFIED"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyReason_isOneErrorInfoWithTheBareName(ErrorReason reason) throws Exception {
    Status status = status(Statuses.of(reason, "a sentence"));

    ErrorInfo info = only(status, ErrorInfo.class);
    assertThat("ERROR_REASON_" + info.getReason()).isEqualTo(reason.name());
    assertThat(info.getDomain()).isEqualTo("optimizer.admiral.dev");
    assertThat(status.getMessage()).isEqualTo("a sentence");
  }

  @Test
  void limit_saysWhichWhoseAndHowLong() throws Exception {
    Status status =
        status(
            Statuses.of(
                new Failure.LimitReached(
                    ErrorReason.ERROR_REASON_RATE_LIMITED,
                    LimitMetric.LIMIT_METRIC_REQUESTS,
                    Duration.ofMinutes(1),
                    "requests per minute",
                    "agent/council",
                    Duration.ofMillis(1_500))));

    assertThat(only(status, QuotaFailure.class).getViolations(0).getSubject())
        .isEqualTo("agent/council");
    assertThat(only(status, RetryInfo.class).getRetryDelay())
        .isEqualTo(
            com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build());
    assertThat(only(status, ErrorInfo.class).getMetadataMap())
        .containsEntry("limit", "requests per minute")
        .containsEntry("subject", "agent/council")
        .containsEntry("metric", "REQUESTS")
        .containsEntry("periodSeconds", "60")
        .containsEntry("retryAfterMillis", "1500");
  }

  @Test
  void budgetSpent_givesNoWait() {
    Status status =
        status(
            Statuses.of(
                new Failure.LimitReached(
                    ErrorReason.ERROR_REASON_BUDGET_EXHAUSTED,
                    LimitMetric.LIMIT_METRIC_MONEY,
                    Duration.ofDays(1),
                    "dollars per day",
                    "agent/council",
                    null)));

    assertThat(status.getDetailsList()).noneMatch(detail -> detail.is(RetryInfo.class));
  }

  @Test
  void fieldAVendorHasNoPlaceFor_isNamedAsABadRequest() throws Exception {
    Status status =
        status(Statuses.of(new Failure.Inexpressible("prompt.sampling.seed", "a sentence")));

    assertThat(only(status, BadRequest.class).getFieldViolations(0).getField())
        .isEqualTo("prompt.sampling.seed");
    assertThat(only(status, ErrorInfo.class).getMetadataMap())
        .containsEntry("field", "prompt.sampling.seed");
  }

  @Test
  void nobodyThatCouldServe_tellsTheWaitInItsMetadata() throws Exception {
    Status status =
        status(Statuses.of(new Failure.NoProviderAvailable("a; b", Duration.ofSeconds(2))));

    assertThat(only(status, ErrorInfo.class).getMetadataMap())
        .containsExactly(Map.entry("retryAfterMillis", "2000"));
  }

  @Test
  void faultOfThisServer_tellsItsId() throws Exception {
    Status status = status(Statuses.of(new Failure.Internal("0123")));

    assertThat(status.getMessage()).contains("0123");
    assertThat(only(status, ErrorInfo.class).getMetadataMap())
        .containsExactly(Map.entry("id", "0123"));
  }

  @Test
  void deadlineAfterAFailedTry_tellsItsReason() throws Exception {
    Failure last = new Failure.QuotaExhausted("no money");

    Status status = status(Statuses.of(new Failure.DeadlineExceeded(last)));

    assertThat(only(status, ErrorInfo.class).getMetadataMap())
        .containsExactly(Map.entry("lastReason", "ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED"));
  }

  @Test
  void longMessage_isCutAndMarked() {
    Status status =
        status(Statuses.of(ErrorReason.ERROR_REASON_PROVIDER_FAILED, "x".repeat(10_000)));

    assertThat(status.getMessage()).isEqualTo("x".repeat(1_500) + " ...");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "%", "\u00e9", "\u6c34", "\ud83d\ude80"})
  void worstFailure_fitsIntoHeadersOfEightKibibytes(String character) {
    List<Failure.Violation> violations =
        Collections.nCopies(
            20, new Failure.Violation(character.repeat(2_000), character.repeat(10_000)));

    assertFits(Statuses.of(new Failure.Invalid(character.repeat(10_000), violations)));
    assertFits(
        Statuses.of(
            new Failure.UnknownModel(
                character.repeat(1_000), Collections.nCopies(5, character.repeat(1_000)))));
  }

  private static void assertFits(StatusRuntimeException failure) {
    Status status = status(failure);
    int escaped =
        URLEncoder.encode(status.getMessage(), StandardCharsets.UTF_8).replace("+", " ").length();
    int details = Base64.getEncoder().encode(status.toByteArray()).length;

    assertThat(escaped + details).isLessThan(8 << 10);
    assertThat(status.getDetailsCount()).isPositive();
  }

  private static String codeInContract(ErrorReason reason) {
    String file = Contract.errorProto();
    Matcher matcher = Pattern.compile("\\[([A-Z_]+)]\\s+" + reason.name() + " =").matcher(file);
    assertThat(matcher.find()).as("the comment over " + reason + " names its code").isTrue();
    return matcher.group(1);
  }

  private static Status status(StatusRuntimeException exception) {
    return StatusProto.fromThrowable(exception);
  }

  private static <T extends com.google.protobuf.Message> T only(Status status, Class<T> type)
      throws Exception {
    var details = status.getDetailsList().stream().filter(detail -> detail.is(type)).toList();
    assertThat(details).hasSize(1);
    Any detail = details.getFirst();
    return detail.unpack(type);
  }
}
