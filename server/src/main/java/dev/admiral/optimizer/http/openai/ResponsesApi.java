package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;

/** {@code POST /v1/responses}, for clients that keep their conversations themselves. */
final class ResponsesApi implements Api {
  private final Time time;

  ResponsesApi(Time time) {
    this.time = time;
  }

  @Override
  public Asked read(Incoming incoming) throws CallException {
    return ResponsesRequest.read(incoming.body(), time);
  }

  @Override
  public Reply error(HttpFailure failure) {
    return OpenAiErrors.RESPONSES.reply(failure);
  }
}
