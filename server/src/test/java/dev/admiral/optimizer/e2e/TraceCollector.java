package dev.admiral.optimizer.e2e;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/**
 * A collector of traces that speaks OTLP over HTTP and gRPC. What comes is decoded by the numbers
 * of the published schema, without a library's help.
 */
final class TraceCollector implements AutoCloseable {
  static final int INTERNAL = 1;
  static final int SERVER = 2;
  static final int CLIENT = 3;
  static final int ERROR = 2;

  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<ByteString> exports = new CopyOnWriteArrayList<>();
  private final List<String> keys = new CopyOnWriteArrayList<>();
  private final HttpServer http;
  private final Server grpc;
  private volatile int status = 200;
  private volatile CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);

  /** A span as it came; attributes of lists are the text of their first element. */
  record Span(
      String traceId,
      String spanId,
      String parentId,
      String name,
      int kind,
      long startNanos,
      long endNanos,
      Map<String, Object> attributes,
      int status,
      String service) {}

  private TraceCollector() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/v1/traces", this::take);
    http.start();
    MethodDescriptor<byte[], byte[]> export =
        MethodDescriptor.newBuilder(new Bytes(), new Bytes())
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName("opentelemetry.proto.collector.trace.v1.TraceService/Export")
            .build();
    grpc =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder(
                        "opentelemetry.proto.collector.trace.v1.TraceService")
                    .addMethod(
                        export,
                        ServerCalls.asyncUnaryCall((request, reply) -> {
                          decode(ByteString.copyFrom(request));
                          reply.onNext(new byte[0]);
                          reply.onCompleted();
                        }))
                    .build())
            .build()
            .start();
  }

  static TraceCollector start() {
    try {
      return new TraceCollector();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the configuration that sends traces here. */
  String config(String more) {
    return "traces: {endpoint: 'http://127.0.0.1:%d'%s}\n"
        .formatted(http.getAddress().getPort(), more);
  }

  /** As {@link #config}, over gRPC. */
  String grpcConfig() {
    return "traces: {endpoint: 'http://127.0.0.1:%d', protocol: grpc}\n".formatted(grpc.getPort());
  }

  /** Answers with a status from now on. */
  void answerWith(int otherStatus) {
    status = otherStatus;
  }

  /** Answers nobody by HTTP until then. */
  void answerAfter(CompletableFuture<Void> then) {
    ready = then;
  }

  List<Span> spans() {
    return spans;
  }

  List<Span> spans(int kind) {
    return spans.stream().filter(span -> span.kind() == kind).toList();
  }

  /** Returns all that came, as it came. */
  List<ByteString> exports() {
    return exports;
  }

  /** Returns the values of the header 'authorization' that came. */
  List<String> keys() {
    return keys;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      if ("gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"))) {
        body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
      }
      ready.join();
      keys.addAll(exchange.getRequestHeaders().getOrDefault("authorization", List.of()));
      if (status == 200) {
        decode(ByteString.copyFrom(body));
      }
      exchange.sendResponseHeaders(status, -1);
    }
  }

  private void decode(ByteString export) {
    exports.add(export);
    for (UnknownFieldSet resourceSpans : messages(message(export), 1)) {
      String service =
          attributes(messages(resourceSpans, 1).getFirst(), 1).get("service.name").toString();
      for (UnknownFieldSet scopeSpans : messages(resourceSpans, 2)) {
        messages(scopeSpans, 2).forEach(span -> spans.add(span(span, service)));
      }
    }
  }

  private static Span span(UnknownFieldSet span, String service) {
    return new Span(
        hex(span, 1),
        hex(span, 2),
        hex(span, 4),
        text(span, 5),
        (int) number(span, 6),
        span.getField(7).getFixed64List().getFirst(),
        span.getField(8).getFixed64List().getFirst(),
        attributes(span, 9),
        span.hasField(15) ? (int) number(messages(span, 15).getFirst(), 3) : 0,
        service);
  }

  private static Map<String, Object> attributes(UnknownFieldSet of, int field) {
    Map<String, Object> attributes = new TreeMap<>();
    for (UnknownFieldSet attribute : messages(of, field)) {
      attributes.put(text(attribute, 1), value(messages(attribute, 2).getFirst()));
    }
    return attributes;
  }

  private static Object value(UnknownFieldSet value) {
    if (value.hasField(1)) {
      return text(value, 1);
    }
    if (value.hasField(2)) {
      return number(value, 2) == 1;
    }
    if (value.hasField(3)) {
      return number(value, 3);
    }
    if (value.hasField(4)) {
      return Double.longBitsToDouble(value.getField(4).getFixed64List().getFirst());
    }
    return text(messages(messages(value, 5).getFirst(), 1).getFirst(), 1);
  }

  private static UnknownFieldSet message(ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<UnknownFieldSet> messages(UnknownFieldSet of, int field) {
    return of.getField(field).getLengthDelimitedList().stream()
        .map(TraceCollector::message)
        .toList();
  }

  private static String text(UnknownFieldSet of, int field) {
    List<ByteString> found = of.getField(field).getLengthDelimitedList();
    return found.isEmpty() ? "" : found.getFirst().toStringUtf8();
  }

  private static String hex(UnknownFieldSet of, int field) {
    List<ByteString> found = of.getField(field).getLengthDelimitedList();
    return found.isEmpty() ? "" : HexFormat.of().formatHex(found.getFirst().toByteArray());
  }

  private static long number(UnknownFieldSet of, int field) {
    List<Long> found = of.getField(field).getVarintList();
    return found.isEmpty() ? 0 : found.getFirst();
  }

  @Override
  public void close() {
    http.stop(0);
    grpc.shutdownNow();
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] bytes) {
      return new ByteArrayInputStream(bytes);
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
