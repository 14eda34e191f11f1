package dev.admiral.optimizer.http;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.http.anthropic.MessageTokens;
import dev.admiral.optimizer.http.anthropic.MessagesApi;
import dev.admiral.optimizer.http.anthropic.ModelList;
import dev.admiral.optimizer.http.calls.Api;
import dev.admiral.optimizer.http.calls.HttpCalls;
import dev.admiral.optimizer.http.calls.ModelNames;
import dev.admiral.optimizer.http.dashboard.Dashboard;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.http.health.HealthEndpoints;
import dev.admiral.optimizer.http.openai.ChatApi;
import dev.admiral.optimizer.http.openai.Embeddings;
import dev.admiral.optimizer.http.openai.Models;
import dev.admiral.optimizer.http.openai.ResponsesApi;
import dev.admiral.optimizer.pipeline.CallIntake;
import dev.admiral.optimizer.pipeline.CallPipeline;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.pipeline.TokenCounts;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Everything Admiral shows by HTTP, ready to be put into a server. */
public final class HttpFront extends Handler.Abstract.NonBlocking {
  private final Routes routes = new Routes();
  private final BrowserGuard guard;
  private final Keys keys;
  private final HttpCalls calls;
  private final Api openAi;
  private final Api anthropic;
  private volatile boolean draining;

  /**
   * What the front is told once.
   *
   * @param maxRequestBytes largest body taken
   * @param bodyTimeout how long a body may take to come
   * @param defaultDeadline how long a call may last whose client does not say
   * @param heartbeat silence on a stream after which a comment is sent
   * @param allowedHosts names by which the server may be asked where no key protects it
   * @param traced true if clients' own traces are of interest
   */
  public record Settings(
      int maxRequestBytes,
      Duration bodyTimeout,
      Live<Duration> defaultDeadline,
      Duration heartbeat,
      Set<String> allowedHosts,
      boolean traced) {}

  /**
   * Assembles the front.
   *
   * @param catalogue the models that can be asked for
   * @param metrics answers {@code /metrics}
   * @param health answers {@code /health} and what is below it
   * @param timer ends calls at their deadlines, and breaks the silence of streams
   * @param dashboard what browsers are shown; not closed by the front
   */
  public HttpFront(
      Engines engines,
      CallPipeline pipeline,
      CallIntake intake,
      Catalogue catalogue,
      Keys keys,
      Endpoint metrics,
      HealthEndpoints health,
      ScheduledExecutorService timer,
      Dashboard dashboard,
      Settings settings) {
    this.keys = keys;
    this.guard = new BrowserGuard(settings.allowedHosts());
    this.calls =
        new HttpCalls(
            pipeline,
            intake,
            keys,
            timer,
            engines.time(),
            new HttpCalls.Settings(
                settings.maxRequestBytes(),
                settings.bodyTimeout(),
                settings.defaultDeadline(),
                settings.heartbeat(),
                settings.traced()));
    this.openAi = new ChatApi(engines.time());
    this.anthropic = new MessagesApi();
    ModelNames names = new ModelNames(catalogue);
    Models models = new Models(names, engines.time().now());
    ModelList modelList = new ModelList(names, engines.time().now());
    routes.at("/v1/chat/completions", calls.completions(openAi));
    routes.at("/v1/responses", calls.completions(new ResponsesApi(engines.time())));
    routes.at("/v1/embeddings", calls.post(openAi, new Embeddings()));
    routes.at(
        "/v1/models",
        byVendor(calls.get(anthropic, modelList::all), calls.get(openAi, models::all)));
    routes.below(
        "/v1/models/",
        byVendor(calls.get(anthropic, modelList::one), calls.get(openAi, models::one)));
    routes.at("/v1/messages", calls.completions(anthropic));
    routes.at(
        "/v1/messages/count_tokens",
        calls.post(
            anthropic,
            new MessageTokens(intake, new TokenCounts(engines), engines.virtualThreads())));
    routes.at("/metrics", metrics);
    dashboard.endpoints().forEach(routes::at);
    health.endpoints().forEach(routes::at);
  }

  /** Tells every client from now on to close its connection after the reply. */
  public void drain() {
    draining = true;
  }

  /** Returns how many calls have clients that wait for the end. */
  public int unendedCalls() {
    return calls.unended();
  }

  /**
   * Ends the calls that still run: their clients are told that the server shuts down, streams by
   * the vendor's error event.
   */
  public void endCalls() {
    calls.endAll();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback, () -> draining);
    String refusal = guard.refusal(exchange, keys.open());
    if (refusal != null) {
      exchange.reply(Reply.text(403, refusal));
      return true;
    }
    Endpoint endpoint = routes.find(exchange.path());
    if (endpoint == null) {
      notFound(exchange);
    } else {
      endpoint.handle(exchange);
    }
    return true;
  }

  /** Both vendors have something at this path. */
  private static Endpoint byVendor(Endpoint forAnthropic, Endpoint forOpenAi) {
    return exchange -> (ofAnthropic(exchange) ? forAnthropic : forOpenAi).handle(exchange);
  }

  /** All of Anthropic's clients say which version they speak. */
  private static boolean ofAnthropic(Exchange exchange) {
    return exchange.header("anthropic-version") != null;
  }

  /** Clients of a vendor understand its errors only. */
  private void notFound(Exchange exchange) {
    String path = exchange.path();
    String message =
        "there is nothing at " + exchange.method() + " " + shown(path) + " on this server";
    String meant = meant(path);
    if (meant != null) {
      message += "; did you mean " + shown(meant) + "?";
      if (meant.startsWith("/v1")) {
        message += " The base URL ends with /v1 for OpenAI's SDKs, without it for Anthropic's";
        path = meant;
      }
    }
    Failure failure = new Failure.Refused(ErrorReason.ERROR_REASON_NOT_FOUND, message);
    if (path.startsWith("/v1/messages") || ofAnthropic(exchange)) {
      calls.refuse(anthropic, exchange, failure);
    } else if (path.startsWith("/v1")) {
      calls.refuse(openAi, exchange, failure);
    } else {
      exchange.reply(Reply.text(404, message));
    }
  }

  /** The path that is one usual mistake away; null if none is. */
  private @Nullable String meant(String path) {
    String trimmed = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    String near = trimmed.startsWith("/v1/v1/") ? trimmed.substring(3) : "/v1" + trimmed;
    return Stream.of(trimmed, near).filter(at -> routes.find(at) != null).findFirst().orElse(null);
  }

  private static String shown(String path) {
    return path.length() <= 200 ? path : path.substring(0, 200) + "...";
  }
}
