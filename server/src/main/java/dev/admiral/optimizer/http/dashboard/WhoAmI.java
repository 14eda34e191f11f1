package dev.admiral.optimizer.http.dashboard;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Keys;
import dev.admiral.optimizer.front.Bearer;
import dev.admiral.optimizer.http.exchange.Endpoint;
import dev.admiral.optimizer.http.exchange.Exchange;
import java.util.Optional;

/**
 * Tells a browser what its key may do, or that it needs one. That is no error: every visit begins
 * so.
 */
final class WhoAmI implements Endpoint {
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
    String key = Bearer.key(exchange.header("authorization"));
    Optional<Identity> identity = keys.authenticate(key);
    ObjectNode told = JsonNodeFactory.instance.objectNode();
    told.put("open", keys.open()).put("known", identity.isPresent());
    identity.ifPresentOrElse(
        known ->
            told.put("tenant", known.tenant())
                .put("operator", known.operator())
                .put("label", known.label()),
        () -> told.put("error", key == null ? "this server asks for a key" : Bearer.UNKNOWN));
    exchange.reply(BrowserReplies.json(200, told.toString()));
  }
}
