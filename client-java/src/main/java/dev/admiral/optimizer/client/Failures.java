package dev.admiral.optimizer.client;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import dev.admiral.optimizer.client.AdmiralException.Details;
import dev.admiral.optimizer.client.AdmiralException.Failure;
import dev.admiral.optimizer.v1.BatchFailure;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Metadata;
import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads failures: what the server said, or, where no server spoke, what happened on the way in
 * words for people, since those of the transport are for engineers.
 */
final class Failures {
  private static final String DOMAIN = "optimizer.admiral.dev";
  private static final String NOT_HTTP2 = "First received frame was not SETTINGS";
  private static final Metadata.Key<byte[]> DETAILS =
      Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER);

  /** Some 68 years: what a server may ask for, and a count of nanoseconds can hold. */
  private static final long LONGEST_WAIT_SECONDS = Integer.MAX_VALUE;

  private static final String PREFIX = "ERROR_REASON_";

  private Failures() {}

  /** Makes a failure that this client found by itself. */
  static AdmiralException of(ErrorReason reason, Status.Code code, String message) {
    return AdmiralException.of(
        new Failure(message, null, reason, shortName(reason), code, Details.NONE));
  }

  static AdmiralException cancelled(String message) {
    return of(ErrorReason.ERROR_REASON_CALL_CANCELLED, Status.Code.CANCELLED, message);
  }

  /** A stream that ends well without its last event has failed all the same. */
  static AdmiralException unfinished() {
    return of(
        ErrorReason.ERROR_REASON_STREAM_BROKEN,
        Status.Code.UNAVAILABLE,
        "The stream ended before the answer was complete.");
  }

  /** Reads the failure of one call of a batch. */
  static AdmiralException of(BatchFailure failure) {
    return of(
        failure.getReason(),
        Status.fromCodeValue(failure.getCode()).getCode(),
        failure.getMessage());
  }

  /** Reads the failure of a call to the server called {@code target}. */
  static AdmiralException of(Status ended, @Nullable Metadata trailers, String target) {
    Status status = classified(ended);
    com.google.rpc.Status rich = rich(trailers);
    ErrorInfo info =
        details(rich, ErrorInfo.class)
            .filter(told -> told.getDomain().equals(DOMAIN))
            .findFirst()
            .orElse(ErrorInfo.getDefaultInstance());
    Details details =
        new Details(
            details(rich, RetryInfo.class).findFirst().map(Failures::duration).orElse(null),
            details(rich, BadRequest.class)
                .findFirst()
                .map(BadRequest::getFieldViolationsList)
                .orElse(List.of()),
            details(rich, QuotaFailure.class)
                .findFirst()
                .map(QuotaFailure::getViolationsList)
                .orElse(List.of()),
            info.getMetadataMap());
    boolean told = !info.getReason().isEmpty();
    ErrorReason reason = told ? named(info.getReason()) : implied(status.getCode());
    return AdmiralException.of(
        new Failure(
            told ? told(status, rich) : describe(status, target),
            status.getCause(),
            reason,
            told ? info.getReason() : shortName(reason),
            status.getCode(),
            details));
  }

  /**
   * Reads what came beside the status. The code and the words of the status itself stand even if
   * this is garbled, or something on the way gave the call another code.
   */
  private static com.google.rpc.Status rich(@Nullable Metadata trailers) {
    byte[] details = trailers == null ? null : trailers.get(DETAILS);
    try {
      return com.google.rpc.Status.parseFrom(details == null ? new byte[0] : details);
    } catch (InvalidProtocolBufferException garbled) {
      return com.google.rpc.Status.getDefaultInstance();
    }
  }

  private static String told(Status status, com.google.rpc.Status rich) {
    return rich.getMessage().isEmpty() ? firstLine(status.getDescription()) : rich.getMessage();
  }

  /**
   * gRPC calls a connection that is lost in the moment of a write unknown; it passes as any other.
   */
  private static Status classified(Status status) {
    boolean lost =
        status.getCode() == Status.Code.UNKNOWN
            && causes(status).stream().anyMatch(ClosedChannelException.class::isInstance);
    return lost
        ? Status.UNAVAILABLE
            .withDescription("the connection was closed before an answer came.")
            .withCause(status.getCause())
        : status;
  }

  private static ErrorReason named(String name) {
    try {
      return ErrorReason.valueOf(PREFIX + name);
    } catch (IllegalArgumentException newer) {
      return ErrorReason.UNRECOGNIZED;
    }
  }

  private static ErrorReason implied(Status.Code code) {
    return switch (code) {
      case DEADLINE_EXCEEDED -> ErrorReason.ERROR_REASON_DEADLINE_EXCEEDED;
      case CANCELLED -> ErrorReason.ERROR_REASON_CALL_CANCELLED;
      case UNIMPLEMENTED -> ErrorReason.ERROR_REASON_NOT_IMPLEMENTED;
      default -> ErrorReason.ERROR_REASON_UNSPECIFIED;
    };
  }

  private static String shortName(ErrorReason reason) {
    return reason == ErrorReason.ERROR_REASON_UNSPECIFIED || reason == ErrorReason.UNRECOGNIZED
        ? ""
        : reason.name().substring(PREFIX.length());
  }

  private static String describe(Status status, String target) {
    String told = firstLine(status.getDescription());
    if (told.contains("unexpected EOS on") || told.contains("missing GRPC status")) {
      return "The answer of Admiral at "
          + target
          + " came without its end: something between this client and Admiral, such as a proxy,"
          + " does not pass on HTTP/2 trailers.";
    }
    if (String.valueOf(status.getDescription()).contains("invalid content-type")) {
      return cannotBeReached(target, notGrpc(" (" + told + ")"));
    }
    // A call that was waiting for the connection is told of it as a fault of the transport.
    if (deepest(status).contains(NOT_HTTP2)) {
      return cannotBeReached(target, way(status));
    }
    return switch (status.getCode()) {
      case UNAVAILABLE -> cannotBeReached(target, way(status));
      case DEADLINE_EXCEEDED -> "The deadline passed before Admiral at " + target + " answered.";
      case CANCELLED -> "The call was cancelled.";
      case UNIMPLEMENTED ->
          "Admiral at "
              + target
              + " does not know this method: "
              + told
              + ". It may be older than this client.";
      default -> told.isEmpty() ? deepest(status) : told;
    };
  }

  private static String cannotBeReached(String target, String why) {
    return "Admiral at " + target + " cannot be reached: " + why;
  }

  /** Says what is wrong with the way to the server. */
  private static String way(Status status) {
    List<Throwable> causes = causes(status);
    if (causes.stream().anyMatch(CertificateException.class::isInstance)
        || causes.stream().anyMatch(CertPathBuilderException.class::isInstance)) {
      return certificate(causes);
    }
    String deepest = deepest(status);
    if (deepest.contains(NOT_HTTP2)) {
      // The bytes of a TLS alert.
      return deepest.contains("bytes: 1503")
          ? "what answers there speaks TLS only; set it with tls(...)."
          : notGrpc("");
    }
    if (deepest.contains("not an SSL/TLS record")) {
      return "what answers there does not speak TLS; leave tls(...) out, or use the port that"
          + " does.";
    }
    if (deepest.contains("certificate_required")) {
      return "it asks clients for a certificate; give yours in Tls.withClientCertificate(...).";
    }
    if (deepest.contains("Network closed for unknown reason")
        || deepest.contains("Connection reset")) {
      return "the connection was closed before an answer came; if it speaks TLS only, set"
          + " tls(...).";
    }
    return deepest.equals("Connection refused")
        ? "connection refused; start it, or check the address."
        : deepest;
  }

  private static String notGrpc(String told) {
    return "what answers there does not speak gRPC"
        + told
        + "; is it Admiral's HTTP port, or a proxy? gRPC has a port of its own, 50051 unless"
        + " configured.";
  }

  private static String certificate(List<Throwable> causes) {
    Predicate<Throwable> stale =
        cause ->
            cause instanceof CertificateExpiredException
                || cause instanceof CertificateNotYetValidException;
    if (causes.stream().anyMatch(stale)) {
      return "its certificate has expired or is not valid yet; renew it, or set this clock right.";
    }
    if (causes.stream().anyMatch(CertPathBuilderException.class::isInstance)) {
      return "its certificate comes from an authority that is not trusted here; name the file of"
          + " that authority in Tls.trusting(...).";
    }
    return "its certificate is for another name ("
        + firstLine(causes.get(causes.size() - 1).getMessage())
        + "); connect by a name that it bears, or give one in Tls.withServerName(...).";
  }

  /** The words of the last cause that has any, which is where it began. */
  private static String deepest(Status status) {
    String words = firstLine(status.getDescription());
    for (Throwable cause : causes(status)) {
      words = cause.getMessage() == null ? words : firstLine(cause.getMessage());
    }
    return words.isEmpty() ? status.getCode().name() : words;
  }

  private static List<Throwable> causes(Status status) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = status.getCause(); t != null; t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }

  /** What follows are headers and bodies of whoever answered. */
  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  private static <T extends Message> Stream<T> details(
      com.google.rpc.Status status, Class<T> type) {
    return status.getDetailsList().stream()
        .filter(detail -> detail.is(type))
        .flatMap(detail -> unpack(detail, type).stream());
  }

  private static <T extends Message> Optional<T> unpack(Any detail, Class<T> type) {
    try {
      return Optional.of(detail.unpack(type));
    } catch (InvalidProtocolBufferException garbled) {
      // The status itself still stands.
      return Optional.empty();
    }
  }

  private static Duration duration(RetryInfo info) {
    var delay = info.getRetryDelay();
    long seconds = Math.max(0, Math.min(delay.getSeconds(), LONGEST_WAIT_SECONDS));
    return Duration.ofSeconds(seconds, delay.getNanos());
  }
}
