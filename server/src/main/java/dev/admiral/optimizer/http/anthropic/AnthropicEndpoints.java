package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import java.util.concurrent.Executor;

/** What Anthropic's clients ask for. Thread-safe. */
public final class AnthropicEndpoints {
  private final HttpCalls calls;
  private final Api messages = new MessagesApi();
  private final MessageTokens tokens;
  private final ModelList models;

  /**
   * @param calls makes calls of requests
   * @param names the models that can be asked for
   * @param virtualThreads runs what may block
   */
  public AnthropicEndpoints(HttpCalls calls, ModelNames names, Executor virtualThreads, Time time) {
    this.calls = calls;
    this.tokens = new MessageTokens(virtualThreads);
    this.models = new ModelList(names, time.now());
  }

  /**
   * Returns true if a request comes from one of these clients: all say which version they speak.
   */
  public static boolean sent(Exchange exchange) {
    return exchange.header(Version.HEADER) != null;
  }

  /** Returns who answers {@code /v1/messages}. */
  public Endpoint messages() {
    return calls.completions(messages);
  }

  /** Returns who answers {@code /v1/messages/count_tokens}. */
  public Endpoint tokens() {
    return calls.post(messages, tokens);
  }

  /** Returns who answers {@code /v1/models}. */
  public Endpoint models() {
    return calls.get(messages, models::all);
  }

  /** Returns who answers {@code /v1/models/ID}. */
  public Endpoint model() {
    return calls.get(messages, models::one);
  }

  /** Refuses a request in Anthropic's words. */
  public void refuse(Exchange exchange, Failure failure) {
    calls.refuse(messages, exchange, failure);
  }
}
