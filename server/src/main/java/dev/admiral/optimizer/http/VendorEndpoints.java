package dev.admiral.optimizer.http;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.http.anthropic.AnthropicEndpoints;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.openai.OpenAiEndpoints;
import dev.admiral.optimizer.routing.Catalogue;
import java.util.concurrent.Executor;

/** What clients of the vendors' APIs ask for, each at the path its vendor gave it. */
public final class VendorEndpoints {
  private final HttpCalls calls;
  private final OpenAiEndpoints openAi;
  private final AnthropicEndpoints anthropic;

  /**
   * @param calls makes calls of requests
   * @param catalogue the models that can be asked for
   * @param virtualThreads runs what may block
   */
  public VendorEndpoints(HttpCalls calls, Catalogue catalogue, Executor virtualThreads, Time time) {
    ModelNames names = new ModelNames(catalogue);
    this.calls = calls;
    this.openAi = new OpenAiEndpoints(calls, names, time);
    this.anthropic = new AnthropicEndpoints(calls, names, virtualThreads, time);
  }

  /** Puts each under its path. */
  void addTo(Routes routes) {
    routes.at("/v1/chat/completions", openAi.chat());
    routes.at("/v1/responses", openAi.responses());
    routes.at("/v1/embeddings", openAi.embeddings());
    routes.at("/v1/models", byVendor(anthropic.models(), openAi.models()));
    routes.below("/v1/models/", byVendor(anthropic.model(), openAi.model()));
    routes.at("/v1/messages", anthropic.messages());
    routes.at("/v1/messages/count_tokens", anthropic.tokens());
  }

  /** Both vendors have something at this path. */
  private static Endpoint byVendor(Endpoint forAnthropic, Endpoint forOpenAi) {
    return exchange -> (ofAnthropic(exchange) ? forAnthropic : forOpenAi).handle(exchange);
  }

  static boolean ofAnthropic(Exchange exchange) {
    return AnthropicEndpoints.sent(exchange);
  }

  /**
   * Refuses a request in the words of the vendor whose client sent it.
   *
   * @param path what it asked for, or meant
   */
  void refuse(Exchange exchange, String path, Failure failure) {
    if (path.startsWith("/v1/messages") || ofAnthropic(exchange)) {
      anthropic.refuse(exchange, failure);
    } else {
      openAi.refuse(exchange, failure);
    }
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
