package dev.admiral.optimizer.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;

/** A client of the HTTP port that knows HTTP and nothing of any vendor. */
final class HttpClients {
  static final ObjectMapper JSON = new ObjectMapper();

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private HttpClients() {}

  /** A reply as it came. */
  record Reply(int status, HttpResponse<String> response) {
    JsonNode json() {
      return parse(response.body());
    }

    String text() {
      return response.body();
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    /** Returns the data of every event, in order. */
    List<String> events() {
      List<String> data = new ArrayList<>();
      for (String line : response.body().split("\n", -1)) {
        if (line.startsWith("data: ")) {
          data.add(line.substring("data: ".length()));
        }
      }
      return data;
    }
  }

  static JsonNode parse(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Reply get(String address, String... headers) {
    return send(HttpRequest.newBuilder(URI.create(address)).GET(), headers);
  }

  static Reply post(String address, String body, String... headers) {
    return send(
        HttpRequest.newBuilder(URI.create(address))
            .header("content-type", "application/json")
            .POST(BodyPublishers.ofString(body)),
        headers);
  }

  private static Reply send(HttpRequest.Builder request, String... headers) {
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    try {
      HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
      return new Reply(response.statusCode(), response);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
