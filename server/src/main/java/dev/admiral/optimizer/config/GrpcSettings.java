package dev.admiral.optimizer.config;

import java.time.Duration;

/** How the server listens for gRPC. docs/configuration.md says what each means. */
public record GrpcSettings(
    String host,
    int port,
    int maxRequestBytes,
    Duration defaultDeadline,
    Duration drainTimeout,
    Duration keepaliveInterval,
    Duration keepaliveTimeout,
    Duration minClientKeepalive,
    boolean plaintextBeyondLoopback,
    TlsSettings tls) {

  static GrpcSettings read(Section section) throws ConfigException {
    return new GrpcSettings(
        section.text("host", "127.0.0.1"),
        section.number("port", 50051, 0, 65535),
        (int) section.size("max_request_bytes", 16 << 20, "1KiB", "512MiB"),
        section.live().duration("default_deadline", Duration.ofMinutes(10), "1s", "24h"),
        section.duration("drain_timeout", Duration.ofSeconds(30), "0s", "10m"),
        section.duration("keepalive_interval", Duration.ofMinutes(1), "10s", "24h"),
        section.duration("keepalive_timeout", Duration.ofSeconds(20), "1s", "10m"),
        section.duration("min_client_keepalive", Duration.ofSeconds(10), "1s", "1h"),
        section.flag("plaintext_beyond_loopback", false),
        section.section("tls", TlsSettings::read));
  }
}
