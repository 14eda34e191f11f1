package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.HttpFailure;
import dev.admiral.optimizer.http.calls.Incoming;
import dev.admiral.optimizer.http.exchange.Reply;

/** {@code POST /v1/chat/completions}. */
final class ChatApi implements Api {
  private final Time time;

  ChatApi(Time time) {
    this.time = time;
  }

  @Override
  public Asked read(Incoming incoming) throws CallException {
    return ChatRequest.read(incoming.body(), time);
  }

  @Override
  public Reply error(HttpFailure failure) {
    return OpenAiErrors.CHAT.reply(failure);
  }
}
