package dev.admiral.optimizer.grpc;

import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.report.Protos;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Failures as gRPC statuses, as the contract's ErrorReason describes them. */
final class Statuses {
  static final String DOMAIN = "optimizer.admiral.dev";
  private static final String PREFIX = "ERROR_REASON_";

  // What a failure may take of the trailers, in bytes of header. Many clients and proxies refuse
  // headers of more than 8 KiB, and the message goes out twice: once by itself, once, in base64,
  // among the details.
  private static final int ESCAPED_CHARACTER = 9;
  private static final String CUT = " ...";
  private static final int MESSAGE_BYTES = 1_500;
  private static final int METADATA_VALUE_BYTES = 300;
  private static final int VIOLATION_BYTES = 500;
  private static final int VIOLATIONS_BYTES = 2_000;

  private Statuses() {}

  static StatusRuntimeException of(Failure failure) {
    Status.Builder status =
        Status.newBuilder()
            .setCode(code(failure.reason()).getNumber())
            .setMessage(cut(failure.message(), MESSAGE_BYTES))
            .addDetails(
                Any.pack(
                    ErrorInfo.newBuilder()
                        .setDomain(DOMAIN)
                        .setReason(failure.reason().name().substring(PREFIX.length()))
                        .putAllMetadata(metadata(failure))
                        .build()));
    Duration wait = failure.retryAfter();
    if (wait != null) {
      status.addDetails(
          Any.pack(RetryInfo.newBuilder().setRetryDelay(Protos.duration(wait)).build()));
    }
    switch (failure) {
      case Failure.Invalid invalid -> status.addDetails(Any.pack(badRequest(invalid.violations())));
      case Failure.Inexpressible inexpressible ->
          status.addDetails(
              Any.pack(
                  badRequest(
                      List.of(
                          new Failure.Violation(inexpressible.field(), inexpressible.message())))));
      case Failure.LimitReached limit ->
          status.addDetails(
              Any.pack(
                  QuotaFailure.newBuilder()
                      .addViolations(
                          QuotaFailure.Violation.newBuilder()
                              .setSubject(limit.subject())
                              .setQuotaMetric(limit.metadata().getOrDefault("metric", ""))
                              .setDescription(limit.limit()))
                      .build()));
      default -> {}
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  static StatusRuntimeException of(ErrorReason reason, String message) {
    return of(new Failure.Refused(reason, message));
  }

  static StatusRuntimeException invalid(String field, String description) {
    return of(Failure.Invalid.of(field, description));
  }

  private static Map<String, String> metadata(Failure failure) {
    Map<String, String> metadata = new LinkedHashMap<>();
    failure.metadata().forEach((key, value) -> metadata.put(key, cut(value, METADATA_VALUE_BYTES)));
    Duration wait = failure.retryAfter();
    if (wait != null) {
      metadata.put("retryAfterMillis", Long.toString(Math.max(1, wait.toMillis())));
    }
    return metadata;
  }

  /** Names the fields at fault, as many as there is room for. */
  private static BadRequest badRequest(List<Failure.Violation> violations) {
    BadRequest.Builder badRequest = BadRequest.newBuilder();
    int left = VIOLATIONS_BYTES;
    for (Failure.Violation violation : violations) {
      BadRequest.FieldViolation told =
          BadRequest.FieldViolation.newBuilder()
              .setField(cut(violation.field(), METADATA_VALUE_BYTES))
              .setDescription(cut(violation.description(), VIOLATION_BYTES))
              .build();
      left -= told.getSerializedSize();
      if (left < 0) {
        break;
      }
      badRequest.addFieldViolations(told);
    }
    return badRequest.build();
  }

  /** Returns a text, or as much of its beginning as fits into a header, marked as cut. */
  private static String cut(String text, int headerBytes) {
    if (text.length() * ESCAPED_CHARACTER <= headerBytes) {
      return text;
    }
    int left = headerBytes;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      left -= headerBytes(codePoint);
      if (left < 0) {
        return text.substring(0, end) + CUT;
      }
      end += Character.charCount(codePoint);
    }
    return text;
  }

  /** Visible ASCII goes as it is; every byte of the rest takes three. */
  private static int headerBytes(int codePoint) {
    if (codePoint >= 0x20 && codePoint < 0x7f && codePoint != '%') {
      return 1;
    }
    return 3 * (codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4);
  }

  static Code code(ErrorReason reason) {
    return switch (reason) {
      case ERROR_REASON_CALL_INVALID,
          ERROR_REASON_CALL_TOO_LARGE,
          ERROR_REASON_REQUEST_ID_REUSED,
          ERROR_REASON_PROVIDER_CALL_INVALID,
          ERROR_REASON_CONTEXT_TOO_LONG,
          ERROR_REASON_PROVIDER_CALL_TOO_LARGE ->
          Code.INVALID_ARGUMENT;
      case ERROR_REASON_MODEL_UNKNOWN,
          ERROR_REASON_CACHE_MISS,
          ERROR_REASON_PROVIDER_MODEL_UNKNOWN,
          ERROR_REASON_NOT_FOUND ->
          Code.NOT_FOUND;
      case ERROR_REASON_KEY_INVALID -> Code.UNAUTHENTICATED;
      case ERROR_REASON_NOT_PERMITTED -> Code.PERMISSION_DENIED;
      case ERROR_REASON_RATE_LIMITED,
          ERROR_REASON_CONCURRENCY_LIMITED,
          ERROR_REASON_BUDGET_EXHAUSTED,
          ERROR_REASON_READER_TOO_SLOW,
          ERROR_REASON_PROVIDER_RATE_LIMITED ->
          Code.RESOURCE_EXHAUSTED;
      case ERROR_REASON_NO_PROVIDER_AVAILABLE,
          ERROR_REASON_SERVER_DRAINING,
          ERROR_REASON_PROVIDER_OVERLOADED,
          ERROR_REASON_PROVIDER_FAILED,
          ERROR_REASON_PROVIDER_UNREACHABLE,
          ERROR_REASON_PROVIDER_MALFORMED,
          ERROR_REASON_STREAM_BROKEN,
          ERROR_REASON_STORE_UNAVAILABLE ->
          Code.UNAVAILABLE;
      case ERROR_REASON_DEADLINE_EXCEEDED, ERROR_REASON_PROVIDER_TIMEOUT -> Code.DEADLINE_EXCEEDED;
      case ERROR_REASON_CALL_CANCELLED -> Code.CANCELLED;
      case ERROR_REASON_NOT_IMPLEMENTED -> Code.UNIMPLEMENTED;
      case ERROR_REASON_PROVIDER_REFUSED,
          ERROR_REASON_PROVIDER_QUOTA_EXHAUSTED,
          ERROR_REASON_PROVIDER_KEY_INVALID,
          ERROR_REASON_PROVIDER_NOT_PERMITTED,
          ERROR_REASON_COST_LIMIT ->
          Code.FAILED_PRECONDITION;
      case ERROR_REASON_INTERNAL, ERROR_REASON_UNSPECIFIED, UNRECOGNIZED -> Code.INTERNAL;
    };
  }
}
