package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.admiral.optimizer.e2e.HttpClients.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** OpenAI's embeddings and list of models by HTTP. */
class EmbeddingsTest {
  private static Harness harness;

  @BeforeAll
  static void start() {
    harness = Harness.start();
  }

  @AfterAll
  static void stop() {
    harness.close();
  }

  private static Reply embed(String fields, String... headers) {
    return HttpClients.post(
        harness.httpAddress() + "/v1/embeddings",
        "{\"model\":\"text-embedding-3-small\"," + fields + "}",
        headers);
  }

  @Test
  void floatsAndBase64_areTheSameVectors() throws IOException {
    JsonNode plain = embed("\"input\":[\"one\",\"two\"],\"dimensions\":8").json();
    JsonNode packed =
        embed(
                "\"input\":[\"one\",\"two\"],\"dimensions\":8,\"encoding_format\":\"base64\","
                    + "\"user\":\"me\"")
            .json();

    assertThat(plain.path("object").asText()).isEqualTo("list");
    assertThat(plain.path("model").asText()).isEqualTo("text-embedding-3-small");
    assertThat(plain.path("usage").path("prompt_tokens").asLong()).isPositive();
    assertThat(plain.path("usage")).isEqualTo(packed.path("usage"));
    assertThat(plain.path("data")).hasSize(2);
    for (int i = 0; i < 2; i++) {
      JsonNode floats = plain.path("data").get(i);
      JsonNode bytes = packed.path("data").get(i);
      assertThat(floats.path("index").asInt()).isEqualTo(i);
      assertThat(floats.path("embedding")).hasSize(8);
      ByteBuffer read =
          ByteBuffer.wrap(bytes.path("embedding").binaryValue()).order(ByteOrder.LITTLE_ENDIAN);
      for (JsonNode component : floats.path("embedding")) {
        assertThat(read.getFloat()).isEqualTo((float) component.asDouble());
      }
      assertThat(read.hasRemaining()).isFalse();
    }
  }

  @Test
  void singleText_givesOneVectorAndTellsWhatItCost() {
    Reply reply = embed("\"input\":\"alone\"");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().path("data")).hasSize(1);
    assertThat(reply.header("x-admiral-served")).isEqualTo("upstream");
    assertThat(reply.header("x-admiral-cost-usd")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"input\":[1,\"a\"]|input[1]|must be a whole number",
        "\"input\":[[1,2],\"a\"]|input[1]|must be a list",
        "\"input\":[\"a\",1]|input[1]|must be a string",
        "\"input\":[[1],[]]|input[1]|is empty",
        "\"input\":7|input|must be a string or a list of strings, but is a number",
        "\"input\":[]|input|has 0 texts",
        "\"input\":[\"a\",\"\"]|input[1]|is empty",
        "\"input\":\"a\",\"dimensions\":0|dimensions|must be 1 or more",
        "\"input\":\"a\",\"dimensions\":\"9\"|dimensions|must be a whole number",
        "\"input\":\"a\",\"encoding_format\":\"hex\"|encoding_format|must be float or base64",
        "\"user\":\"me\"|input|is missing",
      })
  void badRequest_isRefusedNamingTheField(String fields, String param, String message) {
    Reply reply = embed(fields);

    assertThat(reply.status()).isEqualTo(400);
    JsonNode error = reply.json().path("error");
    assertThat(error.path("param").asText()).isEqualTo(param);
    assertThat(error.path("message").asText()).startsWith(param).contains(message);
    assertThat(error.path("type").asText()).isEqualTo("invalid_request_error");
  }

  @Test
  void vectorsFromTheCacheAlone_areRefused() {
    Reply reply = embed("\"input\":\"a\"", "x-admiral-cache", "only");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().path("error").path("code").asText()).isEqualTo("cache_miss");
  }

  @Test
  void listOfModels_hasAliasesAndModels() {
    JsonNode list = HttpClients.get(harness.httpAddress() + "/v1/models").json();

    assertThat(list.path("object").asText()).isEqualTo("list");
    assertThat(list.path("data").findValuesAsText("id"))
        .contains("fast", "openai/gpt-4o", "anthropic/claude-haiku-4-5");
    assertThat(list.path("data").findValuesAsText("owned_by"))
        .contains("admiral", "openai", "anthropic");
  }

  @ParameterizedTest
  @CsvSource({
    "openai/gpt-4o, openai/gpt-4o, openai",
    "openai%2Fgpt-4o, openai/gpt-4o, openai",
    "gpt-4o, gpt-4o, openai",
    "fast, fast, admiral"
  })
  void singleModel_isFoundByEachOfItsNames(String path, String id, String owner) {
    JsonNode model = HttpClients.get(harness.httpAddress() + "/v1/models/" + path).json();

    assertThat(model.path("id").asText()).isEqualTo(id);
    assertThat(model.path("object").asText()).isEqualTo("model");
    assertThat(model.path("owned_by").asText()).isEqualTo(owner);
    assertThat(model.path("created").asLong()).isPositive();
  }

  @Test
  void modelThatIsNotThere_isNotFound() {
    Reply reply = HttpClients.get(harness.httpAddress() + "/v1/models/openrouter/none/of-these");

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.json().path("error").path("code").asText()).isEqualTo("model_not_found");
    assertThat(reply.json().path("error").path("message").asText())
        .contains("openrouter/none/of-these");
  }
}
