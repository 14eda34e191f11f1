package dev.admiral.optimizer.provider.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.admiral.optimizer.call.VectorInput;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.provider.Vendor.Quirk;
import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.Json;
import dev.admiral.optimizer.provider.wire.JsonBody;
import dev.admiral.optimizer.provider.wire.Paths;
import dev.admiral.optimizer.provider.wire.Refusals;
import dev.admiral.optimizer.provider.wire.VendorError;
import dev.admiral.optimizer.provider.wire.WireFormat;
import dev.admiral.optimizer.v1.Embedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** OpenAI's chat completions and embeddings, and the many that speak like them. */
public final class OpenAiDialect implements WireFormat {
  private final ProviderSettings settings;
  private final List<Map.Entry<String, String>> headers;

  public OpenAiDialect(ProviderSettings settings) {
    this.settings = settings;
    this.headers = headers(settings);
  }

  private static List<Map.Entry<String, String>> headers(ProviderSettings settings) {
    List<Map.Entry<String, String>> headers = new ArrayList<>(settings.headers().entrySet());
    if (!settings.apiKey().isEmpty()) {
      headers.add(
          settings.vendor().has(Quirk.KEY_IN_API_KEY)
              ? Map.entry("api-key", settings.apiKey())
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
    return "x-request-id";
  }

  @Override
  public Request complete(ProviderCall call) throws ProviderException {
    return new OpenAiRequest(settings.name(), settings.vendor(), call)
        .write(Paths.below(settings.baseUrl(), "/chat/completions"));
  }

  @Override
  public Request embed(VectorCall call) {
    JsonBody body = new JsonBody(call.options());
    body.field("model").value(call.model());
    body.field("input").array();
    switch (call.input()) {
      case VectorInput.Texts(var texts) -> texts.forEach(body::value);
      case VectorInput.Numbers(var texts) -> {
        for (List<Integer> text : texts) {
          body.array();
          text.forEach(body::value);
          body.endArray();
        }
      }
    }
    body.endArray();
    call.dimensions().ifPresent(count -> body.field("dimensions").value(count));
    // Four bytes a component instead of a dozen; every dialect we know takes floats at least.
    if (settings.vendor().has(Quirk.BASE64_VECTORS)) {
      body.field("encoding_format").value("base64");
    }
    return new Request(Paths.below(settings.baseUrl(), "/embeddings"), body.bytes());
  }

  @Override
  public Request countTokens(ProviderCall call) throws ProviderException {
    throw Refusals.noSuchCall(settings.name(), "does not count tokens");
  }

  @Override
  public AnswerReader reader(Draft draft) {
    return new OpenAiAnswer(draft, settings.vendor());
  }

  @Override
  public long readCount(byte[] body) {
    throw new IllegalStateException("no such call was made");
  }

  @Override
  public Vectors readVectors(byte[] body) throws IOException, ErrorInsideException {
    List<Embedding> embeddings = new ArrayList<>();
    long input = -1;
    try (JsonParser parser = Json.FACTORY.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new MalformedException("the body is no JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken token = parser.nextToken();
        switch (field) {
          case "data" -> readList(parser, embeddings);
          case "usage" -> input = readInput(parser);
          case "error" -> {
            if (token != JsonToken.VALUE_NULL) {
              throw new ErrorInsideException(VendorError.read(parser));
            }
          }
          default -> parser.skipChildren();
        }
      }
    }
    return new Vectors(List.copyOf(embeddings), input);
  }

  private static void readList(JsonParser parser, List<Embedding> embeddings) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new MalformedException("data is no list");
    }
    while (parser.nextToken() == JsonToken.START_OBJECT) {
      int index = embeddings.size();
      Embedding embedding = Embedding.getDefaultInstance();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        switch (field) {
          case "index" -> index = (int) Math.min(1 << 20, Json.count(parser));
          case "embedding" -> embedding = readVector(parser);
          default -> parser.skipChildren();
        }
      }
      while (embeddings.size() <= index) {
        embeddings.add(Embedding.getDefaultInstance());
      }
      embeddings.set(index, embedding);
    }
  }

  private static Embedding readVector(JsonParser parser) throws IOException {
    Embedding.Builder embedding = Embedding.newBuilder();
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      ByteBuffer bytes;
      try {
        bytes = ByteBuffer.wrap(Base64.getDecoder().decode(parser.getText()));
      } catch (IllegalArgumentException e) {
        throw new MalformedException("a vector is no base64");
      }
      bytes.order(ByteOrder.LITTLE_ENDIAN);
      while (bytes.remaining() >= Float.BYTES) {
        embedding.addValues(bytes.getFloat());
      }
    } else if (parser.currentToken() == JsonToken.START_ARRAY) {
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        embedding.addValues(parser.getFloatValue());
      }
    } else {
      throw new MalformedException("a vector is no list");
    }
    return embedding.build();
  }

  private static long readInput(JsonParser parser) throws IOException {
    long input = -1;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean wanted =
            Arrays.asList("prompt_tokens", "input_tokens").contains(parser.currentName());
        parser.nextToken();
        if (wanted) {
          long counted = Json.tokens(parser);
          input = counted > Json.MOST_TOKENS ? -1 : counted;
        } else {
          parser.skipChildren();
        }
      }
    }
    return input;
  }
}
