package dev.admiral.optimizer.http.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import java.util.Optional;

/**
 * Tells a browser what its key may do, or that it needs one. That is no error: every visit begins
 * so.
 */
final class WhoAmI implements Endpoint {
  private static final String BEARER = "Bearer ";

  private final Keys keys;

  WhoAmI(Keys keys) {
    this.keys = keys;
  }

  @Override
  public void handle(Exchange exchange) {
    if (!exchange.method().equals("GET") && !exchange.method().equals("HEAD")) {
      exchange.reply(BrowserReplies.wrongMethod("GET"));
      return;
    }
    String authorization = exchange.header("authorization");
    String key =
        authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
            ? authorization.substring(BEARER.length()).strip()
            : null;
    Optional<Identity> identity = keys.authenticate(key);
    ObjectNode told = JsonNodeFactory.instance.objectNode();
    told.put("open", keys.open()).put("known", identity.isPresent());
    identity.ifPresentOrElse(
        known ->
            told.put("tenant", known.tenant())
                .put("operator", known.operator())
                .put("label", known.label()),
        () ->
            told.put(
                "error",
                key == null
                    ? "this server asks for a key"
                    : "the key is not known to this server; check it, or ask the operator for"
                        + " one"));
    exchange.reply(BrowserReplies.json(200, told.toString()));
  }
}
