package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.front.Bearer;
import dev.admiral.optimizer.front.Sender;
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

  /** Returns the sender of the current call. */
  static Sender sender() {
    return Objects.requireNonNull(SENDER.get(), "no call is being handled on this thread");
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String bearer = Bearer.key(headers.get(AUTHORIZATION));
    Optional<Identity> identity = keys.authenticate(bearer);
    if (identity.isEmpty()) {
      StatusRuntimeException refusal =
          Statuses.of(Bearer.refusal(bearer, "the metadata 'authorization: Bearer KEY'"));
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
