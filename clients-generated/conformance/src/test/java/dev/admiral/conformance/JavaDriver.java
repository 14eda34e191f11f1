package dev.admiral.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.EventStream;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.client.Tls;
import dev.admiral.optimizer.v1.CacheServiceGrpc;
import dev.admiral.optimizer.v1.CallServiceGrpc;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.EventServiceGrpc;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.LedgerServiceGrpc;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.SettingsServiceGrpc;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.TextPart;
import dev.admiral.optimizer.v1.WatchEventsRequest;
import dev.admiral.optimizer.v1.WatchEventsResponse;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The driver of client-java: a program that the harness starts. */
final class JavaDriver {
  private static final Map<String, MethodDescriptor<?, ?>> METHODS =
      Stream.of(
              OptimizerServiceGrpc.getServiceDescriptor(),
              FleetServiceGrpc.getServiceDescriptor(),
              LedgerServiceGrpc.getServiceDescriptor(),
              CacheServiceGrpc.getServiceDescriptor(),
              SettingsServiceGrpc.getServiceDescriptor(),
              CallServiceGrpc.getServiceDescriptor(),
              EventServiceGrpc.getServiceDescriptor())
          .map(ServiceDescriptor::getMethods)
          .flatMap(methods -> methods.stream())
          .collect(Collectors.toMap(MethodDescriptor::getFullMethodName, method -> method));

  private final PrintStream out;
  private final Map<String, AdmiralClient> clients = new ConcurrentHashMap<>();

  /** What ends a call that runs, by the id of its command. */
  private final Map<Integer, Runnable> running = new ConcurrentHashMap<>();

  private JavaDriver(PrintStream out) {
    this.out = out;
  }

  public static void main(String[] args) throws IOException {
    JavaDriver driver = new JavaDriver(new PrintStream(System.out, true, StandardCharsets.UTF_8));
    try (BufferedReader commands =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = commands.readLine(); line != null; line = commands.readLine()) {
        JsonNode command = Contract.JSON.readTree(line);
        switch (command.get("op").asText()) {
          // In the order given: what follows needs the client, or the call that began.
          case "open", "close", "cancel" -> driver.obey(command);
          default -> driver.begin(command);
        }
      }
    }
    // Whoever closed the input has gone; calls that run still must not keep this program.
    System.exit(0);
  }

  private void begin(JsonNode command) {
    // Known at once, so that a cancel that follows finds it.
    running.put(command.get("id").asInt(), () -> {});
    Thread.ofVirtual().start(() -> obey(command));
  }

  private void obey(JsonNode command) {
    int id = command.get("id").asInt();
    ObjectNode reply = Contract.JSON.createObjectNode().put("id", id);
    try {
      switch (command.get("op").asText()) {
        case "open" -> clients.put(command.get("client").asText(), open(command));
        case "unary" -> reply.put("response", unary(id, command));
        case "stream" -> {
          stream(id, command);
          reply.put("end", true);
        }
        case "ask" -> reply.put("text", ask(id, command));
        case "cancel" -> running.getOrDefault(command.get("target").asInt(), () -> {}).run();
        case "close" -> clients.remove(command.get("client").asText()).close();
        default -> throw new IllegalArgumentException("Unknown command " + command.get("op"));
      }
    } catch (AdmiralException e) {
      reply.set("error", error(e));
    } catch (IllegalArgumentException e) {
      reply
          .putObject("error")
          .put("code", "CLIENT")
          .put("reason", "")
          .put("message", e.getMessage());
    } catch (CancellationException e) {
      reply
          .putObject("error")
          .put("code", "CANCELLED")
          .put("reason", "CALL_CANCELLED")
          .put("message", "The call was cancelled.");
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("The harness sent what is no message.", e);
    } finally {
      running.remove(id);
    }
    write(reply);
  }

  private void write(ObjectNode line) {
    synchronized (out) {
      out.println(line);
    }
  }

  private static AdmiralClient open(JsonNode command) {
    AdmiralClient.Builder builder =
        AdmiralClient.builder().address(command.get("address").asText());
    if (command.has("key")) {
      builder.key(command.get("key").asText());
    }
    if (command.has("agent")) {
      builder.agent(command.get("agent").asText());
    }
    if (command.has("group")) {
      builder.agentGroup(command.get("group").asText());
    }
    if (command.has("deadlineMillis")) {
      builder.deadline(Duration.ofMillis(command.get("deadlineMillis").asLong()));
    }
    RetryPolicy usual = RetryPolicy.DEFAULT;
    builder.retry(
        new RetryPolicy(
            command.path("maxTries").asInt(usual.maxTries()),
            usual.firstDelay(),
            usual.maxDelay(),
            Duration.ofMillis(command.path("rateLimitWaitMillis").asLong())));
    if (command.path("plaintextBeyondLoopback").asBoolean()) {
      builder.plaintextBeyondLoopback();
    }
    if (command.has("tls")) {
      builder.tls(tls(command.get("tls")));
    }
    return builder.build();
  }

  private static Tls tls(JsonNode settings) {
    Tls tls =
        settings.has("roots")
            ? Tls.trusting(Path.of(settings.get("roots").asText()))
            : Tls.systemRoots();
    if (settings.has("serverName")) {
      tls = tls.withServerName(settings.get("serverName").asText());
    }
    return settings.has("chain")
        ? tls.withClientCertificate(
            Path.of(settings.get("chain").asText()), Path.of(settings.get("key").asText()))
        : tls;
  }

  private AdmiralClient client(JsonNode command) {
    AdmiralClient client = clients.get(command.get("client").asText());
    return command.has("deadlineMillis")
        ? client.withDeadline(Duration.ofMillis(command.get("deadlineMillis").asLong()))
        : client;
  }

  private String unary(int id, JsonNode command) throws InvalidProtocolBufferException {
    MethodDescriptor<?, ?> method = METHODS.get(command.get("method").asText());
    return unary(id, client(command), method, bytes(command));
  }

  private <Q, R> String unary(
      int id, AdmiralClient client, MethodDescriptor<Q, R> method, byte[] b) {
    CompletableFuture<R> answer =
        client.call(method, method.parseRequest(new ByteArrayInputStream(b)));
    running.put(id, () -> answer.cancel(true));
    try {
      return encoded((Message) answer.get());
    } catch (ExecutionException e) {
      throw e.getCause() instanceof AdmiralException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void stream(int id, JsonNode command) throws InvalidProtocolBufferException {
    int most = command.path("cancelAfter").asInt(Integer.MAX_VALUE);
    if (command.get("method").asText().endsWith("/WatchEvents")) {
      EventStream events =
          client(command).events().watch(WatchEventsRequest.parseFrom(bytes(command)));
      running.put(id, events::close);
      tell(
          id,
          events,
          most,
          events::close,
          event -> WatchEventsResponse.newBuilder().setEvent(event).build());
    } else {
      CompletionStream stream = client(command).stream(StreamRequest.parseFrom(bytes(command)));
      running.put(id, stream::close);
      tell(id, stream, most, stream::close, event -> event);
    }
  }

  private <T> void tell(
      int id, Iterator<T> events, int most, Runnable leave, Function<T, Message> message) {
    int told = 0;
    while (events.hasNext()) {
      T event = events.next();
      if (told < most) {
        write(
            Contract.JSON
                .createObjectNode()
                .put("id", id)
                .put("event", encoded(message.apply(event))));
        told++;
      }
      if (told == most) {
        leave.run();
      }
    }
  }

  private String ask(int id, JsonNode command) {
    AdmiralClient client = client(command);
    String model = command.get("model").asText();
    String text = command.get("text").asText();
    if (!command.path("stream").asBoolean()) {
      return client.ask(model, text);
    }
    Prompt.Builder prompt = Prompt.newBuilder().setModel(model);
    prompt
        .addMessagesBuilder()
        .setRole(Role.ROLE_USER)
        .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text)));
    StringBuilder whole = new StringBuilder();
    try (CompletionStream stream = client.stream(prompt.build())) {
      for (String piece : stream.text()) {
        write(Contract.JSON.createObjectNode().put("id", id).put("piece", piece));
        whole.append(piece);
      }
    }
    return whole.toString();
  }

  private static byte[] bytes(JsonNode command) {
    return Base64.getDecoder().decode(command.get("request").asText());
  }

  private static String encoded(Message message) {
    return Base64.getEncoder().encodeToString(message.toByteArray());
  }

  private static ObjectNode error(AdmiralException e) {
    ObjectNode error = Contract.JSON.createObjectNode();
    error.put("code", e.code().name());
    error.put("reason", e.reasonName());
    error.put("message", e.getMessage());
    e.retryAfter().ifPresent(wait -> error.put("retryAfterMillis", wait.toMillis()));
    ObjectNode metadata = error.putObject("metadata");
    e.metadata().forEach(metadata::put);
    if (!e.violations().isEmpty()) {
      ArrayNode fields = error.putArray("fields");
      e.violations().forEach(violation -> fields.add(violation.getField()));
    }
    if (!e.quotaViolations().isEmpty()) {
      ArrayNode quota = error.putArray("quota");
      e.quotaViolations().forEach(violation -> quota.add(violation.getSubject()));
    }
    return error;
  }
}
