package dev.admiral.optimizer.provider.anthropic;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.Json;
import dev.admiral.optimizer.provider.wire.Paths;
import dev.admiral.optimizer.provider.wire.Refusals;
import dev.admiral.optimizer.provider.wire.VendorError;
import dev.admiral.optimizer.provider.wire.WireFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Anthropic's messages, in the versions of 2023 and of 2026. */
public final class AnthropicDialect implements WireFormat {
  private final ProviderSettings settings;
  private final List<Map.Entry<String, String>> headers;

  public AnthropicDialect(ProviderSettings settings) {
    this.settings = settings;
    this.headers = headers(settings);
  }

  /** Anthropic's own tools take the address without the version; both forms are in use. */
  private String path(String below) {
    String base = settings.baseUrl().getPath();
    boolean versioned = base != null && (base.endsWith("/v1") || base.endsWith("/v1/"));
    return Paths.below(settings.baseUrl(), versioned ? below : "/v1" + below);
  }

  private static List<Map.Entry<String, String>> headers(ProviderSettings settings) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(settings.headers().entrySet());
    headers.add(Map.entry("anthropic-version", settings.apiVersion()));
    if (!settings.apiKey().isEmpty()) {
      headers.add(
          settings.apiVersion().equals(ProviderSettings.ANTHROPIC_2023)
              ? Map.entry("x-api-key", settings.apiKey())
              : Map.entry("Authorization", "Bearer " + settings.apiKey()));
    }
    return List.copyOf(headers);
  }

  @Override
  public List<Map.Entry<String, String>> headers() {
    return headers;
  }

  @Override
  public String attemptHeader() {
    return "x-client-request-id";
  }

  @Override
  public String requestIdHeader() {
    return "request-id";
  }

  @Override
  public Request complete(ProviderCall call) throws ProviderException {
    return new AnthropicRequest(settings, call).write(path("/messages"));
  }

  @Override
  public Request countTokens(ProviderCall call) throws ProviderException {
    return new AnthropicRequest(settings, call).writeForCount(path("/messages/count_tokens"));
  }

  @Override
  public Request embed(VectorCall call) throws ProviderException {
    throw Refusals.noSuchCall(settings.name(), "makes no vectors");
  }

  @Override
  public AnswerReader reader(Draft draft) {
    return new AnthropicAnswer(draft);
  }

  @Override
  public Vectors readVectors(byte[] body) {
    throw new IllegalStateException("no such call was made");
  }

  @Override
  public long readCount(byte[] body) throws IOException, ErrorInsideException {
    try (JsonParser parser = Json.FACTORY.createParser(body)) {
      if (parser.nextToken() == JsonToken.START_OBJECT) {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String field = parser.currentName();
          JsonToken token = parser.nextToken();
          if (field.equals("input_tokens") && token.isNumeric()) {
            return Json.tokens(parser);
          } else if (field.equals("error")) {
            throw new ErrorInsideException(VendorError.read(parser));
          }
          parser.skipChildren();
        }
      }
    }
    throw new MalformedException("no count of input tokens came");
  }
}
