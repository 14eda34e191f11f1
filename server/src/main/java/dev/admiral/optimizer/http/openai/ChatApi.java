package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Asked;
import dev.admiral.optimizer.http.calls.Incoming;

/** {@code POST /v1/chat/completions}. */
public final class ChatApi extends OpenAiApi {
  private final Time time;

  public ChatApi(Time time) {
    this.time = time;
  }

  @Override
  public Asked read(Incoming incoming) throws CallException {
    return ChatRequest.read(incoming.body(), time);
  }
}
