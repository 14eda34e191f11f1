package dev.admiral.optimizer.sdk;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.simulator.Simulator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/** Sends requests as they are, over HTTP/2, to a server of its own. */
final class RawClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> MODELS = List.of("gpt-4o", "gpt-5-mini", "claude-sonnet-4-6");

  /** Faults of a vendor before its answer, and in the middle of a whole one. */
  static final List<String> FAULTS =
      List.of(
          "status=400",
          "status=401",
          "status=403",
          "status=404",
          "status=409",
          "status=413",
          "status=422",
          "status=500",
          "status=502",
          "status=503",
          "overloaded",
          "429=requests/20ms",
          "429=tokens/20ms",
          "429=quota",
          "429=too-large",
          "429=slow-down",
          "html",
          "html=200",
          "cut-after=2",
          "malformed-after=2",
          "error-after=2",
          "reset");

  /** Faults in the middle of a stream. */
  static final List<String> STREAM_FAULTS =
      List.of("cut-after=2", "malformed-after=2", "error-after=2", "reset=2");

  /** Models that meet faults, one of each vendor. */
  static final List<String> FAULTY_MODELS = List.of("gpt-4o-mini", "claude-haiku-4-5");

  private final SdkServer server = SdkServer.start();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<String, String> headers;

  /**
   * @param headers those of every request
   */
  RawClient(Map<String, String> headers) {
    this.headers = headers;
  }

  /** What came back. */
  record Answer(int status, HttpHeaders headers, String body) {
    String type() {
      return header("content-type");
    }

    /** Returns a header; the empty text if there is none. */
    String header(String name) {
      return headers.firstValue(name).orElse("");
    }
  }

  /** Returns the vendors behind the server. */
  Simulator vendor() {
    return server.vendor();
  }

  Answer get(String path) {
    return send(request(path).GET());
  }

  /**
   * Sends a body.
   *
   * @param json where single quotes may stand for double ones
   */
  Answer post(String path, String json) {
    return post(path, json, "application/json", SdkServer.KEY);
  }

  Answer post(String path, String json, String type, String key) {
    return send(
        request(path)
            .setHeader("content-type", type)
            .setHeader("authorization", "Bearer " + key)
            .POST(HttpRequest.BodyPublishers.ofString(json.replace('\'', '"'))));
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.address() + path))
            .header("authorization", "Bearer " + SdkServer.KEY);
    headers.forEach(request::header);
    return request;
  }

  private Answer send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.headers(), response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns the messages of a prompt that says something. */
  static String said(String words) {
    return "'messages':[{'role':'user','content':'" + words + "'}]";
  }

  /** Returns a body for a model, with further keys. */
  static String body(String model, String more) {
    return "{'model':'" + model + "'," + more + "}";
  }

  /** Returns a body that wants a stream. */
  static String streamed(String body) {
    return with(body, "'stream':true");
  }

  /** Returns a body with further keys. */
  static String with(String body, String more) {
    ObjectNode both = (ObjectNode) tree(body.replace('\'', '"'));
    both.setAll((ObjectNode) tree(("{" + more + "}").replace('\'', '"')));
    return both.toString();
  }

  static JsonNode tree(String json) {
    try {
      return JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts every kind of body to every model. */
  static Stream<DynamicTest> kinds(Map<String, String> bodies, Consumer<String> judgement) {
    return MODELS.stream()
        .flatMap(model ->
            bodies.entrySet().stream()
                .map(kind ->
                    dynamicTest(
                        model + " " + kind.getKey(),
                        () -> judgement.accept(body(model, kind.getValue())))));
  }

  @Override
  public void close() {
    http.close();
    server.close();
  }
}
