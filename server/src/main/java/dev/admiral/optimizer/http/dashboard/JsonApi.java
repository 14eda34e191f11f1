package dev.admiral.optimizer.http.dashboard;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.util.JsonFormat;
import dev.admiral.optimizer.front.CallFaults;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Exchange.Body;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.LedgerServiceGrpc;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.eclipse.jetty.util.Fields;

/**
 * Methods of the contract in JSON. What reads is asked by GET, its parameters being the fields of
 * the request by their JSON names; what changes something by POST with the request as body. Answers
 * are the contract's messages in protobuf's own mapping, zeros included; refusals are {@code
 * {"error": sentence}} with the status that says the same in HTTP.
 */
final class JsonApi {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer().alwaysPrintFieldsWithNoPresence().omittingInsignificantWhitespace();

  private final LocalCalls calls;
  private final Executor virtualThreads;
  private final int maxRequestBytes;
  private final Duration bodyTimeout;

  JsonApi(LocalCalls calls, Executor virtualThreads, int maxRequestBytes, Duration bodyTimeout) {
    this.calls = calls;
    this.virtualThreads = virtualThreads;
    this.maxRequestBytes = maxRequestBytes;
    this.bodyTimeout = bodyTimeout;
  }

  /** A parameter, or a body, that the contract cannot read. */
  private static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedException(String sentence) {
      super(sentence);
    }
  }

  /** Returns who answers which path. */
  Map<String, Endpoint> endpoints() {
    Map<String, Endpoint> endpoints = new HashMap<>();
    endpoints.put("/api/health", read(OptimizerServiceGrpc.getHealthMethod()));
    endpoints.put("/api/stats", read(OptimizerServiceGrpc.getStatsMethod()));
    endpoints.put("/api/models", read(OptimizerServiceGrpc.getListModelsMethod()));
    endpoints.put("/api/aliases", read(OptimizerServiceGrpc.getListAliasesMethod()));
    endpoints.put("/api/learning", read(OptimizerServiceGrpc.getLearningQueryMethod()));
    endpoints.put("/api/agents", read(FleetServiceGrpc.getListAgentsMethod()));
    endpoints.put("/api/agent", read(FleetServiceGrpc.getGetAgentMethod()));
    endpoints.put("/api/limits", read(FleetServiceGrpc.getListLimitsMethod()));
    endpoints.put("/api/report", read(LedgerServiceGrpc.getGetReportMethod()));
    endpoints.put("/api/entries", read(LedgerServiceGrpc.getListEntriesMethod()));
    endpoints.put("/api/calls", read(CallServiceGrpc.getListCallsMethod()));
    endpoints.put("/api/call", read(CallServiceGrpc.getGetCallMethod()));
    endpoints.put("/api/cache", read(CacheServiceGrpc.getGetMetricsMethod()));
    endpoints.put("/api/cache/invalidate", change(CacheServiceGrpc.getInvalidateCacheMethod()));
    return endpoints;
  }

  /** Returns a message in JSON. */
  static String json(MessageOrBuilder message) {
    try {
      return JSON.print(message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("a message of the contract has no JSON", e);
    }
  }

  private <Q extends Message, A extends Message> Endpoint read(MethodDescriptor<Q, A> method) {
    return exchange -> {
      if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
        exchange.reply(BrowserReplies.wrongMethod("GET"));
        return;
      }
      try {
        ask(exchange, method, request(method, exchange.query()));
      } catch (MalformedException e) {
        exchange.reply(BrowserReplies.error(400, String.valueOf(e.getMessage())));
      }
    };
  }

  private <Q extends Message, A extends Message> Endpoint change(MethodDescriptor<Q, A> method) {
    return exchange -> {
      String type = String.valueOf(exchange.header("content-type")).toLowerCase(Locale.ROOT);
      if (!exchange.method().equals("POST")) {
        exchange.reply(BrowserReplies.wrongMethod("POST"));
      } else if (!type.split(";", 2)[0].strip().equals(Reply.JSON)) {
        exchange.reply(
            BrowserReplies.error(415, "the body must be JSON; say content-type: " + Reply.JSON));
      } else {
        exchange.read(maxRequestBytes, bodyTimeout, body -> change(exchange, method, body));
      }
    };
  }

  private <Q extends Message, A extends Message> void change(
      Exchange exchange, MethodDescriptor<Q, A> method, Body body) {
    switch (body) {
      case Body.Whole(byte[] bytes) -> {
        try {
          ask(exchange, method, request(method, bytes));
        } catch (MalformedException e) {
          exchange.reply(BrowserReplies.error(400, String.valueOf(e.getMessage())));
        }
      }
      case Body.TooLarge(int limit) ->
          exchange.reply(
              BrowserReplies.error(
                  413, "the body is larger than the " + limit + " bytes this server takes"));
      case Body.TooSlow() ->
          exchange.reply(BrowserReplies.error(408, "the body did not come in time"));
      case Body.Broken() -> exchange.reply(BrowserReplies.error(400, "the body broke off"));
    }
  }

  private <Q extends Message, A extends Message> void ask(
      Exchange exchange, MethodDescriptor<Q, A> method, Q request) {
    String authorization = exchange.header("authorization");
    virtualThreads.execute(() -> {
      Reply reply;
      try {
        reply = BrowserReplies.json(200, json(calls.ask(method, request, authorization)));
      } catch (StatusRuntimeException e) {
        reply = BrowserReplies.error(e.getStatus());
      } catch (RuntimeException e) {
        reply = BrowserReplies.error(500, CallFaults.of(e).message());
      }
      exchange.reply(reply);
    });
  }

  /**
   * Fills a request from the parameters behind the '?'; the fields of a message within are reached
   * by its name and a dot, as in {@code failures.model}.
   */
  private static <Q extends Message> Q request(MethodDescriptor<Q, ?> method, Fields parameters)
      throws MalformedException {
    Q empty = prototype(method);
    ObjectNode whole = JsonNodeFactory.instance.objectNode();
    for (Fields.Field parameter : parameters) {
      String name = parameter.getName();
      check(name, empty.getDescriptorForType());
      String[] path = name.split("\\.");
      ObjectNode alone = JsonNodeFactory.instance.objectNode();
      put(alone, path, parameter.getValue());
      try {
        merge(alone.toString(), empty.newBuilderForType());
      } catch (InvalidProtocolBufferException e) {
        throw unreadable(name);
      }
      if (!put(whole, path, parameter.getValue())) {
        throw unreadable(name);
      }
    }
    Message.Builder request = empty.newBuilderForType();
    try {
      merge(whole.toString(), request);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException("the parameters cannot be read together; send fewer");
    }
    return built(empty, request);
  }

  /** Checks that a parameter names a field. */
  private static void check(String name, Descriptor message) throws MalformedException {
    Descriptor within = message;
    for (String step : name.split("\\.", -1)) {
      List<FieldDescriptor> fields = within == null ? List.of() : within.getFields();
      FieldDescriptor found =
          fields.stream()
              .filter(field -> field.getJsonName().equals(step))
              .findFirst()
              .orElseThrow(() ->
                  new MalformedException(
                      "there is no parameter '"
                          + shown(name)
                          + "' here; known are: "
                          + message.getFields().stream()
                              .map(FieldDescriptor::getJsonName)
                              .collect(Collectors.joining(", "))));
      within =
          found.getJavaType() == FieldDescriptor.JavaType.MESSAGE && !found.isRepeated()
              ? found.getMessageType()
              : null;
    }
  }

  /** Puts a value where a path leads; returns false if there is one already. */
  private static boolean put(ObjectNode into, String[] path, String value) {
    ObjectNode at = into;
    for (int i = 0; i < path.length - 1; i++) {
      JsonNode there = at.get(path[i]);
      if (there != null && !there.isObject()) {
        return false;
      }
      at = at.withObjectProperty(path[i]);
    }
    return at.putIfAbsent(path[path.length - 1], TextNode.valueOf(value)) == null;
  }

  private static MalformedException unreadable(String name) {
    return new MalformedException(
        "the value of the parameter '" + name + "' cannot be read; send it as in JSON");
  }

  private static <Q extends Message> Q request(MethodDescriptor<Q, ?> method, byte[] body)
      throws MalformedException {
    Q empty = prototype(method);
    Message.Builder request = empty.newBuilderForType();
    try {
      merge(new String(body, StandardCharsets.UTF_8), request);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException(
          "the body is no "
              + empty.getDescriptorForType().getName()
              + " in JSON; check its names and values");
    }
    return built(empty, request);
  }

  private static void merge(String json, Message.Builder into)
      throws InvalidProtocolBufferException {
    JsonFormat.parser().merge(json, into);
  }

  private static <Q extends Message> Q prototype(MethodDescriptor<Q, ?> method) {
    PrototypeMarshaller<Q> messages = (PrototypeMarshaller<Q>) method.getRequestMarshaller();
    return Objects.requireNonNull(messages.getMessagePrototype());
  }

  @SuppressWarnings("unchecked") // A message's builder builds messages of its own type.
  private static <Q extends Message> Q built(Q empty, Message.Builder request) {
    return (Q) empty.getClass().cast(request.build());
  }

  private static String shown(String name) {
    return name.length() <= 80 ? name : name.substring(0, 80) + "...";
  }
}
