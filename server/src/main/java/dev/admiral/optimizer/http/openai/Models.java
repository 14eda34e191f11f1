package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.KnownModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/ID}: aliases, and models with their provider's
 * name before a slash. A model is also found by its bare name. Thread-safe.
 */
public final class Models {
  private static final String PATH = "/v1/models/";
  private static final String OWNER_OF_ALIASES = "admiral";
  private static final JsonFactory JSON = new JsonFactory();

  /** Owners by the names that are listed, in the order of the configuration. */
  private final Map<String, String> listed = new LinkedHashMap<>();

  /** Owners by every name. */
  private final Map<String, String> owners;

  private final long created;

  /**
   * @param start when this server started; vendors do not all say when a model was made
   */
  public Models(Catalogue catalogue, Instant start) {
    created = start.getEpochSecond();
    catalogue.aliases().keySet().forEach(alias -> listed.put(alias, OWNER_OF_ALIASES));
    List<KnownModel> models = catalogue.models();
    models.forEach(model -> listed.put(model.provider() + "/" + model.name(), model.provider()));
    owners = new LinkedHashMap<>(listed);
    models.forEach(model -> owners.putIfAbsent(model.name(), model.provider()));
  }

  /** Replies with every model. */
  public void all(Incoming incoming) {
    Reply reply =
        reply(json -> {
          json.writeStartObject();
          json.writeStringField("object", "list");
          json.writeArrayFieldStart("data");
          for (Map.Entry<String, String> model : listed.entrySet()) {
            write(json, model.getKey(), model.getValue());
          }
          json.writeEndArray();
          json.writeEndObject();
        });
    incoming.exchange().reply(reply);
  }

  /**
   * Replies with the model that the path names; the slash in its name may be encoded.
   *
   * @throws CallException if there is none
   */
  public void one(Incoming incoming) throws CallException {
    String id = incoming.exchange().path().substring(PATH.length()).replaceAll("%2[Ff]", "/");
    String owner = owners.get(id);
    if (owner == null) {
      throw new CallException(new Failure.UnknownModel(id, List.of()));
    }
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
