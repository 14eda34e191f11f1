package dev.admiral.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Embeddings in OpenAI's bytes: of each text a unit vector that is a function of it. */
final class EmbeddingScript extends Script {
  private static final int MOST_INPUTS = 2048;
  private static final int SMALL = 1536;
  private static final int LARGE = 3072;

  private final List<Long> inputs;
  private final int dimensions;
  private final boolean base64;

  private EmbeddingScript(Ask ask, List<Long> inputs, int dimensions, boolean base64) {
    super(ask, new Answer(List.of(), ask.prompt()));
    this.inputs = inputs;
    this.dimensions = dimensions;
    this.base64 = base64;
  }

  static EmbeddingScript read(
      JsonNode body, Catalog catalog, String provider, Dialect dialect, Options options, long seed)
      throws Rejected {
    ModelProfile model = ChatReader.model(body, catalog, provider);
    if (model.kind() != ModelProfile.Kind.EMBEDDING) {
      throw new Rejected(
          403,
          "invalid_request_error",
          null,
          null,
          "You are not allowed to generate embeddings from this model");
    }
    JsonNode input = Json.get(body, "input");
    boolean single = input.isTextual() || input.path(0).isIntegralNumber();
    if (input.isMissingNode() || (!single && (!input.isArray() || input.isEmpty()))) {
      throw Rejected.invalid(
          "input",
          null,
          "'$.input' is invalid. Please check the API reference:"
              + " https://platform.openai.com/docs/api-reference.");
    }
    int most = model.name().contains("large") ? LARGE : SMALL;
    int dimensions = body.path("dimensions").asInt(most);
    if (dimensions < 1 || dimensions > most) {
      throw Rejected.invalid(
          "dimensions",
          null,
          "Invalid value for 'dimensions' = "
              + dimensions
              + ". Must be less than or equal to "
              + most
              + '.');
    }
    if (!single && input.size() > MOST_INPUTS) {
      throw Rejected.invalid(
          "input",
          "array_above_max_length",
          "Invalid 'input': array too long. Expected an array with maximum length 2048, but got an"
              + " array with length "
              + input.size()
              + " instead.");
    }
    List<Long> hashes = new ArrayList<>();
    long tokens = 0;
    long hash = Mix.text(2, model.name());
    for (JsonNode text : single ? List.of(input) : input) {
      tokens += text.isTextual() ? Prompt.tokensOf(text.asText()) : text.size();
      long own = Mix.json(Mix.text(seed, model.name()), text);
      hashes.add(own);
      hash = Mix.mix(hash, own);
    }
    Ask ask =
        new Ask(
            dialect,
            model,
            false,
            true,
            false,
            1,
            0,
            List.of(),
            List.of(),
            new Ask.ToolChoice.None(),
            false,
            Optional.empty(),
            false,
            "",
            false,
            new Tokens(Math.max(1, tokens), 0, 0, 0, 0, 0),
            0,
            options,
            Mix.mix(hash, dimensions));
    boolean base64 = body.path("encoding_format").asText().equals("base64");
    return new EmbeddingScript(ask, hashes, dimensions, base64);
  }

  @Override
  void whole(Bytes out) {
    out.raw("{\"object\":\"list\",\"data\":[");
    for (int i = 0; i < inputs.size(); i++) {
      out.raw(i == 0 ? "" : ",").raw("{\"object\":\"embedding\",\"index\":").number(i);
      out.raw(",\"embedding\":");
      vector(out, inputs.get(i));
      out.raw("}");
    }
    out.raw("],\"model\":").quoted(ask.model().name());
    out.raw(",\"usage\":{\"prompt_tokens\":").number(ask.prompt().input());
    out.raw(",\"total_tokens\":").number(ask.prompt().input()).raw("}}");
  }

  private void vector(Bytes out, long hash) {
    float[] vector = new float[dimensions];
    double square = 0;
    for (int i = 0; i < dimensions; i++) {
      vector[i] = (float) (Mix.unit(Mix.mix(hash, i)) - 0.5);
      square += (double) vector[i] * vector[i];
    }
    float length = (float) Math.sqrt(square);
    if (base64) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * dimensions).order(ByteOrder.LITTLE_ENDIAN);
      for (float x : vector) {
        bytes.putFloat(x / length);
      }
      out.quoted(Base64.getEncoder().encodeToString(bytes.array()));
      return;
    }
    out.raw("[");
    for (int i = 0; i < dimensions; i++) {
      out.raw(i == 0 ? "" : ",").raw(Float.toString(vector[i] / length));
    }
    out.raw("]");
  }

  @Override
  void wholeError(Bytes out) {
    out.raw("{\"error\":{\"message\":\"The server had an error while processing your request.\",");
    out.raw("\"type\":\"server_error\",\"param\":null,\"code\":null}}");
  }

  @Override
  void head(Bytes out) {
    throw notStreamed();
  }

  @Override
  void tail(Bytes out) {
    throw notStreamed();
  }

  @Override
  void error(Bytes out) {
    throw notStreamed();
  }

  @Override
  void malformed(Bytes out) {
    throw notStreamed();
  }

  @Override
  void openCall(Bytes out, int choice, int block, Answer.Block.ToolCall call) {
    throw notStreamed();
  }

  @Override
  void fragments(Bytes out, int choice, int block, Answer.Block of, int first, int count) {
    throw notStreamed();
  }

  private static IllegalStateException notStreamed() {
    return new IllegalStateException("Embeddings are not streamed.");
  }
}
