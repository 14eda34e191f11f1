package dev.admiral.optimizer.config;

import static java.util.Map.entry;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The settings that had another name before. An old name is refused with the new one, in the file
 * and in the environment; none is read, so that a setting has one name.
 */
final class Renamed {
  /**
   * A section and what changed its name in it.
   *
   * @param before its path before
   * @param now its path now
   * @param keys its keys that have another name, and of a section that has another name all keys
   */
  record Renaming(String before, String now, Map<String, String> keys) {}

  static final List<Renaming> ALL =
      List.of(
          new Renaming(
              "http",
              "http",
              Map.ofEntries(
                  entry("heartbeat", "heartbeat_interval"),
                  entry("ready_needs_stores", "readiness_requires_stores"))),
          new Renaming(
              "providers[]",
              "providers[]",
              Map.ofEntries(
                  entry("connection_wait", "connection_acquire_timeout"),
                  entry("first_piece_timeout", "first_token_timeout"),
                  entry("silence_timeout", "read_timeout"),
                  entry("max_answer_bytes", "max_response_bytes"))),
          new Renaming(
              "tries",
              "retry",
              Map.ofEntries(
                  entry("per_model", "max_attempts"),
                  entry("max_wait", "max_retry_after"),
                  entry("max_wait_before_fail_over", "max_retry_after_before_failover"),
                  entry("first_backoff", "initial_backoff"),
                  entry("longest_backoff", "max_backoff"))),
          new Renaming(
              "model_health",
              "circuit_breaker",
              Map.ofEntries(
                  entry("latest_tries", "window_size"),
                  entry("least_tries", "minimum_calls"),
                  entry("failed_percent", "failure_rate_percent"),
                  entry("left_alone", "open_duration"),
                  entry("left_alone_at_most", "max_open_duration"),
                  entry("max_models", "max_models"))),
          new Renaming(
              "cache",
              "cache",
              Map.ofEntries(
                  entry("answer_bytes", "max_entry_bytes"),
                  entry("repeat_window", "idempotency_window"),
                  entry("repeat_memory_bytes", "idempotency_memory_bytes"),
                  entry("repeat_disk_bytes", "idempotency_disk_bytes"),
                  entry("repeat_wait", "idempotency_write_timeout"),
                  entry("failure_entries", "max_failure_entries"),
                  entry("pending_bytes", "max_write_queue_bytes"),
                  entry("batch_entries", "max_batch_entries"),
                  entry("disk_wait", "disk_read_timeout"),
                  entry("disk_readers", "disk_read_threads"),
                  entry("purge_entries", "max_purge_entries"))),
          new Renaming(
              "flight",
              "coalescing",
              Map.ofEntries(
                  entry("log_bytes", "max_buffer_bytes"),
                  entry("waiters", "max_waiters"),
                  entry("grace", "grace_period"),
                  entry("promotions", "max_restarts"))),
          new Renaming(
              "ledger",
              "ledger",
              Map.ofEntries(
                  entry("write_wait", "write_timeout"), entry("backlog_limit", "max_backlog"))),
          new Renaming(
              "events",
              "events",
              Map.ofEntries(entry("kept", "max_events"), entry("max_watches", "max_watchers"))),
          new Renaming(
              "calls",
              "calls",
              Map.ofEntries(
                  entry("kept", "max_calls"),
                  entry("content", "capture_content"),
                  entry("content_bytes", "max_content_bytes"))),
          new Renaming(
              "metrics",
              "metrics",
              Map.ofEntries(entry("open", "allow_anonymous"), entry("agents", "per_agent"))),
          new Renaming(
              "traces",
              "traces",
              Map.ofEntries(
                  entry("sampled_ratio", "sampling_ratio"),
                  entry("max_spans", "max_queued_spans"),
                  entry("timeout", "export_timeout"),
                  entry("content", "capture_content"),
                  entry("content_chars", "max_content_chars"),
                  entry("content_bytes", "max_content_bytes"))),
          new Renaming(
              "log", "log", Map.ofEntries(entry("alike_failures", "max_similar_failures"))));

  private Renamed() {}

  /**
   * Returns what to say of a key that nobody asks for; empty if it is no old name.
   *
   * @param path its path in the file: of a renamed key, in the section by its old or its new name
   */
  static Optional<String> key(String path) {
    return ALL.stream().flatMap(renaming -> said(renaming, path).stream()).findFirst();
  }

  private static Optional<String> said(Renaming renaming, String path) {
    boolean moved = !renaming.before.equals(renaming.now);
    if (moved && path.equals(renaming.before)) {
      String keys =
          new TreeMap<>(renaming.keys)
              .entrySet().stream()
                  .filter(key -> !key.getKey().equals(key.getValue()))
                  .map(key -> key.getKey() + " to " + key.getValue())
                  .collect(Collectors.joining(", "));
      return Optional.of(
          "'" + path + "' is now called '" + renaming.now + "'; rename it, and in it " + keys);
    }
    int dot = path.lastIndexOf('.');
    if (dot < 0 || !path.substring(0, dot).equals(renaming.now)) {
      return Optional.empty();
    }
    return Optional.ofNullable(renaming.keys.get(path.substring(dot + 1)))
        .map(now -> "'" + path + "' is now called '" + renaming.now + "." + now + "'; rename it");
  }

  /** Returns what to say of a variable that overrides nothing; empty if it is no old name. */
  static Optional<String> variable(String name) {
    String file = name.endsWith("_FILE") ? "_FILE" : "";
    String path = name.substring(0, name.length() - file.length());
    for (Renaming renaming : ALL) {
      for (Map.Entry<String, String> key : renaming.keys.entrySet()) {
        if (path.equals(variable(renaming.before, key.getKey()))) {
          return Optional.of(
              "the environment variable "
                  + name
                  + " is now called "
                  + variable(renaming.now, key.getValue())
                  + file
                  + "; rename it");
        }
      }
    }
    return Optional.empty();
  }

  private static String variable(String section, String key) {
    return ("ADMIRAL_" + section + "_" + key).toUpperCase(Locale.ROOT);
  }
}
