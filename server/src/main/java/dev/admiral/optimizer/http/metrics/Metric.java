package dev.admiral.optimizer.http.metrics;

import java.util.List;

/**
 * Every metric there is. {@code docs/metrics.md} holds the same table for operators, which a test
 * compares with this one.
 */
enum Metric {
  // Calls.
  CALLS(
      Type.COUNTER,
      "admiral_calls",
      "Finished calls by outcome (answered, failed), by where the answer came from, and by the"
          + " model that gave it; 'none' where there was none.",
      "outcome",
      "source",
      "provider",
      "model"),
  FAILURES(
      Type.COUNTER,
      "admiral_call_failures",
      "Calls that failed, by reason as callers see it.",
      "reason"),
  IN_FLIGHT(Type.GAUGE, "admiral_calls_in_flight", "Calls begun and not finished."),
  FLIGHTS(
      Type.GAUGE,
      "admiral_upstream_calls_in_flight",
      "Calls to providers under way; calls in flight beyond these are coalesced with them or look"
          + " on disk."),
  DURATION(
      Type.HISTOGRAM,
      "admiral_call_duration_seconds",
      "Time from the arrival of an answered call to its final message, by where the answer came"
          + " from; the sum is within 1 %.",
      "source"),
  OVERHEAD(
      Type.HISTOGRAM,
      "admiral_overhead_seconds",
      "Time this server added to answered calls that went upstream, waiting for limits and"
          + " providers not included; the sum is within 1 %."),

  // Money.
  SPENT(
      Type.COUNTER,
      "admiral_spent_usd",
      "Dollars paid for answers, as far as prices are known; approximate, as metrics are floating"
          + " point: the ledger has the exact sum, and what failed attempts cost.",
      "provider",
      "model"),
  SAVED(
      Type.COUNTER,
      "admiral_saved_usd",
      "Dollars not paid thanks to cached, coalesced and repeated answers, as far as prices are"
          + " known; approximate, the ledger has the exact sum.",
      "provider",
      "model"),
  UNPRICED(
      Type.COUNTER,
      "admiral_unpriced_calls",
      "Answered calls whose price is unknown, so that they are in no sum of dollars.",
      "provider",
      "model"),
  SAVED_TIME(
      Type.COUNTER,
      "admiral_saved_wait_seconds",
      "Time callers did not wait thanks to cached, coalesced and repeated answers.",
      "provider",
      "model"),

  // Providers.
  ATTEMPTS(
      Type.COUNTER,
      "admiral_upstream_attempts",
      "Attempts at providers by outcome (succeeded, failed) and reason; 'none' for those that"
          + " succeeded.",
      "provider",
      "model",
      "outcome",
      "reason"),
  UPSTREAM_DURATION(
      Type.HISTOGRAM,
      "admiral_upstream_duration_seconds",
      "Duration of attempts that succeeded; the sum is within 1 %.",
      "provider",
      "model"),
  FIRST_TOKEN(
      Type.HISTOGRAM,
      "admiral_upstream_time_to_first_token_seconds",
      "Time from the sending of a request to the first token of its streamed answer; the sum is"
          + " within 1 %.",
      "provider",
      "model"),
  TOKENS(
      Type.COUNTER,
      "admiral_tokens",
      "Billed tokens, each counted once: input (neither read from nor written to a prompt cache),"
          + " cached_input, cache_write, output (without reasoning) and reasoning.",
      "provider",
      "model",
      "type"),
  BREAKER(
      Type.GAUGE,
      "admiral_circuit_breaker_state",
      "1 for the state a model's circuit breaker is in (closed, open, half_open), 0 for the"
          + " others.",
      "provider",
      "model",
      "state"),
  BREAKERS_OPEN(
      Type.GAUGE,
      "admiral_circuit_breakers_open",
      "Models whose circuit breaker is open: they failed too often and get no calls for a while."),

  // Cache.
  CACHE_ENTRIES(
      Type.GAUGE, "admiral_cache_entries", "Answers held, by tier (memory, disk).", "tier"),
  CACHE_BYTES(Type.GAUGE, "admiral_cache_bytes", "Bytes held, by tier.", "tier"),
  CACHE_LIMIT(Type.GAUGE, "admiral_cache_limit_bytes", "Most bytes held, by tier.", "tier"),
  CACHE_HITS(Type.COUNTER, "admiral_cache_hits", "Look-ups that were answered, by tier.", "tier"),
  CACHE_MISSES(
      Type.COUNTER, "admiral_cache_misses", "Look-ups that were not answered, by tier.", "tier"),
  CACHE_EVICTIONS(
      Type.COUNTER,
      "admiral_cache_evictions",
      "Answers dropped for want of room, by tier.",
      "tier"),
  CACHE_REPEATS(
      Type.GAUGE,
      "admiral_idempotency_entries",
      "Answers kept on disk for repeats of a request_id."),
  CACHE_FAILURES(
      Type.GAUGE,
      "admiral_negative_cache_entries",
      "Failures remembered that the same call would meet again."),
  CACHE_PENDING(
      Type.GAUGE, "admiral_cache_pending_writes", "Answers that wait to be written to disk."),
  CACHE_DROPPED(
      Type.COUNTER,
      "admiral_cache_dropped_writes",
      "Answers that were not written to disk because too many waited."),
  CACHE_UNREADABLE(
      Type.COUNTER,
      "admiral_cache_unreadable",
      "Stored answers that could not be read back, and were deleted."),
  CACHE_DISK_WORKS(
      Type.GAUGE,
      "admiral_cache_disk_up",
      "1 while the disk tier works, else 0; calls go on without it."),

  // Limits, ledger, events.
  REFUSALS(
      Type.COUNTER,
      "admiral_limit_refusals",
      "Calls and attempts refused by a limit of this server: of an agent, or of the named"
          + " provider.",
      "limit",
      "provider"),
  LIMIT(
      Type.GAUGE,
      "admiral_provider_limit_requests",
      "Most requests a minute sent to a provider; providers without a limit are absent.",
      "provider"),
  LIMIT_LEFT(
      Type.GAUGE,
      "admiral_provider_limit_available_requests",
      "Requests that could be sent to a provider at once now.",
      "provider"),
  LIMIT_BURST(
      Type.GAUGE,
      "admiral_provider_limit_burst_requests",
      "Most requests that can ever be sent to a provider at once.",
      "provider"),
  LEDGER_BACKLOG(
      Type.GAUGE,
      "admiral_ledger_backlog_entries",
      "Ledger entries in memory that are not yet durable."),
  LEDGER_ACCEPTING(
      Type.GAUGE,
      "admiral_ledger_accepting",
      "1 while paid calls are begun, 0 while too many entries wait in memory."),
  EVENTS_DROPPED(Type.COUNTER, "admiral_events_dropped", "Events that watchers were too slow for."),
  SPANS(
      Type.COUNTER,
      "admiral_trace_spans",
      "Spans of traces by outcome: exported, failed (no collector took them), dropped (too many"
          + " waited).",
      "outcome"),
  OBSERVER_FAILURES(
      Type.COUNTER,
      "admiral_observer_failures",
      "Ends of calls that one of those who are told of them (statistics, journal, ...) failed at.",
      "observer"),
  OBSERVER_SLOW(
      Type.COUNTER,
      "admiral_observer_slow",
      "Ends of calls that one of those who are told of them was seen to hold up, for 20 ms or"
          + " more.",
      "observer"),

  // The whole.
  READY(
      Type.GAUGE,
      "admiral_ready",
      "1 while calls can be answered, else 0: a drain, no provider, or a part without which nothing"
          + " works."),
  DRAINING(Type.GAUGE, "admiral_draining", "1 once the server takes no more calls, else 0."),
  PART(
      Type.GAUGE,
      "admiral_part_state",
      "1 for the state a part of the server is in (serving, degraded, not_serving), 0 for the"
          + " others.",
      "part",
      "state"),
  CONNECTIONS(
      Type.GAUGE, "admiral_connections", "Open connections by protocol (grpc, http).", "protocol"),
  HTTP_REQUESTS(
      Type.COUNTER,
      "admiral_http_requests",
      "HTTP requests answered, those that never became a call included, by class of status (2xx to"
          + " 5xx).",
      "status"),
  BUILD(Type.INFO, "admiral_build", "What runs.", "version", "java"),

  // Agents, only where metrics.per_agent is set.
  AGENT_CALLS(
      Type.COUNTER,
      "admiral_agent_calls",
      "Finished calls of an agent by outcome (answered, failed); only with metrics.per_agent, and"
          + " only those of the tenant whose key asks.",
      "agent",
      "outcome"),
  AGENT_SPENT(
      Type.COUNTER,
      "admiral_agent_spent_usd",
      "Dollars paid for an agent's answers; as admiral_agent_calls.",
      "agent"),
  AGENT_SAVED(
      Type.COUNTER,
      "admiral_agent_saved_usd",
      "Dollars an agent's calls did not cost; as admiral_agent_calls.",
      "agent"),

  // OpenTelemetry's GenAI convention.
  GEN_AI_TOKENS(
      Type.HISTOGRAM,
      "gen_ai_client_token_usage",
      "Billed tokens of an attempt, by kind (input, output): OpenTelemetry's"
          + " gen_ai.client.token.usage.",
      "gen_ai_operation_name",
      "gen_ai_provider_name",
      "gen_ai_request_model",
      "gen_ai_token_type"),
  GEN_AI_DURATION(
      Type.HISTOGRAM,
      "gen_ai_server_request_duration_seconds",
      "Duration of attempts that succeeded: OpenTelemetry's gen_ai.server.request.duration.",
      "gen_ai_operation_name",
      "gen_ai_provider_name",
      "gen_ai_request_model"),
  GEN_AI_FIRST_TOKEN(
      Type.HISTOGRAM,
      "gen_ai_server_time_to_first_token_seconds",
      "Time to the first token of streamed answers: OpenTelemetry's"
          + " gen_ai.server.time_to_first_token.",
      "gen_ai_operation_name",
      "gen_ai_provider_name",
      "gen_ai_request_model"),

  // This process, by the names that Prometheus' own Java library gives.
  CPU(Type.COUNTER, "process_cpu_seconds", "Processor time this process has used."),
  STARTED(
      Type.GAUGE,
      "process_start_time_seconds",
      "When this process started, in seconds since 1970."),
  RESIDENT(
      Type.GAUGE,
      "process_resident_memory_bytes",
      "Memory this process holds; absent where the system does not say."),
  OPEN_FILES(
      Type.GAUGE,
      "process_open_fds",
      "Open files and sockets; absent where the system does not say."),
  MOST_FILES(
      Type.GAUGE,
      "process_max_fds",
      "Most open files and sockets; absent where the system does not say."),
  MEMORY_USED(
      Type.GAUGE, "jvm_memory_used_bytes", "Memory in use, by area (heap, nonheap).", "area"),
  MEMORY_COMMITTED(
      Type.GAUGE, "jvm_memory_committed_bytes", "Memory taken from the system, by area.", "area"),
  MEMORY_MOST(
      Type.GAUGE,
      "jvm_memory_max_bytes",
      "Most memory, by area; -1 where there is no bound.",
      "area"),
  BUFFERS_USED(
      Type.GAUGE,
      "jvm_buffer_pool_used_bytes",
      "Memory of buffers outside the heap, by pool.",
      "pool"),
  COLLECTIONS(
      Type.SUMMARY,
      "jvm_gc_collection_seconds",
      "Garbage collections and the time they took, by collector.",
      "gc"),
  THREADS(Type.GAUGE, "jvm_threads_current", "Platform threads; virtual ones are not counted."),
  THREADS_PEAK(Type.GAUGE, "jvm_threads_peak", "Most platform threads there were at once.");

  /** What kind of value a metric has. */
  enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM,
    SUMMARY,
    INFO
  }

  private final Type type;
  private final String base;
  private final String help;

  @SuppressWarnings("ImmutableEnumChecker") // It is: made by List.of.
  private final List<String> labels;

  Metric(Type type, String base, String help, String... labels) {
    this.type = type;
    this.base = base;
    this.help = help;
    this.labels = List.of(labels);
  }

  Type type() {
    return type;
  }

  /** Returns the name without the ending that the format puts behind it. */
  String base() {
    return base;
  }

  /** Returns the name under which it is asked for in Prometheus; of histograms, its beginning. */
  String shownName() {
    return switch (type) {
      case COUNTER -> base + "_total";
      case INFO -> base + "_info";
      case GAUGE, HISTOGRAM, SUMMARY -> base;
    };
  }

  String help() {
    return help;
  }

  List<String> labels() {
    return labels;
  }
}
