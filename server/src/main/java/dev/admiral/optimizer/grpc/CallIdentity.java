package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says whose key a call came with, or refuses it. */
final class CallIdentity implements ServerInterceptor {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> AGENT =
      Metadata.Key.of("admiral-agent", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";
  private static final Context.Key<Sender> SENDER = Context.key("admiral-sender");

  private static final Metadata.Key<String> TRACE_PARENT =
      Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);

  private final Keys keys;
  private final boolean traced;

  /**
   * @param traced true if callers' own traces are of interest
   */
  CallIdentity(Keys keys, boolean traced) {
    this.keys = keys;
    this.traced = traced;
  }

  /**
   * Who sends the call of the current context.
   *
   * @param identity whose key it came with
   * @param agent the agent named in the metadata, empty if none was
   * @param traceParent its place in its own trace; null if it gave none or calls are not traced
   */
  record Sender(Identity identity, String agent, @Nullable String traceParent) {}

  /** Returns the sender of the current call. */
  static Sender sender() {
    return Objects.requireNonNull(SENDER.get(), "no call is being handled on this thread");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String authorization = headers.get(AUTHORIZATION);
    String bearer =
        authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? authorization.substring(BEARER.length()).strip()
            : null;
    Optional<Identity> identity = keys.authenticate(bearer);
    if (identity.isEmpty()) {
      StatusRuntimeException refusal =
          Statuses.of(
              ErrorReason.ERROR_REASON_KEY_INVALID,
              bearer == null
                  ? "no key was sent; send the metadata 'authorization: Bearer KEY'"
                  : "the key is not known to this server; check it, or ask the operator for one");
      Metadata trailers = refusal.getTrailers();
      call.close(refusal.getStatus(), trailers == null ? new Metadata() : trailers);
      return new ServerCall.Listener<>() {};
    }
    String agent = headers.get(AGENT);
    Sender sender =
        new Sender(
            identity.get(), agent == null ? "" : agent, traced ? headers.get(TRACE_PARENT) : null);
    Context context = Context.current().withValue(SENDER, sender);
    return Contexts.interceptCall(context, call, headers, next);
  }
}
