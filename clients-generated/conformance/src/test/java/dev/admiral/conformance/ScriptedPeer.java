package dev.admiral.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.google.rpc.QuotaFailure;
import com.google.rpc.RetryInfo;
import io.grpc.Grpc;
import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.TlsServerCredentials;
import io.grpc.protobuf.StatusProto;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * A server that does as a case tells it, for what a live server cannot be made to do on demand, and
 * keeps what it saw.
 *
 * <p>It knows the contract by reflection only: every method is taken, bytes in and bytes out, so
 * that it can send what no contract of today contains. The n-th call, of whatever method, gets the
 * n-th reply of the script; the last reply is for all further calls. A reply is
 *
 * <pre>{"messages": [{…}, {"$raw": "base64"}], "error": {…}}</pre>
 *
 * <p>where each message is JSON of the method's answer, or bytes as they are. Then the call ends
 * with the error if there is one, with {@code "hang": true} not at all, else well. An error has the
 * {@code code} and {@code message} of the status; {@code reason}, {@code metadata}, {@code
 * retryAfterMillis}, {@code fields} and {@code quota} become the details the contract lays down,
 * and without a reason it has none, as from a proxy.
 *
 * <p>What it saw is an array of calls in the order of their arrival: {@code method}, {@code
 * metadata}, {@code request}, and {@code cancelled} if the caller left.
 */
final class ScriptedPeer implements Endpoint {
  private static final String DOMAIN = "optimizer.admiral.dev";
  private static final int MAX_REQUEST_BYTES = 64 << 20;

  private static final Template FILL = new Template(Map.of());

  private final List<JsonNode> script;
  private final ArrayNode seen = Contract.JSON.createArrayNode();
  private final Server server;

  private ScriptedPeer(List<JsonNode> script, ServerCredentials credentials) {
    this.script = script;
    try {
      server =
          Grpc.newServerBuilderForPort(0, credentials)
              .fallbackHandlerRegistry(new EveryMethod())
              .maxInboundMessageSize(MAX_REQUEST_BYTES)
              .build()
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ScriptedPeer start(List<JsonNode> script) {
    return new ScriptedPeer(script, InsecureServerCredentials.create());
  }

  static ScriptedPeer startTls(List<JsonNode> script, Certificates certificates) {
    try {
      return new ScriptedPeer(
          script,
          TlsServerCredentials.create(
              certificates.certificate().toFile(), certificates.key().toFile()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return server.getPort();
  }

  @Override
  public String address() {
    return "127.0.0.1:" + port();
  }

  /** Returns what it saw. */
  JsonNode seen() {
    synchronized (seen) {
      return seen.deepCopy();
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class EveryMethod extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<byte[], byte[]> lookupMethod(String name, String authority) {
      return ServerMethodDefinition.create(
          MethodDescriptor.<byte[], byte[]>newBuilder()
              .setType(MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(name)
              .setRequestMarshaller(Bytes.INSTANCE)
              .setResponseMarshaller(Bytes.INSTANCE)
              .build(),
          new Answer(name));
    }
  }

  private final class Answer implements ServerCallHandler<byte[], byte[]> {
    private final String method;

    Answer(String method) {
      this.method = method;
    }

    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      ObjectNode record = Contract.JSON.createObjectNode();
      record.put("method", method.substring(method.lastIndexOf('.') + 1));
      record.set("metadata", texts(headers));
      JsonNode reply;
      synchronized (seen) {
        reply = script.get(Math.min(seen.size(), script.size() - 1));
        seen.add(record);
      }
      call.request(1);
      return new ServerCall.Listener<>() {
        @Override
        public void onMessage(byte[] message) {
          synchronized (seen) {
            record.set("request", Contract.json(Contract.method(method).request(), message));
          }
          answer(call, reply);
        }

        @Override
        public void onCancel() {
          synchronized (seen) {
            record.put("cancelled", true);
          }
        }
      };
    }

    private void answer(ServerCall<byte[], byte[]> call, JsonNode reply) {
      call.sendHeaders(new Metadata());
      for (JsonNode message : reply.path("messages")) {
        call.sendMessage(Contract.bytes(Contract.method(method).response(), FILL.fill(message)));
      }
      if (reply.has("error")) {
        JsonNode error = reply.get("error");
        Metadata trailers = new Metadata();
        Status status =
            Status.fromCode(Status.Code.valueOf(error.get("code").asText()))
                .withDescription(error.path("message").asText());
        if (error.has("reason")) {
          trailers = StatusProto.toStatusRuntimeException(details(status, error)).getTrailers();
        }
        call.close(status, trailers == null ? new Metadata() : trailers);
      } else if (!reply.path("hang").asBoolean()) {
        call.close(Status.OK, new Metadata());
      }
    }
  }

  private static com.google.rpc.Status details(Status status, JsonNode error) {
    com.google.rpc.Status.Builder rich =
        com.google.rpc.Status.newBuilder()
            .setCode(status.getCode().value())
            .setMessage(error.path("message").asText());
    ErrorInfo.Builder info =
        ErrorInfo.newBuilder()
            .setReason(error.get("reason").asText())
            .setDomain(error.path("domain").asText(DOMAIN));
    error
        .path("metadata")
        .properties()
        .forEach(member -> info.putMetadata(member.getKey(), member.getValue().asText()));
    if (error.has("retryAfterMillis")) {
      long millis = error.get("retryAfterMillis").asLong();
      RetryInfo.Builder retry = RetryInfo.newBuilder();
      retry
          .getRetryDelayBuilder()
          .setSeconds(millis / 1_000)
          .setNanos((int) (millis % 1_000) * 1_000_000);
      rich.addDetails(Any.pack(retry.build()));
    }
    BadRequest.Builder bad = BadRequest.newBuilder();
    error.path("fields").forEach(field -> bad.addFieldViolationsBuilder().setField(field.asText()));
    if (bad.getFieldViolationsCount() > 0) {
      rich.addDetails(Any.pack(bad.build()));
    }
    QuotaFailure.Builder quota = QuotaFailure.newBuilder();
    error
        .path("quota")
        .forEach(subject -> quota.addViolationsBuilder().setSubject(subject.asText()));
    if (quota.getViolationsCount() > 0) {
      rich.addDetails(Any.pack(quota.build()));
    }
    return rich.addDetails(0, Any.pack(info.build())).build();
  }

  private static ObjectNode texts(Metadata headers) {
    ObjectNode texts = Contract.JSON.createObjectNode();
    for (String name : headers.keys()) {
      if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        texts.put(name, headers.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER)));
      }
    }
    return texts;
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
