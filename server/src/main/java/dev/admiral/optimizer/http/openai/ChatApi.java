package dev.admiral.optimizer.http.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.cache.SingleFlight.Begun;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Outcome.Answered;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.AnswerFormat;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.calls.StreamFormat;
import dev.admiral.optimizer.http.exchange.EventBuffer;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.Message;
import dev.admiral.optimizer.v1.Part;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** {@code POST /v1/chat/completions}. */
public final class ChatApi implements Api {
  private final Time time;

  public ChatApi(Time time) {
    this.time = time;
  }

  @Override
  public Asked read(Incoming incoming) {
    ObjectNode body = incoming.body();
    Prompt.Builder prompt = Prompt.newBuilder().setModel(body.path("model").asText());
    for (JsonNode message : body.path("messages")) {
      prompt.addMessages(
          Message.newBuilder()
              .setRole(Role.ROLE_USER)
              .addParts(
                  Part.newBuilder()
                      .setText(Text.newBuilder().setText(message.path("content").asText()))));
    }
    return new Asked(prompt.build(), body.path("stream").asBoolean(), new Format());
  }

  @Override
  public Reply error(HttpFailure failure) {
    return Reply.json(failure.status(), errorBody(failure).getBytes(StandardCharsets.UTF_8));
  }

  private static String errorBody(HttpFailure failure) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.putObject("error")
        .put("message", failure.message())
        .put("type", "invalid_request_error")
        .putNull("param")
        .put("code", failure.code());
    return body.toString();
  }

  private final class Format implements AnswerFormat {
    @Override
    public void whole(JsonGenerator json, Call call, Answered answered) throws IOException {
      json.writeStartObject();
      json.writeStringField("id", "chatcmpl-" + call.id());
      json.writeStringField("object", "chat.completion");
      json.writeNumberField("created", time.now().getEpochSecond());
      json.writeStringField("model", answered.answer().model());
      json.writeArrayFieldStart("choices");
      json.writeStartObject();
      json.writeNumberField("index", 0);
      json.writeObjectFieldStart("message");
      json.writeStringField("role", "assistant");
      json.writeStringField(
          "content", answered.answer().completion().getMessage().getParts(0).getText().getText());
      json.writeEndObject();
      json.writeStringField("finish_reason", "stop");
      json.writeEndObject();
      json.writeEndArray();
      json.writeEndObject();
    }

    @Override
    public StreamFormat stream(Call call) {
      return new Stream();
    }
  }

  private static final class Stream implements StreamFormat {
    @Override
    public void begin(Begun begun, EventBuffer out) {
      out.data(json ->
          json.writeRawValue(
              "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}"));
    }

    @Override
    public void piece(ContentDelta delta, EventBuffer out) {
      out.data(json -> {
        json.writeStartObject();
        json.writeStringField("piece", delta.getText().getText());
        json.writeEndObject();
      });
    }

    @Override
    public void finish(Answered answered, EventBuffer out) {
      out.text("[DONE]");
    }

    @Override
    public void fail(HttpFailure failure, EventBuffer out) {
      out.text(errorBody(failure));
    }
  }
}
