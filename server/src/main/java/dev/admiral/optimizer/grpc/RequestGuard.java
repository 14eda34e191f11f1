package dev.admiral.optimizer.grpc;

import com.google.protobuf.Message;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Answers requests that are too large, that are no messages of the contract (broken encoding, text
 * that is not UTF-8), or that are messages of an older form of it, with the contract's own errors.
 * The transport alone would end them with an unexplained status.
 */
final class RequestGuard {
  private final int limitBytes;

  /**
   * @param limitBytes largest request taken; the transport's own limit must be higher, so that this
   *     one speaks first
   */
  RequestGuard(int limitBytes) {
    this.limitBytes = limitBytes;
  }

  ServerServiceDefinition guard(ServerServiceDefinition service) {
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    for (ServerMethodDefinition<?, ?> method : service.getMethods()) {
      methods.add(guard(method));
    }
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(service.getServiceDescriptor().getName())
            .setSchemaDescriptor(service.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder guarded = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(guarded::addMethod);
    return guarded.build();
  }

  private <Q, A> ServerMethodDefinition<Q, A> guard(ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> descriptor = method.getMethodDescriptor();
    Requests<Q> requests =
        new Requests<>((PrototypeMarshaller<Q>) descriptor.getRequestMarshaller());
    ServerCallHandler<Q, A> handler = method.getServerCallHandler();
    return ServerMethodDefinition.create(
        descriptor.toBuilder().setRequestMarshaller(requests).build(),
        (call, headers) -> new Guarded<>(handler.startCall(call, headers), call, requests));
  }

  /**
   * Reads requests; what cannot be read becomes a stand-in that {@link Guarded} knows by identity.
   */
  private final class Requests<Q> implements PrototypeMarshaller<Q> {
    private final PrototypeMarshaller<Q> messages;
    private final Q malformed;
    private final Q tooLarge;

    Requests(PrototypeMarshaller<Q> messages) {
      this.messages = messages;
      this.malformed = standIn();
      this.tooLarge = standIn();
    }

    @SuppressWarnings("unchecked") // A message's builder builds messages of its own type.
    private Q standIn() {
      Message prototype = (Message) Objects.requireNonNull(messages.getMessagePrototype());
      return (Q) prototype.newBuilderForType().build();
    }

    @Override
    public Q parse(InputStream stream) {
      try {
        if (!(stream instanceof KnownLength)) {
          return messages.parse(new Bounded(stream, limitBytes));
        }
        return stream.available() > limitBytes ? tooLarge : messages.parse(stream);
      } catch (StatusRuntimeException e) {
        return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED ? tooLarge : malformed;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public InputStream stream(Q value) {
      return messages.stream(value);
    }

    @Override
    public Class<Q> getMessageClass() {
      return messages.getMessageClass();
    }

    @Override
    public Q getMessagePrototype() {
      return Objects.requireNonNull(messages.getMessagePrototype());
    }
  }

  /**
   * A request whose length shows only as it is unpacked. Past the limit it fails as the transport's
   * own streams do past theirs.
   */
  private static final class Bounded extends InputStream {
    private final InputStream stream;
    private long left;

    Bounded(InputStream stream, int limitBytes) {
      this.stream = stream;
      this.left = limitBytes;
    }

    @Override
    public int read() throws IOException {
      int read = stream.read();
      if (read >= 0) {
        taken(1);
      }
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = stream.read(bytes, offset, length);
      taken(Math.max(0, count));
      return count;
    }

    private void taken(int count) {
      left -= count;
      if (left < 0) {
        throw Status.RESOURCE_EXHAUSTED.asRuntimeException();
      }
    }
  }

  private final class Guarded<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final Requests<Q> requests;
    private boolean refused;

    Guarded(ServerCall.Listener<Q> handler, ServerCall<Q, ?> call, Requests<Q> requests) {
      super(handler);
      this.call = call;
      this.requests = requests;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // Marks, told by which object they are.
    public void onMessage(Q message) {
      if (message == requests.tooLarge) {
        refuse(
            new Failure.TooLarge(
                "the call is larger than the "
                    + limitBytes
                    + " bytes this server takes; send less, or raise grpc.max_request_bytes",
                limitBytes));
      } else if (message == requests.malformed) {
        refuse(
            new Failure.Refused(
                ErrorReason.ERROR_REASON_CALL_INVALID,
                "the request is not a message of this contract: its encoding is broken, or a text"
                    + " in it is not UTF-8"));
      } else if (isOfOlderContract((Message) message)) {
        refuse(
            new Failure.Refused(
                ErrorReason.ERROR_REASON_CALL_INVALID,
                "the client speaks an older form of the contract admiral.optimizer.v1 than this"
                    + " server: the request's fields are at numbers of before version 0.1; use a"
                    + " client, or code generated from the contract, of this server's version"));
      } else {
        super.onMessage(message);
      }
    }

    /** Old numbers are reserved and never given to a new field: whoever sends one is old. */
    private static boolean isOfOlderContract(Message request) {
      Map<Integer, ?> unknown = request.getUnknownFields().asMap();
      if (unknown.isEmpty()) {
        return false;
      }
      return unknown.keySet().stream().anyMatch(request.getDescriptorForType()::isReservedNumber);
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }

    private void refuse(Failure failure) {
      refused = true;
      StatusRuntimeException status = Statuses.of(failure);
      Metadata trailers = status.getTrailers();
      call.close(status.getStatus(), trailers == null ? new Metadata() : trailers);
    }
  }
}
