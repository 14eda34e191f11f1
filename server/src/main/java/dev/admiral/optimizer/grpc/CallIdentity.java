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

/** Says whose key a call came with, or refuses it. */
final class CallIdentity implements ServerInterceptor {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> AGENT =
      Metadata.Key.of("admiral-agent", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";
  private static final Context.Key<Sender> SENDER = Context.key("admiral-sender");

  private final Keys keys;

  CallIdentity(Keys keys) {
    this.keys = keys;
  }

  /**
   * Who sends the call of the current context.
   *
   * @param identity whose key it came with
   * @param agent the agent named in the metadata, empty if none was
   */
  record Sender(Identity identity, String agent) {}

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
    Context context =
        Context.current().withValue(SENDER, new Sender(identity.get(), agent == null ? "" : agent));
    return Contexts.interceptCall(context, call, headers, next);
  }
}
