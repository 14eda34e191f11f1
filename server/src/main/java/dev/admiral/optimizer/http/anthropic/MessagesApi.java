package dev.admiral.optimizer.http.anthropic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.v1.ErrorReason;
import java.nio.charset.StandardCharsets;

/** {@code POST /v1/messages}. */
public final class MessagesApi implements Api {
  @Override
  public Asked read(Incoming incoming) throws CallException {
    throw new CallException(
        new Failure.Refused(
            ErrorReason.ERROR_REASON_NOT_IMPLEMENTED, "messages are not there yet"));
  }

  @Override
  public Reply error(HttpFailure failure) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("type", "error");
    body.putObject("error").put("type", "api_error").put("message", failure.message());
    body.put("request_id", failure.requestId());
    return Reply.json(failure.status(), body.toString().getBytes(StandardCharsets.UTF_8));
  }
}
