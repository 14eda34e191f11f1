package dev.admiral.optimizer.http;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.http.dashboard.Dashboard;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.http.health.HealthEndpoints;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Everything Admiral shows by HTTP, ready to be put into a server. */
public final class HttpFront extends Handler.Abstract.NonBlocking {
  private static final Reply NO_WEB_SOCKET =
      Reply.text(426, "there are no WebSockets on this server; send a POST to the same path")
          .with(Map.of("upgrade", "HTTP/1.1", "connection", "Upgrade"));

  private final Routes routes = new Routes();
  private final BrowserGuard guard;
  private final Keys keys;
  private final VendorEndpoints vendors;
  private volatile boolean draining;

  /**
   * Assembles the front.
   *
   * @param keys tells whether keys protect the server
   * @param vendors what the vendors' clients ask for
   * @param metrics answers {@code /metrics}
   * @param health answers {@code /health} and what is below it
   * @param dashboard what browsers are shown; not closed by the front
   * @param allowedHosts names by which the server may be asked where no key protects it
   */
  public HttpFront(
      Keys keys,
      VendorEndpoints vendors,
      Endpoint metrics,
      HealthEndpoints health,
      Dashboard dashboard,
      Set<String> allowedHosts) {
    this.keys = keys;
    this.guard = new BrowserGuard(allowedHosts);
    this.vendors = vendors;
    vendors.addTo(routes);
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
    return vendors.unendedCalls();
  }

  /**
   * Ends the calls that still run: their clients are told that the server shuts down, streams by
   * the vendor's error event.
   */
  public void endCalls() {
    vendors.endCalls();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback, () -> draining);
    String refusal = guard.refusal(exchange, keys.open());
    if (refusal != null) {
      exchange.reply(Reply.text(403, refusal));
      return true;
    }
    String upgrade = exchange.header("upgrade");
    if (upgrade != null && upgrade.toLowerCase(Locale.ROOT).contains("websocket")) {
      exchange.reply(NO_WEB_SOCKET);
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
    if (path.startsWith("/v1") || VendorEndpoints.ofAnthropic(exchange)) {
      vendors.refuse(exchange, path, failure);
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
