package dev.admiral.conformance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.simulator.Hold;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.awaitility.core.ConditionTimeoutException;

/** One case on its way through one driver. Used by one thread. */
final class CaseRun implements AutoCloseable {
  /** Long enough for 40 MB on a machine that is busy with something else. */
  private static final Duration REPLY = Duration.ofMinutes(3);

  private static final Duration LOOK_FOR = Duration.ofSeconds(10);
  private static final Duration LOOK_EVERY = Duration.ofMillis(5);

  private final Case one;
  private final Driver driver;
  private final World.Servers servers;
  private final Map<String, String> values = new HashMap<>();
  private final Template template = new Template(values);
  private final String run;
  private final Map<String, String> clients = new HashMap<>();
  private final Map<String, Begun> begun = new HashMap<>();
  private Optional<Hold> hold = Optional.empty();

  /** Calls that were begun together; their ids are those of the driver. */
  private record Begun(Step.Call call, List<Driver.Reply> replies, List<Integer> ids) {}

  /**
   * @param client the name of the client that the driver is of
   * @param run a word that no other run has
   */
  CaseRun(Case one, String client, Driver driver, World world, String run) {
    this.one = one;
    this.driver = driver;
    this.run = run;
    this.servers = world.servers(one, client);
    values.put("run", run);
    values.put("model", "m-" + run);
    values.put("address", servers.front().address());
    values.put("port", servers.front().address().replaceFirst(".*:", ""));
    values.put("authority", world.authority().toString());
    values.put("otherAuthority", world.otherAuthority().toString());
    values.put("key", LiveServer.KEY);
    values.put("operatorKey", LiveServer.OPERATOR_KEY);
  }

  /** Does every step; an {@link AssertionError} names the first whose outcome was another. */
  void run() {
    one.clients().forEach((client, settings) -> open(client, settings, Optional.empty()));
    int number = 1;
    for (Step step : one.steps()) {
      try {
        run(step);
      } catch (AssertionError e) {
        throw new AssertionError(
            one.name() + ", step " + number + " (" + kind(step) + "): " + e.getMessage(), e);
      }
      number++;
    }
  }

  @Override
  public void close() {
    hold.ifPresent(Hold::close);
    try {
      List.copyOf(clients.keySet()).forEach(this::close);
    } finally {
      servers.close();
    }
  }

  private void run(Step step) {
    switch (step) {
      case Step.Open(String client, ObjectNode settings, Optional<JsonNode> expect) ->
          open(client, settings, expect);
      case Step.Close(String client) -> close(client);
      case Step.Call call -> call(call);
      case Step.Await(String name, Optional<JsonNode> expect, Map<String, String> capture) ->
          judge(begun(name), expect, capture);
      case Step.Events(String name, int count) ->
          begun(name)
              .replies()
              .forEach(reply ->
                  reply
                      .awaitMessages(count, REPLY)
                      .ifPresent(end -> {
                        throw new AssertionError("The stream ended too early: " + Match.shown(end));
                      }));
      case Step.Cancel(String name) -> begun(name).ids().forEach(this::cancel);
      case Step.Hold(int frames) -> hold = Optional.of(live().hold(values.get("model"), frames));
      case Step.Held(int count) -> awaitHeld(count);
      case Step.Release() -> hold.orElseThrow().close();
      case Step.InFlight(int count) -> live().awaitInFlight(count);
      case Step.Drain() -> live().drain();
      case Step.Cut(boolean half) -> servers.raw().orElseThrow().cut(half);
      case Step.Upstream(JsonNode expect) ->
          look(expect, () -> live().upstream(values.get("model")));
      case Step.Seen(JsonNode expect) -> look(expect, servers.scripted().orElseThrow()::seen);
    }
  }

  private void open(String client, ObjectNode settings, Optional<JsonNode> expect) {
    ObjectNode command = Contract.JSON.createObjectNode();
    command.put("op", "open");
    command.put("client", client + "-" + run);
    command.put("address", servers.front().address());
    command.setAll((ObjectNode) template.fill(settings));
    JsonNode reply = view(driver.send(command).awaitEnd(REPLY));
    if (!reply.has("error")) {
      clients.put(client, client + "-" + run);
    }
    compare(
        expect.map(template::fill).orElse(Contract.JSON.createObjectNode().set("error", absent())),
        reply);
  }

  private void close(String client) {
    ObjectNode command = Contract.JSON.createObjectNode();
    command.put("op", "close");
    command.put("client", clients.remove(client));
    view(driver.send(command).awaitEnd(REPLY));
  }

  private void call(Step.Call call) {
    List<Driver.Reply> replies = new ArrayList<>();
    List<Integer> ids = new ArrayList<>();
    for (int i = 0; i < call.times(); i++) {
      ObjectNode command = (ObjectNode) template.fill(call.command());
      String client = command.get("client").asText();
      command.put("client", clients.getOrDefault(client, client));
      call.method()
          .ifPresent(method ->
              command.put(
                  "request",
                  Base64.getEncoder()
                      .encodeToString(
                          Contract.bytes(
                              method.request(),
                              template.fill(
                                  call.request().orElseGet(Contract.JSON::createObjectNode))))));
      replies.add(driver.send(command));
      ids.add(command.get("id").asInt());
    }
    Begun calls = new Begun(call, replies, ids);
    if (call.as().isPresent()) {
      begun.put(call.as().get(), calls);
    } else {
      judge(calls, call.expect(), call.capture());
    }
  }

  private void cancel(int id) {
    ObjectNode command = Contract.JSON.createObjectNode();
    command.put("op", "cancel");
    command.put("target", id);
    view(driver.send(command).awaitEnd(REPLY));
  }

  private void judge(Begun calls, Optional<JsonNode> expect, Map<String, String> capture) {
    ArrayNode views = Contract.JSON.createArrayNode();
    calls.replies().forEach(reply -> views.add(view(calls.call(), reply)));
    JsonNode came = calls.call().times() == 1 ? views.get(0) : views;
    compare(
        expect.map(template::fill).orElse(Contract.JSON.createObjectNode().set("error", absent())),
        came);
    capture.forEach(
        (name, pointer) -> values.put(name, came.at(JsonPointer.compile(pointer)).asText()));
  }

  /** Shows a reply with the contract's messages as JSON, and the text that a stream adds up to. */
  private static ObjectNode view(Step.Call call, Driver.Reply reply) {
    JsonNode end = view(reply.awaitEnd(REPLY));
    ObjectNode view = end.deepCopy();
    view.remove("id");
    if (call.method().isEmpty()) {
      view.set("pieces", reply.messages());
      return view;
    }
    Contract.Method method = call.method().get();
    if (end.has("response")) {
      view.set("response", message(method, end.get("response")));
    }
    if (call.command().get("op").asText().equals("stream")) {
      ArrayNode events = view.putArray("events");
      StringBuilder text = new StringBuilder();
      for (JsonNode encoded : reply.messages()) {
        JsonNode event = message(method, encoded);
        events.add(event);
        text.append(event.at("/delta/text/text").asText(""));
      }
      view.put("text", text.toString());
    }
    return view;
  }

  private static JsonNode view(JsonNode end) {
    if (end.has("dead")) {
      throw new AssertionError(end.get("dead").asText());
    }
    return end;
  }

  private static JsonNode message(Contract.Method method, JsonNode encoded) {
    return Contract.json(method.response(), Base64.getDecoder().decode(encoded.asText()));
  }

  private void awaitHeld(int count) {
    try {
      if (!hold.orElseThrow().awaitWaiting(count, LOOK_FOR)) {
        throw new AssertionError("The provider does not hold " + count + " answers.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while the provider was waited for.", e);
    }
  }

  private void look(JsonNode expect, Supplier<JsonNode> seen) {
    JsonNode expected = template.fill(expect);
    try {
      await()
          .atMost(LOOK_FOR)
          .pollInterval(LOOK_EVERY)
          .until(() -> Match.difference(expected, seen.get()).isEmpty());
    } catch (ConditionTimeoutException e) {
      compare(expected, seen.get());
    }
  }

  private LiveServer live() {
    return servers
        .live()
        .orElseThrow(() -> new IllegalStateException(one.name() + " has no live server."));
  }

  private Begun begun(String name) {
    Begun calls = begun.get(name);
    if (calls == null) {
      throw new IllegalStateException(one.name() + " has begun no call \"" + name + "\".");
    }
    return calls;
  }

  private static void compare(JsonNode expected, JsonNode came) {
    Match.difference(expected, came)
        .ifPresent(difference -> {
          String error = came.has("error") ? "\nThe error: " + Match.shown(came.get("error")) : "";
          throw new AssertionError(difference + error);
        });
  }

  private static ObjectNode absent() {
    return Contract.JSON.createObjectNode().put("$absent", true);
  }

  private static String kind(Step step) {
    return step instanceof Step.Call call
        ? call.command().get("op").asText()
        : step.getClass().getSimpleName();
  }
}
