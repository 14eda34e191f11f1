package dev.admiral.optimizer.http.openai;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;

/** What OpenAI's clients ask for. Thread-safe. */
public final class OpenAiEndpoints {
  private final HttpCalls calls;
  private final Time time;
  private final Api chat;
  private final Models models;

  /**
   * @param calls makes calls of requests
   * @param names the models that can be asked for
   */
  public OpenAiEndpoints(HttpCalls calls, ModelNames names, Time time) {
    this.calls = calls;
    this.time = time;
    this.chat = new ChatApi(time);
    this.models = new Models(names, time.now());
  }

  /** Returns who answers {@code /v1/chat/completions}. */
  public Endpoint chat() {
    return calls.completions(chat);
  }

  /** Returns who answers {@code /v1/responses}. */
  public Endpoint responses() {
    return calls.completions(new ResponsesApi(time));
  }

  /** Returns who answers {@code /v1/embeddings}. */
  public Endpoint embeddings() {
    return calls.post(chat, new Embeddings());
  }

  /** Returns who answers {@code /v1/models}. */
  public Endpoint models() {
    return calls.get(chat, models::all);
  }

  /** Returns who answers {@code /v1/models/ID}. */
  public Endpoint model() {
    return calls.get(chat, models::one);
  }

  /** Refuses a request in OpenAI's words. */
  public void refuse(Exchange exchange, Failure failure) {
    calls.refuse(chat, exchange, failure);
  }
}
