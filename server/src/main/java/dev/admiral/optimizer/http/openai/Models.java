package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.exchange.Reply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Map;

/** {@code GET /v1/models} and {@code GET /v1/models/ID}. Thread-safe. */
final class Models {
  private static final JsonFactory JSON = new JsonFactory();

  private final ModelNames names;
  private final long created;

  /**
   * @param start when this server started; vendors do not all say when a model was made
   */
  Models(ModelNames names, Instant start) {
    this.names = names;
    this.created = start.getEpochSecond();
  }

  /** Replies with every model. */
  void all(Incoming incoming) {
    Reply reply =
        reply(json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (Map.Entry<String, String> model : names.listed().entrySet()) {
            write(json, model.getKey(), model.getValue());
          }
          json.writeEndArray();
          json.writeEndObject();
        });
    incoming.exchange().reply(reply);
  }

  /**
   * Replies with the model that the path names.
   *
   * @throws CallException if there is none
   */
  void one(Incoming incoming) throws CallException {
    String id = ModelNames.in(incoming);
    String owner = names.owner(id);
    incoming.exchange().reply(reply(json -> write(json, id, owner)));
  }

  private void write(JsonGenerator json, String id, String owner) throws IOException {
    json.writeStartObject();
    json.writeStringField("id", id);
    json.writeStringField("object", "model");
    json.writeNumberField("created", created);
    json.writeStringField("owned_by", owner);
    json.writeEndObject();
  }

  private interface Writing {
    void to(JsonGenerator json) throws IOException;
  }

  private static Reply reply(Writing writing) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(body)) {
      writing.to(json);
    } catch (IOException e) {
      throw new UncheckedIOException("the output is memory", e);
    }
    return Reply.json(200, body.toByteArray());
  }
}
