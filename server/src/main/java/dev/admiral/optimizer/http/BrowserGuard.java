package dev.admiral.optimizer.http;

import dev.admiral.optimizer.http.exchange.Exchange;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses what a browser was tricked into by a page of another site: that page's requests that
 * change something or spend money, and, where no key protects the server, requests under a name
 * that is not the server's own (DNS rebinding).
 *
 * @see <a href="https://www.w3.org/TR/fetch-metadata/">Fetch metadata</a>
 */
final class BrowserGuard {
  private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");
  private static final Set<String> SAME_SITE = Set.of("same-origin", "none");

  private final Set<String> hosts;

  /**
   * @param hosts names by which the server may be asked beside those of the loopback
   */
  BrowserGuard(Set<String> hosts) {
    this.hosts = hosts;
  }

  /**
   * Returns why a request is refused, in one sentence; null if it is not.
   *
   * @param open true if anybody may call, so that only the name protects the server
   */
  @Nullable String refusal(Exchange exchange, boolean open) {
    String host = hostName(exchange.host());
    if (open && !isOwn(host)) {
      return "this server is not asked by the name '"
          + shown(host)
          + "'; add it to http.allowed_hosts, or configure keys";
    }
    if (SAFE_METHODS.contains(exchange.method())) {
      return null;
    }
    String site = exchange.header("sec-fetch-site");
    String origin = exchange.header("origin");
    boolean foreign =
        site != null
            ? !SAME_SITE.contains(site.toLowerCase(Locale.ROOT))
            : origin != null && !sameHost(origin, exchange.host());
    return foreign ? "a page of another site may not call this server" : null;
  }

  private boolean isOwn(String host) {
    return host.isEmpty()
        || host.equals("localhost")
        || host.endsWith(".localhost")
        || host.equals("[::1]")
        || host.matches("127(\\.\\d{1,3}){3}")
        || hosts.contains(host);
  }

  private static boolean sameHost(String origin, @Nullable String host) {
    try {
      String authority = URI.create(origin).getRawAuthority();
      return authority != null && authority.equalsIgnoreCase(host);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the name of a Host header without its port, in lower case; empty if there is none. */
  private static String hostName(@Nullable String header) {
    if (header == null) {
      return "";
    }
    int port = header.lastIndexOf(':');
    boolean hasPort = port > header.lastIndexOf(']');
    return (hasPort ? header.substring(0, port) : header).toLowerCase(Locale.ROOT);
  }

  private static String shown(String host) {
    return host.length() <= 80 ? host : host.substring(0, 80) + "...";
  }
}
