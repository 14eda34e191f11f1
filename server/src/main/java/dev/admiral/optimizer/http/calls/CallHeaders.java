package dev.admiral.optimizer.http.calls;

import com.google.protobuf.Duration;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.Money;
import dev.admiral.optimizer.v1.Priority;
import dev.admiral.optimizer.v1.RoutingPreferences;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.eclipse.jetty.http.HttpField;

/**
 * What a client wishes of a call apart from its content, by headers that begin with {@code
 * x-admiral-}. One that is misspelt is refused: a wish that is silently not granted costs money.
 */
final class CallHeaders {
  static final String PREFIX = "x-admiral-";
  private static final String REQUEST_ID = "idempotency-key";
  private static final int LONGEST_REQUEST_ID = 36;
  private static final int PICO_DIGITS = 12;
  private static final BigDecimal MOST_DOLLARS = BigDecimal.valueOf(Long.MAX_VALUE);

  /** Sets one wish; an IllegalArgumentException says what its value must be. */
  private interface Setting extends BiConsumer<Draft, String> {}

  private static final Map<String, Setting> SETTINGS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("agent", (draft, value) -> draft.options.setAgentId(value)),
              Map.entry("group", (draft, value) -> draft.options.setAgentGroup(value)),
              Map.entry("task-type", (draft, value) -> draft.options.setTaskType(value)),
              Map.entry(
                  "priority",
                  (draft, value) ->
                      draft.options.setPriority(
                          oneOf(
                              value,
                              Map.of(
                                  "interactive", Priority.PRIORITY_INTERACTIVE,
                                  "batch", Priority.PRIORITY_BATCH)))),
              Map.entry(
                  "cache",
                  (draft, value) ->
                      draft
                          .cache()
                          .setMode(
                              oneOf(
                                  value,
                                  Map.of(
                                      "use", CachePolicy.Mode.MODE_USE,
                                      "bypass", CachePolicy.Mode.MODE_BYPASS,
                                      "refresh", CachePolicy.Mode.MODE_REFRESH,
                                      "only", CachePolicy.Mode.MODE_ONLY)))),
              Map.entry("cache-ttl", (draft, value) -> draft.cache().setTimeToLive(seconds(value))),
              Map.entry("cache-max-age", (draft, value) -> draft.cache().setMaxAge(seconds(value))),
              Map.entry(
                  "cache-scope",
                  (draft, value) ->
                      draft
                          .cache()
                          .setScope(
                              oneOf(
                                  value,
                                  Map.of(
                                      "fleet", CachePolicy.Scope.SCOPE_FLEET,
                                      "agent", CachePolicy.Scope.SCOPE_AGENT)))),
              Map.entry(
                  "cache-sampled",
                  (draft, value) ->
                      draft
                          .cache()
                          .setIncludeSampled(oneOf(value, Map.of("true", true, "false", false)))),
              Map.entry(
                  "objective",
                  (draft, value) ->
                      draft
                          .routing()
                          .setObjective(
                              oneOf(
                                  value,
                                  Map.of(
                                      "cost", RoutingPreferences.Objective.OBJECTIVE_COST,
                                      "latency", RoutingPreferences.Objective.OBJECTIVE_LATENCY,
                                      "quality", RoutingPreferences.Objective.OBJECTIVE_QUALITY)))),
              Map.entry(
                  "fallback-models",
                  (draft, value) ->
                      List.of(value.split(","))
                          .forEach(model -> draft.routing().addFallbackModels(model.strip()))),
              Map.entry(
                  "max-cost-usd", (draft, value) -> draft.routing().setMaxCost(dollars(value))),
              Map.entry("request-id", (draft, value) -> draft.requestId = value),
              Map.entry(
                  "timeout-ms",
                  (draft, value) -> draft.timeoutMillis = whole(value, "milliseconds"))));

  /** Headers by what the contract calls their fields. */
  private static final Map<String, String> FIELDS =
      Map.of(
          "options.agent_id", "agent",
          "options.agent_group", "group",
          "options.task_type", "task-type",
          "options.cache_policy.time_to_live", "cache-ttl",
          "options.cache_policy.max_age", "cache-max-age",
          "options.routing.fallback_models", "fallback-models",
          "options.routing.max_cost", "max-cost-usd",
          "request_id", "request-id");

  private CallHeaders() {}

  /**
   * What was wished.
   *
   * @param requestId the client's idempotency key; empty if none
   * @param timeoutMillis how long the client waits; 0 if it does not say
   */
  record Wishes(CallOptions options, String requestId, long timeoutMillis) {}

  private static final class Draft {
    private final CallOptions.Builder options = CallOptions.newBuilder();
    private String requestId = "";
    private long timeoutMillis;

    private CachePolicy.Builder cache() {
      return options.getCachePolicyBuilder();
    }

    private RoutingPreferences.Builder routing() {
      return options.getRoutingBuilder();
    }
  }

  /**
   * Reads the wishes.
   *
   * @throws CallException if a header is unknown or its value is none it can have
   */
  static Wishes read(Exchange exchange) throws CallException {
    Draft draft = new Draft();
    for (HttpField header : exchange.headers()) {
      String name = header.getName();
      String value = header.getValue();
      if (value == null) {
        continue;
      }
      if (name.equalsIgnoreCase(REQUEST_ID)) {
        draft.requestId = intent(value);
      } else if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
        set(draft, name.substring(PREFIX.length()).toLowerCase(Locale.ROOT), value.strip());
      }
    }
    return new Wishes(draft.options.build(), draft.requestId, draft.timeoutMillis);
  }

  /** Returns a failure that names headers where it named the contract's fields for them. */
  static Failure inWords(Failure failure) {
    return failure instanceof Failure.Invalid invalid
        ? Places.renamed(invalid, CallHeaders::header)
        : failure;
  }

  private static String header(String field) {
    int index = field.indexOf('[');
    String name = FIELDS.get(index < 0 ? field : field.substring(0, index));
    return name == null ? field : PREFIX + name;
  }

  /**
   * Names the intent of a key that some SDKs make, which is longer than the contract takes: a
   * digest of it tells intents apart as well.
   */
  private static String intent(String key) {
    if (key.length() <= LONGEST_REQUEST_ID) {
      return key;
    }
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, LONGEST_REQUEST_ID / 2);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private static void set(Draft draft, String name, String value) throws CallException {
    Setting setting = SETTINGS.get(name);
    if (setting == null) {
      throw invalid(
          name, "is unknown; there are " + PREFIX + String.join(", " + PREFIX, SETTINGS.keySet()));
    }
    try {
      setting.accept(draft, value);
    } catch (IllegalArgumentException e) {
      throw invalid(name, String.valueOf(e.getMessage()));
    }
  }

  private static CallException invalid(String name, String wrong) {
    return new CallException(
        new Failure.Invalid(
            "the header " + PREFIX + name + " " + wrong,
            List.of(new Failure.Violation(PREFIX + name, wrong))));
  }

  private static <V> V oneOf(String value, Map<String, V> values) {
    V known = values.get(value.toLowerCase(Locale.ROOT));
    if (known == null) {
      throw new IllegalArgumentException(
          "must be one of " + String.join(", ", new TreeMap<>(values).keySet()));
    }
    return known;
  }

  private static Duration seconds(String value) {
    return Duration.newBuilder().setSeconds(whole(value, "seconds")).build();
  }

  private static long whole(String value, String unit) {
    try {
      long number = Long.parseLong(value);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(wanted(unit), e);
    }
    throw new IllegalArgumentException(wanted(unit));
  }

  private static String wanted(String unit) {
    return "must be a whole number of " + unit + ", 0 or more";
  }

  private static Money dollars(String value) {
    try {
      BigDecimal amount = new BigDecimal(value);
      // An exponent of nine digits would have to be written out to be divided.
      if (amount.signum() >= 0 && amount.compareTo(MOST_DOLLARS) <= 0) {
        BigDecimal[] parts = amount.divideAndRemainder(BigDecimal.ONE);
        return Money.newBuilder()
            .setCurrencyCode("USD")
            .setUnits(parts[0].longValueExact())
            .setPico(parts[1].movePointRight(PICO_DIGITS).longValueExact())
            .build();
      }
    } catch (ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException("must be an amount of dollars such as 0.05", e);
    }
    throw new IllegalArgumentException("must be an amount of dollars such as 0.05");
  }
}
