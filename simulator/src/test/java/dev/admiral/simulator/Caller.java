package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A plain HTTP caller of a simulator, which knows no vendor's client. */
final class Caller {
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final URI base;

  Caller(Simulator simulator) {
    this.base = simulator.uri();
  }

  /** One event of a stream. */
  record Event(String name, String data) {
    JsonNode json() {
      return parse(data);
    }
  }

  /** An answer as text. */
  record Reply(int status, String body, HttpResponse<String> raw) {
    JsonNode json() {
      return parse(body);
    }

    String header(String name) {
      return raw.headers().firstValue(name).orElse("");
    }

    List<Event> events() {
      return Caller.events(body);
    }
  }

  Reply post(String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(base.resolve(path))
            .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    return send(request, headers);
  }

  Reply get(String path, String... headers) {
    return send(HttpRequest.newBuilder(base.resolve(path)).GET(), headers);
  }

  Reply chat(String body, String... headers) {
    return post("/v1/chat/completions", body, headers);
  }

  Reply messages(String body, String... headers) {
    List<String> all = new ArrayList<>(List.of("anthropic-version", "2023-06-01"));
    all.addAll(List.of(headers));
    return post("/v1/messages", body, all.toArray(String[]::new));
  }

  private Reply send(HttpRequest.Builder request, String... headers) {
    if (headers.length > 0) {
      request.headers(headers);
    }
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      return new Reply(response.statusCode(), response.body(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for an answer.", e);
    }
  }

  static List<Event> events(String body) {
    List<Event> events = new ArrayList<>();
    for (String frame : body.split("\n\n", -1)) {
      String name = "";
      String data = "";
      for (String line : frame.split("\n", -1)) {
        if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          data = line.substring(6);
        }
      }
      if (!data.isEmpty()) {
        events.add(new Event(name, data));
      }
    }
    return events;
  }

  static JsonNode parse(String json) {
    try {
      return Json.read(json.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
