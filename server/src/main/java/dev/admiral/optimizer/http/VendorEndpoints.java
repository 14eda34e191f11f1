package dev.admiral.optimizer.http;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.anthropic.MessageTokens;
import dev.admiral.optimizer.http.anthropic.MessagesApi;
import dev.admiral.optimizer.http.anthropic.ModelList;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.openai.ChatApi;
import dev.admiral.optimizer.http.openai.Embeddings;
import dev.admiral.optimizer.http.openai.Models;
import dev.admiral.optimizer.http.openai.ResponsesApi;
import dev.admiral.optimizer.routing.Catalogue;

/** What clients of the vendors' APIs ask for, each at the path its vendor gave it. */
public final class VendorEndpoints {
  private final HttpCalls calls;
  private final MessageTokens tokens;
  private final Catalogue catalogue;
  private final Time time;
  private final Api openAi;
  private final Api anthropic = new MessagesApi();

  /**
   * @param tokens counts the tokens of prompts
   * @param catalogue the models that can be asked for
   */
  public VendorEndpoints(HttpCalls calls, MessageTokens tokens, Catalogue catalogue, Time time) {
    this.calls = calls;
    this.tokens = tokens;
    this.catalogue = catalogue;
    this.time = time;
    this.openAi = new ChatApi(time);
  }

  /** Puts each under its path. */
  void addTo(Routes routes) {
    ModelNames names = new ModelNames(catalogue);
    Models models = new Models(names, time.now());
    ModelList modelList = new ModelList(names, time.now());
    routes.at("/v1/chat/completions", calls.completions(openAi));
    routes.at("/v1/responses", calls.completions(new ResponsesApi(time)));
    routes.at("/v1/embeddings", calls.post(openAi, new Embeddings()));
    routes.at(
        "/v1/models",
        byVendor(calls.get(anthropic, modelList::all), calls.get(openAi, models::all)));
    routes.below(
        "/v1/models/",
        byVendor(calls.get(anthropic, modelList::one), calls.get(openAi, models::one)));
    routes.at("/v1/messages", calls.completions(anthropic));
    routes.at("/v1/messages/count_tokens", calls.post(anthropic, tokens));
  }

  /** Both vendors have something at this path. */
  private static Endpoint byVendor(Endpoint forAnthropic, Endpoint forOpenAi) {
    return exchange -> (ofAnthropic(exchange) ? forAnthropic : forOpenAi).handle(exchange);
  }

  /** All of Anthropic's clients say which version they speak. */
  static boolean ofAnthropic(Exchange exchange) {
    return exchange.header("anthropic-version") != null;
  }

  /**
   * Refuses a request in the words of the vendor whose client sent it.
   *
   * @param path what it asked for, or meant
   */
  void refuse(Exchange exchange, String path, Failure failure) {
    boolean ofAnthropic = path.startsWith("/v1/messages") || ofAnthropic(exchange);
    calls.refuse(ofAnthropic ? anthropic : openAi, exchange, failure);
  }

  /** Returns how many calls have clients that wait for the end. */
  int unendedCalls() {
    return calls.unended();
  }

  /** Ends the calls that still run. */
  void endCalls() {
    calls.endAll();
  }
}
