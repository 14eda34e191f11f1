package dev.admiral.conformance;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads a file of cases, strictly: what means nothing is refused, with its place. */
final class CaseReader {
  private static final ObjectMapper STRICT =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private static final Set<String> SETTINGS =
      Set.of(
          "address",
          "key",
          "agent",
          "group",
          "deadlineMillis",
          "maxTries",
          "rateLimitWaitMillis",
          "plaintextBeyondLoopback",
          "tls");

  private CaseReader() {}

  /**
   * Reads the text of a file.
   *
   * @throws IllegalArgumentException in one sentence, if anything in it means nothing
   */
  static List<Case> read(String text) {
    JsonNode file;
    try {
      file = STRICT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "The file of cases is not JSON: "
              + e.getOriginalMessage()
              + " in line "
              + e.getLocation().getLineNr()
              + ".",
          e);
    }
    List<Case> cases = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (JsonNode group : array("The file of cases", file)) {
      Members members = new Members("A group", group);
      String title = members.required("group");
      for (JsonNode one : array(title, members.get("cases").orElse(file.path("")))) {
        Case read = one(title, one);
        if (!names.add(read.name())) {
          throw new IllegalArgumentException("Two cases are called \"" + read.name() + "\".");
        }
        cases.add(read);
      }
      members.end();
    }
    return List.copyOf(cases);
  }

  private static Case one(String group, JsonNode json) {
    Members members = new Members("A case of " + group, json);
    String name = members.required("name");
    try {
      Map<String, ObjectNode> clients = new LinkedHashMap<>();
      members
          .get("clients")
          .ifPresent(all ->
              all.properties().forEach(one -> clients.put(one.getKey(), settings(one.getValue()))));
      if (!members.has("clients")) {
        clients.put("a", Contract.JSON.createObjectNode());
      }
      List<JsonNode> script = new ArrayList<>();
      members
          .get("script")
          .ifPresent(replies -> array("script", replies).forEach(r -> script.add(reply(r))));
      List<Step> steps = new ArrayList<>();
      int number = 1;
      for (JsonNode step : array("steps", members.get("steps").orElse(json.path("")))) {
        steps.add(step("step " + number++, step));
      }
      Set<String> reasons = new HashSet<>();
      json.path("steps").findValues("error").forEach(e -> reasons(e, reasons));
      json.path("steps").findValuesAsText("failure").forEach(reasons::add);
      Case read =
          new Case(
              name,
              group,
              members.required("shows"),
              ServerKind.of(members.text("server").orElse("live")),
              clients,
              List.copyOf(script),
              List.copyOf(steps),
              members.texts("without"),
              List.copyOf(reasons));
      members.end();
      return read;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Case " + name + ": " + e.getMessage(), e);
    }
  }

  private static void reasons(JsonNode error, Set<String> into) {
    if (error.path("reason").isTextual()) {
      into.add(error.get("reason").textValue());
    }
  }

  private static JsonNode reply(JsonNode json) {
    Members members = new Members("A reply of the script", json);
    members.get("messages");
    members.get("hang");
    members.get("ok");
    members.get("error").ifPresent(CaseReader::failure);
    members.end();
    return json;
  }

  private static void failure(JsonNode json) {
    Members members = new Members("An error of the script", json);
    members.required("code");
    members.text("reason");
    members.text("domain");
    members.text("message");
    members.number("retryAfterMillis");
    members.get("metadata");
    members.get("fields");
    members.get("quota");
    members.end();
  }

  private static ObjectNode settings(JsonNode json) {
    Members members = new Members("A client", json);
    SETTINGS.forEach(members::get);
    members.end();
    return (ObjectNode) json;
  }

  private static Step step(String where, JsonNode json) {
    Members members = new Members(where, json);
    Step step;
    if (members.has("unary") || members.has("stream") || members.has("ask")) {
      step = call(members);
    } else if (members.has("open")) {
      step =
          new Step.Open(
              members.required("open"),
              settings(members.get("settings").orElseGet(Contract.JSON::createObjectNode)),
              expectation(members, "expect"));
    } else if (members.has("await")) {
      step =
          new Step.Await(
              members.required("await"), expectation(members, "expect"), members.texts("capture"));
    } else if (members.has("events")) {
      step = new Step.Events(members.required("events"), members.number("count").orElse(1));
    } else if (members.has("close")) {
      step = new Step.Close(members.required("close"));
    } else if (members.has("cancel")) {
      step = new Step.Cancel(members.required("cancel"));
    } else if (members.has("hold")) {
      step = new Step.Hold(members.number("hold").orElse(0));
    } else if (members.has("held")) {
      step = new Step.Held(members.number("held").orElse(0));
    } else if (members.has("inFlight")) {
      step = new Step.InFlight(members.number("inFlight").orElse(0));
    } else if (members.has("release")) {
      step = new Step.Release();
    } else if (members.has("drain")) {
      step = new Step.Drain();
    } else if (members.has("cut")) {
      step = new Step.Cut(members.required("cut").equals("half"));
    } else if (members.has("upstream")) {
      step = new Step.Upstream(expectation(members, "upstream").orElseThrow());
    } else if (members.has("seen")) {
      step = new Step.Seen(expectation(members, "seen").orElseThrow());
    } else {
      throw new IllegalArgumentException(
          where + " does nothing known: it has " + json.properties().iterator().next().getKey());
    }
    members.end();
    return step;
  }

  private static Step.Call call(Members members) {
    ObjectNode command = Contract.JSON.createObjectNode();
    Optional<Contract.Method> method = Optional.empty();
    if (members.has("ask")) {
      command.put("op", "ask");
      command.put("text", members.required("ask"));
      command.put("model", members.text("model").orElse("openai/{model}"));
      members.get("stream").ifPresent(streamed -> command.set("stream", streamed));
    } else {
      String op = members.has("unary") ? "unary" : "stream";
      method = Optional.of(Contract.method(members.required(op)));
      command.put("op", op);
      command.put("method", method.get().fullName());
      members.number("cancelAfter").ifPresent(count -> command.put("cancelAfter", count));
    }
    command.put("client", members.text("client").orElse("a"));
    members.number("deadlineMillis").ifPresent(millis -> command.put("deadlineMillis", millis));
    return new Step.Call(
        command,
        method,
        members.get("request"),
        members.number("times").orElse(1),
        members.text("as"),
        expectation(members, "expect"),
        members.texts("capture"));
  }

  private static Optional<JsonNode> expectation(Members members, String name) {
    Optional<JsonNode> expectation = members.get(name);
    expectation.ifPresent(Match::check);
    return expectation;
  }

  private static JsonNode array(String what, JsonNode json) {
    if (!json.isArray()) {
      throw new IllegalArgumentException(what + " is no array: write […].");
    }
    return json;
  }
}
