package dev.admiral.optimizer.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every failure arrives as one type that says why. */
@Timeout(60)
final class ErrorsTest {
  private FakeServer server;
  private AdmiralClient client;

  @BeforeEach
  void start() throws Exception {
    server = FakeServer.start();
    client = server.client().retry(RetryPolicy.NONE).build();
  }

  @AfterEach
  void stop() {
    client.close();
    server.stop();
  }

  static Stream<ErrorReason> reasons() {
    return Stream.of(ErrorReason.values())
        .filter(reason -> reason != ErrorReason.UNRECOGNIZED)
        .filter(reason -> reason != ErrorReason.ERROR_REASON_UNSPECIFIED);
  }

  @ParameterizedTest
  @MethodSource("reasons")
  void reason_ofEachKind_isReadByEachKindOfCall(ErrorReason reason) {
    String name = reason.name().substring("ERROR_REASON_".length());
    StatusRuntimeException error = FakeServer.error(Status.Code.FAILED_PRECONDITION, name);
    server.onComplete = (request, answer) -> answer.onError(error);
    server.onStream = (request, answer) -> answer.onError(error);

    for (Runnable call :
        Stream.<Runnable>of(() -> client.ask("fast", "hi"), () -> stream().next()).toList()) {
      AdmiralException e = catchThrowableOfType(AdmiralException.class, call::run);
      assertThat(e.reason()).isEqualTo(reason);
      assertThat(e.reasonName()).isEqualTo(name);
      assertThat(e.code()).isEqualTo(Status.Code.FAILED_PRECONDITION);
      assertThat(e).hasMessage("what was wrong: " + name);
      assertThat(e.metadata()).containsEntry("limitBytes", "20");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INVALID_ARGUMENT, CALL_INVALID, CallRefused",
    "NOT_FOUND, MODEL_UNKNOWN, CallRefused",
    "UNAUTHENTICATED, KEY_INVALID, CallRefused",
    "PERMISSION_DENIED, NOT_PERMITTED, CallRefused",
    "FAILED_PRECONDITION, PROVIDER_REFUSED, CallRefused",
    "UNIMPLEMENTED, NOT_IMPLEMENTED, CallRefused",
    "RESOURCE_EXHAUSTED, READER_TOO_SLOW, CallRefused",
    "RESOURCE_EXHAUSTED, RATE_LIMITED, LimitReached",
    "RESOURCE_EXHAUSTED, BUDGET_EXHAUSTED, LimitReached",
    "RESOURCE_EXHAUSTED, MOON_FULL, LimitReached",
    "UNAVAILABLE, NO_PROVIDER_AVAILABLE, Unavailable",
    "UNAVAILABLE, MOON_FULL, Unavailable",
    "DEADLINE_EXCEEDED, PROVIDER_TIMEOUT, Unavailable",
    "INTERNAL, INTERNAL, Unavailable",
    "DEADLINE_EXCEEDED, DEADLINE_EXCEEDED, CallEnded",
    "CANCELLED, CALL_CANCELLED, CallEnded",
  })
  void kind_ofFailure_isWhatTheCallerCanDo(Status.Code code, String reason, String kind) {
    assertThat(failWith(FakeServer.error(code, reason)).getClass().getSimpleName()).isEqualTo(kind);
  }

  @Test
  void server_away_isToldFromAServerThatDecided() {
    assertThat(failWith(Status.UNAVAILABLE.asRuntimeException()))
        .isInstanceOfSatisfying(
            AdmiralException.Unavailable.class, e -> assertThat(e.isAway()).isTrue());
    assertThat(failWith(FakeServer.error(Status.Code.UNAVAILABLE, "SERVER_DRAINING")))
        .isInstanceOfSatisfying(
            AdmiralException.Unavailable.class, e -> assertThat(e.isAway()).isTrue());
    assertThat(failWith(FakeServer.error(Status.Code.UNAVAILABLE, "PROVIDER_FAILED")))
        .isInstanceOfSatisfying(
            AdmiralException.Unavailable.class, e -> assertThat(e.isAway()).isFalse());
  }

  @Test
  void reason_ofNewerServer_keepsItsName() {
    AdmiralException e = failWith(FakeServer.error(Status.Code.ABORTED, "MOON_FULL"));
    assertThat(e.reason()).isEqualTo(ErrorReason.UNRECOGNIZED);
    assertThat(e.reasonName()).isEqualTo("MOON_FULL");
  }

  @Test
  void reason_ofOtherDomain_isNotTakenForOurs() {
    AdmiralException e =
        failWith(
            StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.NOT_FOUND.value())
                    .setMessage("elsewhere")
                    .addDetails(
                        Any.pack(
                            ErrorInfo.newBuilder()
                                .setDomain("proxy.example")
                                .setReason("CACHE_MISS")
                                .build()))
                    .build()));
    assertThat(e.reason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    assertThat(e.reasonName()).isEmpty();
    assertThat(e).hasMessage("elsewhere");
  }

  @Test
  void details_sentWithError_areTyped() {
    BadRequest.FieldViolation field =
        BadRequest.FieldViolation.newBuilder().setField("prompt.messages").build();
    QuotaFailure.Violation quota =
        QuotaFailure.Violation.newBuilder().setSubject("agent:triage-1").build();
    RetryInfo.Builder wait = RetryInfo.newBuilder();
    wait.getRetryDelayBuilder().setSeconds(1).setNanos(500_000_000);
    AdmiralException e =
        failWith(
            FakeServer.error(
                Status.Code.RESOURCE_EXHAUSTED,
                "RATE_LIMITED",
                BadRequest.newBuilder().addFieldViolations(field).build(),
                QuotaFailure.newBuilder().addViolations(quota).build(),
                wait.build()));
    assertThat(e.violations()).containsExactly(field);
    assertThat(e.quotaViolations()).containsExactly(quota);
    assertThat(e.retryAfter()).contains(Duration.ofMillis(1500));
  }

  @Test
  void status_withoutDetails_keepsCodeAndMessage() {
    AdmiralException e =
        failWith(Status.PERMISSION_DENIED.withDescription("not you").asRuntimeException());
    assertThat(e.reason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    assertThat(e.reasonName()).isEmpty();
    assertThat(e.code()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(e).hasMessage("not you");
    assertThat(e.retryAfter()).isEmpty();
  }

  @Test
  void details_garbled_leaveTheStatus() {
    Any garbled =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.rpc.ErrorInfo")
            .setValue(ByteString.copyFromUtf8("\u0007garbled"))
            .build();
    AdmiralException e =
        failWith(
            StatusProto.toStatusRuntimeException(
                com.google.rpc.Status.newBuilder()
                    .setCode(Status.Code.INTERNAL.value())
                    .setMessage("broken inside")
                    .addDetails(garbled)
                    .build()));
    assertThat(e.code()).isEqualTo(Status.Code.INTERNAL);
    assertThat(e).hasMessage("broken inside");
  }

  @Test
  void status_thatIsNone_leavesCodeAndMessage() {
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        new byte[] {7, 7, 7});
    AdmiralException e =
        failWith(Status.NOT_FOUND.withDescription("no such").asRuntimeException(trailers));
    assertThat(e.code()).isEqualTo(Status.Code.NOT_FOUND);
    assertThat(e).hasMessage("no such");
  }

  @Test
  void status_whoseCodeWasChangedOnItsWay_keepsItsDetails() {
    Metadata trailers =
        FakeServer.error(Status.Code.UNAVAILABLE, "NO_PROVIDER_AVAILABLE").getTrailers();
    AdmiralException e = failWith(Status.INTERNAL.asRuntimeException(trailers));
    assertThat(e.code()).isEqualTo(Status.Code.INTERNAL);
    assertThat(e.reasonName()).isEqualTo("NO_PROVIDER_AVAILABLE");
  }

  @Test
  void wait_beyondAllSense_isALongOne() {
    RetryInfo.Builder wait = RetryInfo.newBuilder();
    wait.getRetryDelayBuilder().setSeconds(Long.MAX_VALUE).setNanos(Integer.MAX_VALUE);
    AdmiralException e =
        failWith(FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", wait.build()));
    assertThat(e.retryAfter()).hasValueSatisfying(asked -> assertThat(asked).isPositive());
  }

  @Test
  void failure_writtenAndReadAgain_isTheSame() throws Exception {
    RetryInfo.Builder wait = RetryInfo.newBuilder();
    wait.getRetryDelayBuilder().setSeconds(2);
    AdmiralException e =
        failWith(FakeServer.error(Status.Code.RESOURCE_EXHAUSTED, "RATE_LIMITED", wait.build()));
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(written)) {
      out.writeObject(e);
    }
    AdmiralException read;
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(written.toByteArray()))) {
      read = (AdmiralException) in.readObject();
    }
    assertThat(read).isInstanceOf(AdmiralException.LimitReached.class).hasMessage(e.getMessage());
    assertThat(read.reason()).isEqualTo(ErrorReason.ERROR_REASON_RATE_LIMITED);
    assertThat(read.retryAfter()).contains(Duration.ofSeconds(2));
    assertThat(read.metadata()).isEqualTo(e.metadata());
  }

  @Test
  void method_unknownToServer_isNotImplemented() {
    AdmiralException e = catchThrowableOfType(AdmiralException.class, client::stats);
    assertThat(e.reason()).isEqualTo(ErrorReason.ERROR_REASON_NOT_IMPLEMENTED);
  }

  @Test
  void server_absent_isNamedInOneSentence() {
    int port = server.port();
    server.stop();
    AdmiralException e =
        catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
    assertThat(e.code()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(e.reason()).isEqualTo(ErrorReason.ERROR_REASON_UNSPECIFIED);
    assertThat(e)
        .hasMessageStartingWith("Admiral at 127.0.0.1:" + port + " cannot be reached: ")
        .hasMessageContaining("refused");
  }

  @Test
  void host_unknown_isNamedInOneSentence() {
    try (AdmiralClient lost =
        AdmiralClient.builder()
            .address("nowhere.invalid:1")
            .plaintextBeyondLoopback()
            .retry(RetryPolicy.NONE)
            .build()) {
      AdmiralException e = catchThrowableOfType(AdmiralException.class, lost::health);
      assertThat(e)
          .hasMessage(
              "Admiral at nowhere.invalid:1 cannot be reached: no such host: nowhere.invalid");
    }
  }

  @Test
  void future_failed_holdsTheSameType() {
    server.onComplete =
        (request, answer) -> answer.onError(FakeServer.error(Status.Code.NOT_FOUND, "CACHE_MISS"));
    CompletionException e =
        catchThrowableOfType(
            CompletionException.class,
            () -> client.completeAsync(CompleteRequest.getDefaultInstance()).join());
    assertThat(e).hasCauseInstanceOf(AdmiralException.class);
  }

  @Test
  void stackTrace_ofBlockingCall_showsTheCaller() {
    AdmiralException e = failWith(FakeServer.error(Status.Code.NOT_FOUND, "CACHE_MISS"));
    assertThat(e.getStackTrace())
        .anyMatch(frame -> frame.getClassName().equals(ErrorsTest.class.getName()));
  }

  private CompletionStream stream() {
    return client.stream(Prompts.of("fast", "hi"));
  }

  private AdmiralException failWith(StatusRuntimeException error) {
    server.onComplete = (request, answer) -> answer.onError(error);
    return catchThrowableOfType(AdmiralException.class, () -> client.ask("fast", "hi"));
  }
}
