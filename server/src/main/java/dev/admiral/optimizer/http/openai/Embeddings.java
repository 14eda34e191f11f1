package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Struct;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.VectorInput;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.calls.Places;
import dev.admiral.optimizer.http.calls.VectorFormat;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.Embedding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * {@code POST /v1/embeddings}.
 *
 * <p>Unlike a prompt, a call for vectors has no options that go on unchanged: a field that is not
 * known here is refused, since it may change the vectors. The client's name for its user cannot,
 * and is left out.
 */
final class Embeddings implements HttpCalls.Handling {

  @Override
  public void handle(Incoming incoming) throws CallException {
    String model = "";
    VectorInput input = null;
    OptionalInt dimensions = OptionalInt.empty();
    boolean packed = false;
    Struct.Builder options = Struct.newBuilder();
    for (Map.Entry<String, JsonNode> field : incoming.body().properties()) {
      Given value = Given.field(field.getKey(), field.getValue());
      if (!value.present()) {
        continue;
      }
      switch (field.getKey()) {
        case "model" -> model = value.text();
        case "input" -> input = input(value);
        case "dimensions" -> dimensions = OptionalInt.of(value.wholeInt());
        case "encoding_format" -> packed = packed(value);
        case "user" -> {}
        // In the vendors' own words: what the vectors are for, how long texts are cut.
        default -> options.putFields(field.getKey(), value.open());
      }
    }
    if (input == null) {
      throw Given.wrong("input", "is missing; send a string or a list of strings");
    }
    incoming.embed(
        new VectorRequest(model, input, dimensions, options.build()), new Format(packed));
  }

  private static boolean packed(Given format) throws CallException {
    return switch (format.text()) {
      case "float" -> false;
      case "base64" -> true;
      default -> throw format.wrong("must be float or base64");
    };
  }

  private static VectorInput input(Given input) throws CallException {
    if (input.isText()) {
      return new VectorInput.Texts(List.of(input.text()));
    }
    if (!input.isList()) {
      throw input.mustBe("a string or a list of strings");
    }
    List<Given> given = input.list();
    if (!given.isEmpty() && given.getFirst().isList()) {
      List<List<Integer>> texts = new ArrayList<>(given.size());
      for (Given text : given) {
        texts.add(tokens(text));
      }
      return new VectorInput.Numbers(texts);
    }
    if (!given.isEmpty() && given.getFirst().node().isIntegralNumber()) {
      return new VectorInput.Numbers(List.of(tokens(input)));
    }
    List<String> texts = new ArrayList<>(given.size());
    for (Given text : given) {
      texts.add(text.text());
    }
    return new VectorInput.Texts(texts);
  }

  /** Reads one text that is given as the numbers of its tokens. */
  private static List<Integer> tokens(Given text) throws CallException {
    List<Integer> numbers = new ArrayList<>();
    for (Given number : text.list()) {
      numbers.add(number.wholeInt());
    }
    return numbers;
  }

  /**
   * Writes vectors.
   *
   * @param packed true for base64 of little-endian floats of 32 bits, which is what SDKs ask for
   */
  private record Format(boolean packed) implements VectorFormat {
    @Override
    public void whole(JsonGenerator json, Answer answer, List<Embedding> vectors)
        throws IOException {
      json.writeStartObject();
      json.writeStringField("object", "list");
      json.writeArrayFieldStart("data");
      for (int i = 0; i < vectors.size(); i++) {
        json.writeStartObject();
        json.writeStringField("object", "embedding");
        json.writeNumberField("index", i);
        json.writeFieldName("embedding");
        write(json, vectors.get(i));
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("model", answer.model());
      json.writeObjectFieldStart("usage");
      json.writeNumberField("prompt_tokens", answer.usage().input());
      json.writeNumberField("total_tokens", answer.usage().input());
      json.writeEndObject();
      json.writeEndObject();
    }

    private void write(JsonGenerator json, Embedding vector) throws IOException {
      int count = vector.getValuesCount();
      if (packed) {
        ByteBuffer bytes = ByteBuffer.allocate(count * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
          bytes.putFloat(vector.getValues(i));
        }
        json.writeBinary(bytes.array());
        return;
      }
      json.writeStartArray();
      for (int i = 0; i < count; i++) {
        json.writeNumber(vector.getValues(i));
      }
      json.writeEndArray();
    }

    @Override
    public Failure inWords(Failure failure) {
      return failure instanceof Failure.Invalid invalid
          ? Places.renamed(
              invalid,
              field -> field.replace("texts", "input").replace("dimension_count", "dimensions"))
          : failure;
    }
  }
}
