package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.exchange.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code GET /v1/models} and {@code GET /v1/models/ID} for Anthropic's clients, which expect other
 * fields than OpenAI's. The list is never in pages. Thread-safe.
 */
final class ModelList {
  private static final JsonMapper JSON = new JsonMapper();

  private final ModelNames names;
  private final String created;

  /**
   * @param start when this server started; vendors do not all say when a model was made
   */
  ModelList(ModelNames names, Instant start) {
    this.names = names;
    this.created = start.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** Replies with every model. */
  void all(Incoming incoming) {
    List<String> ids = new ArrayList<>(names.listed().keySet());
    ObjectNode list = JsonNodeFactory.instance.objectNode();
    ArrayNode data = list.putArray("data");
    ids.forEach(id -> data.add(model(id)));
    list.put("has_more", false);
    list.put("first_id", ids.isEmpty() ? null : ids.getFirst());
    list.put("last_id", ids.isEmpty() ? null : ids.getLast());
    reply(incoming, list);
  }

  /**
   * Replies with the model that the path names.
   *
   * @throws CallException if there is none
   */
  void one(Incoming incoming) throws CallException {
    String id = ModelNames.in(incoming);
    names.owner(id);
    reply(incoming, model(id));
  }

  private ObjectNode model(String id) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "model")
        .put("id", id)
        .put("display_name", id)
        .put("created_at", created);
  }

  private static void reply(Incoming incoming, ObjectNode body) {
    try {
      incoming.exchange().reply(Reply.json(200, JSON.writeValueAsBytes(body)));
    } catch (IOException e) {
      throw new UncheckedIOException("the output is memory", e);
    }
  }
}
