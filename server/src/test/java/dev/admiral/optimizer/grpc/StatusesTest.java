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
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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
                    "requests per minute",
                    "agent council",
                    Duration.ofMillis(1_500))));

    assertThat(only(status, QuotaFailure.class).getViolations(0).getSubject())
        .isEqualTo("agent council");
    assertThat(only(status, RetryInfo.class).getRetryDelay())
        .isEqualTo(
            com.google.protobuf.Duration.newBuilder().setSeconds(1).setNanos(500_000_000).build());
    assertThat(only(status, ErrorInfo.class).getMetadataMap())
        .containsEntry("limit", "requests per minute")
        .containsEntry("subject", "agent council");
  }

  @Test
  void budgetSpent_givesNoWait() {
    Status status =
        status(
            Statuses.of(
                new Failure.LimitReached(
                    ErrorReason.ERROR_REASON_BUDGET_EXHAUSTED,
                    "dollars per day",
                    "agent council",
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
