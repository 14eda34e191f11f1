package dev.admiral.optimizer.config;

import dev.admiral.optimizer.telemetry.TraceSettings;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads which calls are traced, and where to. */
final class TracesSection {
  private TracesSection() {}

  /** Returns empty without an endpoint, as nothing is traced then. */
  static Optional<TraceSettings> read(Section section) throws ConfigException {
    Optional<String> endpoint = section.url("endpoint", "");
    TraceSettings settings =
        new TraceSettings(
            URI.create(endpoint.orElse("")),
            section.choice("protocol", TraceSettings.Protocol.HTTP),
            section.secretsByName("headers").entrySet().stream()
                .collect(
                    Collectors.toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().reveal())),
            section.part("sampling_ratio", "1"),
            section.number("max_queued_spans", 8192, 1, 1_000_000),
            section.duration("export_timeout", Duration.ofSeconds(10), "100ms", "5m"),
            section.flag("capture_content", false),
            section.number("max_content_chars", 65_536, 100, 10_000_000),
            section.size("max_content_bytes", 64 << 20, "1KiB", "1TiB"));
    return endpoint.map(_ -> settings);
  }
}
