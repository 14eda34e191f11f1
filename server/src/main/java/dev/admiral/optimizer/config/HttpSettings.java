package dev.admiral.optimizer.config;

import java.time.Duration;
import java.util.List;

/** How the server listens for HTTP. docs/configuration.md says what each means. */
public record HttpSettings(
    String host,
    int port,
    int maxRequestBytes,
    int maxHeaderBytes,
    int maxConnections,
    Duration idleTimeout,
    Duration bodyTimeout,
    Duration heartbeatInterval,
    int maxWatchers,
    boolean readinessRequiresStores,
    List<String> allowedHosts) {

  static HttpSettings read(Section section) throws ConfigException {
    return new HttpSettings(
        section.text("host", "127.0.0.1"),
        section.number("port", 8080, 0, 65535),
        (int) section.size("max_request_bytes", 32 << 20, "1KiB", "512MiB"),
        (int) section.size("max_header_bytes", 16 << 10, "1KiB", "1MiB"),
        section.number("max_connections", 20_000, 1, 1_000_000),
        section.duration("idle_timeout", Duration.ofSeconds(30), "1s", "1h"),
        section.duration("body_timeout", Duration.ofMinutes(1), "1s", "1h"),
        section.duration("heartbeat_interval", Duration.ofSeconds(10), "1s", "1h"),
        section.number("max_watchers", 64, 1, 10_000),
        section.flag("readiness_requires_stores", false),
        section.texts("allowed_hosts"));
  }
}
