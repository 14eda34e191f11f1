package dev.admiral.simulator;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Bodies that are no answer of a model: errors and lists of models, in each vendor's shape. */
final class Bodies {
  private Bodies() {}

  /** Writes an error as the provider words it. */
  static Bytes error(Dialect dialect, String requestId, Rejected rejected) {
    Bytes out = new Bytes(512);
    switch (dialect) {
      case ANTHROPIC -> {
        out.raw("{\"type\":\"error\",\"error\":{\"type\":").quoted(rejected.type);
        out.raw(",\"message\":").quoted(rejected.message());
        out.raw("},\"request_id\":").quoted(requestId).raw("}");
      }
      case OPENROUTER -> {
        out.raw("{\"error\":{\"message\":").quoted(rejected.message());
        out.raw(",\"code\":").number(rejected.status).raw("},\"user_id\":\"user_simulator\"}");
      }
      case MISTRAL -> {
        out.raw("{\"object\":\"error\",\"message\":").quoted(rejected.message());
        out.raw(",\"type\":").quoted(rejected.type).raw(",\"param\":");
        nullable(out, rejected.param).raw(",\"code\":");
        nullable(out, rejected.code).raw("}");
      }
      default -> {
        out.raw("{\"error\":{\"message\":").quoted(rejected.message());
        out.raw(",\"type\":").quoted(rejected.type).raw(",\"param\":");
        nullable(out, rejected.param).raw(",\"code\":");
        nullable(out, rejected.code).raw("}}");
      }
    }
    return out;
  }

  private static Bytes nullable(Bytes out, @Nullable String text) {
    return text == null ? out.raw("null") : out.quoted(text);
  }

  /** Writes the list of a provider's models, or the one that is wanted. */
  static Bytes models(Catalog catalog, String provider, Dialect dialect, String wanted)
      throws Rejected {
    List<ModelProfile> models = catalog.of(provider);
    Bytes out = new Bytes(4096);
    if (!wanted.isEmpty()) {
      ModelProfile model =
          catalog
              .find(provider, wanted)
              .orElseThrow(() ->
                  dialect == Dialect.ANTHROPIC
                      ? new Rejected(404, "not_found_error", null, null, "model: " + wanted)
                      : new Rejected(
                          404,
                          "invalid_request_error",
                          "model_not_found",
                          "model",
                          "The model '" + wanted + "' does not exist"));
      model(out, dialect, model);
    } else if (dialect == Dialect.ANTHROPIC) {
      out.raw("{\"data\":[");
      list(out, dialect, models);
      out.raw("],\"has_more\":false,\"first_id\":");
      nullable(out, models.isEmpty() ? null : models.getFirst().name()).raw(",\"last_id\":");
      nullable(out, models.isEmpty() ? null : models.getLast().name()).raw("}");
    } else {
      out.raw("{\"object\":\"list\",\"data\":[");
      list(out, dialect, models);
      out.raw("]}");
    }
    return out;
  }

  private static void list(Bytes out, Dialect dialect, List<ModelProfile> models) {
    for (int i = 0; i < models.size(); i++) {
      model(out.raw(i == 0 ? "" : ","), dialect, models.get(i));
    }
  }

  private static void model(Bytes out, Dialect dialect, ModelProfile model) {
    if (dialect == Dialect.ANTHROPIC) {
      out.raw("{\"type\":\"model\",\"id\":").quoted(model.name());
      out.raw(",\"display_name\":").quoted(model.name());
      out.raw(",\"created_at\":\"2026-01-01T00:00:00Z\"}");
    } else {
      out.raw("{\"id\":").quoted(model.name()).raw(",\"object\":\"model\",\"created\":1767225600,");
      out.raw("\"owned_by\":").quoted(model.provider()).raw("}");
    }
  }
}
