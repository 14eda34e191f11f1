package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** The providers' endpoints: who is asking, what for, and whether the call is accepted. */
final class Api {
  private static final String ORGANIZATION = "org-simulator";
  private static final String HTML =
      """
      <html>
      <head><title>502 Bad Gateway</title></head>
      <body>
      <center><h1>502 Bad Gateway</h1></center>
      <hr><center>cloudflare</center>
      </body>
      </html>
      """;

  private final Engine engine;

  Api(Engine engine) {
    this.engine = engine;
  }

  /** What a path asks for. */
  enum Operation {
    CHAT("chat"),
    EMBEDDINGS("embeddings"),
    MESSAGES("messages"),
    COUNT_TOKENS("count_tokens"),
    MODELS("models");

    final String word;

    Operation(String word) {
      this.word = word;
    }
  }

  /** A path read: a provider, an operation, and of models perhaps one's name. */
  record Route(String provider, Operation operation, String rest) {

    /**
     * Reads {@code /v1/…} (OpenAI or Anthropic, by the operation) or {@code /provider/…}, where
     * {@code v1}, {@code api/v1} or {@code openai/v1} may stand before the operation.
     */
    static @Nullable Route of(String path, boolean anthropic) {
      String rest = path.substring(1);
      String provider = "";
      if (!rest.startsWith("v1/")) {
        int slash = rest.indexOf('/');
        if (slash <= 0) {
          return null;
        }
        provider = rest.substring(0, slash);
        rest = rest.substring(slash + 1);
        for (String optional : new String[] {"api/", "v1beta/", "openai/"}) {
          rest = rest.startsWith(optional) ? rest.substring(optional.length()) : rest;
        }
      }
      rest = rest.startsWith("v1/") ? rest.substring(3) : rest;
      Operation operation =
          switch (rest) {
            case "chat/completions" -> Operation.CHAT;
            case "embeddings" -> Operation.EMBEDDINGS;
            case "messages" -> Operation.MESSAGES;
            case "messages/count_tokens" -> Operation.COUNT_TOKENS;
            default ->
                rest.equals("models") || rest.startsWith("models/") ? Operation.MODELS : null;
          };
      if (operation == null) {
        return null;
      }
      if (provider.isEmpty()) {
        provider =
            switch (operation) {
              case MESSAGES, COUNT_TOKENS -> "anthropic";
              case MODELS -> anthropic ? "anthropic" : "openai";
              default -> "openai";
            };
      }
      return new Route(provider, operation, rest.startsWith("models/") ? rest.substring(7) : "");
    }

    Dialect dialect() {
      return switch (operation) {
        case MESSAGES, COUNT_TOKENS -> Dialect.ANTHROPIC;
        case MODELS -> Dialect.of(provider);
        default -> {
          Dialect dialect = Dialect.of(provider);
          yield dialect == Dialect.ANTHROPIC ? Dialect.COMPATIBLE : dialect;
        }
      };
    }
  }

  /** One request on its way to being accepted or refused. */
  private record Incoming(
      Route route,
      Dialect dialect,
      Request request,
      Response response,
      Callback callback,
      String requestId,
      long seed,
      Instant acceptTime) {}

  void handle(Route route, Request request, Response response, Callback callback, byte[] body) {
    long seed = engine.nextCall();
    Dialect dialect = route.dialect();
    String requestId =
        dialect == Dialect.ANTHROPIC ? "req_01" + Mix.base62(seed, 22) : "req_" + Mix.hex(seed, 32);
    Incoming in =
        new Incoming(
            route, dialect, request, response, callback, requestId, seed, engine.clock.instant());
    identify(in);
    String model = "";
    boolean stream = false;
    try {
      String key = authenticate(in);
      String version = dialect == Dialect.ANTHROPIC ? version(in) : "";
      if (route.operation() == Operation.MODELS) {
        answer(in, 200, Bodies.models(engine.catalog, route.provider(), dialect, route.rest()));
        return;
      }
      if (body.length > engine.maxBodyBytes) {
        throw tooLarge(dialect);
      }
      JsonNode json = parse(body, dialect);
      model = json.path("model").asText();
      stream = json.path("stream").asBoolean();
      Options options = options(in);
      if (route.operation() == Operation.COUNT_TOKENS) {
        long tokens =
            MessagesReader.count(json, engine.catalog, route.provider(), version, options);
        answer(in, 200, new Bytes(64).raw("{\"input_tokens\":").number(tokens).raw("}"));
        return;
      }
      accept(in, script(in, json, version, options), key);
    } catch (Rejected rejected) {
      refuse(in, model, stream, rejected);
    }
  }

  private void accept(Incoming in, Script script, String key) throws Rejected {
    List<Fault> faults = engine.faults.of(script.ask);
    for (Fault fault : faults) {
      Optional<Rejected> refusal =
          Refusals.of(fault, script.ask.model(), in.dialect, script.answer);
      if (refusal.isPresent()) {
        engine.faultInjected(fault);
        if (fault instanceof Fault.RateLimited) {
          Limiter.exhausted(
              in.dialect,
              script.ask.model(),
              refusal.get(),
              in.response.getHeaders(),
              engine.clock.instant());
        }
        throw refusal.get();
      }
      if (fault instanceof Fault.Html(int status)) {
        engine.faultInjected(fault);
        html(in, script.ask, status);
        return;
      }
    }
    HttpFields.Mutable headers = in.response.getHeaders();
    engine.limiter.charge(key, in.dialect, script.ask.model(), script.answer.tokens(), headers);
    in.response.setStatus(200);
    if (script.ask.stream()) {
      headers.put(HttpHeader.CONTENT_TYPE, "text/event-stream; charset=utf-8");
      headers.put(HttpHeader.CACHE_CONTROL, "no-cache");
      // Else a stream that is written at once would tell its length, which no vendor's does.
      headers.put(HttpHeader.TRANSFER_ENCODING, "chunked");
    } else {
      headers.put(HttpHeader.CONTENT_TYPE, "application/json");
    }
    Exchange.Call call =
        new Exchange.Call(
            in.requestId, clientRequestId(in), in.route.operation().word, in.acceptTime, in.seed);
    new Exchange(engine, in.request, in.response, in.callback, script, call, faults).start();
  }

  private Script script(Incoming in, JsonNode json, String version, Options options)
      throws Rejected {
    String provider = in.route.provider();
    Catalog catalog = engine.catalog;
    return switch (in.route.operation()) {
      case EMBEDDINGS ->
          EmbeddingScript.read(json, catalog, provider, in.dialect, options, engine.seed);
      case MESSAGES -> {
        Ask ask = MessagesReader.read(json, catalog, provider, version, options);
        yield new MessagesScript(ask, engine.composer.compose(ask), engine.seed);
      }
      default -> {
        Ask ask = ChatReader.read(json, catalog, provider, in.dialect, options);
        yield new ChatScript(
            ask, engine.composer.compose(ask), engine.seed, in.requestId, in.acceptTime);
      }
    };
  }

  private void identify(Incoming in) {
    HttpFields.Mutable headers = in.response.getHeaders();
    switch (in.dialect) {
      case ANTHROPIC -> {
        headers.put("request-id", in.requestId);
        headers.put("anthropic-organization-id", ORGANIZATION);
      }
      case OPENAI -> {
        headers.put("x-request-id", in.requestId);
        headers.put("openai-version", "2020-10-01");
        headers.put("openai-organization", ORGANIZATION);
        headers.put("openai-processing-ms", 1 + Mix.below(in.seed, 1000));
      }
      case MISTRAL -> headers.put("mistral-correlation-id", in.requestId);
      default -> headers.put("x-request-id", in.requestId);
    }
    if (in.dialect == Dialect.MISTRAL) {
      headers.put("x-request-id", in.requestId);
    }
  }

  /** Returns the caller's key. */
  private String authenticate(Incoming in) throws Rejected {
    HttpFields headers = in.request.getHeaders();
    String authorization = headers.get(HttpHeader.AUTHORIZATION);
    String key = authorization == null ? null : bearer(authorization);
    if (key == null && in.dialect == Dialect.ANTHROPIC) {
      key = headers.get("x-api-key");
    }
    if (engine.keys.isEmpty()) {
      return key == null ? "" : key;
    }
    if (key != null && engine.keys.contains(key)) {
      return key;
    }
    if (in.dialect == Dialect.ANTHROPIC) {
      throw new Rejected(
          401,
          "authentication_error",
          null,
          null,
          key == null ? "x-api-key header is required" : "invalid x-api-key");
    }
    throw new Rejected(
        401,
        "invalid_request_error",
        key == null ? null : "invalid_api_key",
        null,
        key == null
            ? "You didn't provide an API key. You need to provide your API key in an Authorization"
                + " header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY)."
            : "Incorrect API key provided. You can find your API key at"
                + " https://platform.openai.com/account/api-keys.");
  }

  private static @Nullable String bearer(String authorization) {
    return authorization.regionMatches(true, 0, "Bearer ", 0, 7)
        ? authorization.substring(7).strip()
        : null;
  }

  private static String version(Incoming in) throws Rejected {
    String version = in.request.getHeaders().get("anthropic-version");
    if (version == null) {
      throw new Rejected(
          400, "invalid_request_error", null, null, "anthropic-version: header is required");
    }
    if (!version.equals(MessagesReader.FIRST_VERSION)
        && !version.equals(MessagesReader.SECOND_VERSION)) {
      throw new Rejected(
          400,
          "invalid_request_error",
          null,
          null,
          "anthropic-version: \"" + version + "\" is not a valid version");
    }
    return version;
  }

  private static JsonNode parse(byte[] body, Dialect dialect) throws Rejected {
    try {
      return Json.read(body);
    } catch (IOException e) {
      throw Rejected.invalid(
          null,
          null,
          dialect == Dialect.ANTHROPIC
              ? "The request body is not valid JSON."
              : "We could not parse the JSON body of your request. (HINT: This likely means you"
                  + " aren't using your HTTP library correctly. The API expects a JSON payload,"
                  + " but what was sent was not valid JSON.)");
    }
  }

  private static Options options(Incoming in) throws Rejected {
    Options options = Options.NONE;
    try {
      for (HttpField field : in.request.getHeaders()) {
        String name = field.getLowerCaseName();
        String value = String.valueOf(field.getValue());
        if (name.equals("x-sim")) {
          options = options.read(value);
        } else if (name.startsWith("x-sim-")) {
          options = options.with(name.substring(6), value.strip());
        }
      }
      return options;
    } catch (IllegalArgumentException e) {
      throw Rejected.invalid(null, "invalid_simulator_option", String.valueOf(e.getMessage()));
    }
  }

  private static Rejected tooLarge(Dialect dialect) {
    return dialect == Dialect.ANTHROPIC
        ? new Rejected(
            413, "request_too_large", null, null, "Request exceeds the maximum allowed size.")
        : new Rejected(
            413, "invalid_request_error", null, null, "Request body is larger than the maximum.");
  }

  // Answers that are not an exchange.

  private void refuse(Incoming in, String model, boolean stream, Rejected rejected) {
    HttpFields.Mutable headers = in.response.getHeaders();
    rejected.retryAfter.ifPresent(wait -> {
      headers.put(HttpHeader.RETRY_AFTER, Durations.wholeSeconds(wait));
      if (in.dialect == Dialect.OPENAI) {
        headers.put("retry-after-ms", wait.toMillis());
      }
    });
    if (in.dialect == Dialect.ANTHROPIC && rejected.status == 529) {
      headers.put("x-should-retry", "true");
    }
    enterRefusal(in, model, stream, Mix.hex(0, 16), rejected.status);
    answer(in, rejected.status, Bodies.error(in.dialect, in.requestId, rejected));
  }

  private void html(Incoming in, Ask ask, int status) {
    enterRefusal(in, ask.model().name(), ask.stream(), Mix.hex(ask.hash(), 16), status);
    in.response.setStatus(status);
    in.response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/html");
    in.response.write(true, ByteBuffer.wrap(HTML.getBytes(StandardCharsets.US_ASCII)), in.callback);
  }

  private void enterRefusal(
      Incoming in, String model, boolean stream, String requestHash, int status) {
    InvoiceLine line =
        new InvoiceLine(
            in.requestId,
            clientRequestId(in),
            in.route.provider(),
            model,
            in.route.operation().word,
            stream,
            requestHash,
            status,
            Outcome.REFUSED,
            false,
            Tokens.NONE,
            OptionalLong.of(0),
            in.acceptTime,
            OptionalLong.empty());
    engine.callRefused(status);
    engine.book.refuse(line);
    engine.listener.ended(line);
  }

  private static Optional<String> clientRequestId(Incoming in) {
    return Optional.ofNullable(in.request.getHeaders().get("x-client-request-id"));
  }

  private static void answer(Incoming in, int status, Bytes body) {
    in.response.setStatus(status);
    in.response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    in.response.write(true, body.view(), in.callback);
  }
}
