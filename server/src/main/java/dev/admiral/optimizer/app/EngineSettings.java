package dev.admiral.optimizer.app;

import static java.util.stream.Collectors.toUnmodifiableMap;
import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.admiral.optimizer.admission.Limits;
import dev.admiral.optimizer.app.Config.Model;
import dev.admiral.optimizer.app.Config.ProviderConfig;
import dev.admiral.optimizer.cache.CacheSettings;
import dev.admiral.optimizer.events.FanOut;
import dev.admiral.optimizer.flight.FlightSettings;
import dev.admiral.optimizer.http.HttpFront;
import dev.admiral.optimizer.http.dashboard.Dashboard;
import dev.admiral.optimizer.http.metrics.MetricsEndpoint;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.OutcomeLog;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.Price;
import dev.admiral.optimizer.pipeline.PipelineSettings;
import dev.admiral.optimizer.provider.ProviderSettings;
import dev.admiral.optimizer.routing.Ability;
import dev.admiral.optimizer.routing.Backoff;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.ConfiguredProvider;
import dev.admiral.optimizer.routing.KnownModel;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.store.Durability;
import dev.admiral.optimizer.store.sqlite.SqliteDatabase;
import dev.admiral.optimizer.telemetry.TraceSettings;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.DoubleSupplier;

/**
 * Says what is configured in the words of the engine's packages, so that those know nothing of the
 * configuration. What only they can judge, such as an alias for a provider that is not there, they
 * refuse here.
 */
final class EngineSettings {
  private EngineSettings() {}

  /** Returns the bounds of the file that answers are read from. */
  static SqliteDatabase.Settings mainDatabase(Config config) {
    return database(config.durability()).withReaders(config.cache().diskReaders());
  }

  static SqliteDatabase.Settings database(Config.Durability durability) {
    return SqliteDatabase.Settings.of(
        switch (durability) {
          case PROCESS -> Durability.PROCESS;
          case POWER -> Durability.POWER;
        });
  }

  static HttpFront.Settings http(Config.Http http, Config.Grpc grpc, boolean traced) {
    return new HttpFront.Settings(
        http.maxRequestBytes(),
        http.bodyTimeout(),
        grpc.defaultDeadline(),
        http.heartbeat(),
        Set.copyOf(http.allowedHosts()),
        traced);
  }

  static Dashboard.Settings dashboard(Config.Http http) {
    return new Dashboard.Settings(http.maxWatchers(), http.maxRequestBytes(), http.bodyTimeout());
  }

  static CacheSettings cache(Config.Cache cache, long heapBytes) {
    CacheSettings defaults = CacheSettings.defaults(heapBytes);
    return new CacheSettings(
        cache.timeToLive(),
        cache.memoryBytes().orElse(defaults.memoryBytes()),
        cache.diskBytes(),
        cache.answerBytes(),
        cache.repeatWindow(),
        cache.repeatMemoryBytes().orElse(defaults.repeatMemoryBytes()),
        cache.repeatDiskBytes(),
        cache.repeatWait(),
        cache.failureTimeToLive(),
        cache.failureEntries(),
        cache.pendingBytes().orElse(defaults.pendingBytes()),
        cache.batchEntries(),
        cache.batchDelay(),
        cache.diskWait(),
        cache.purgeInterval(),
        cache.purgeEntries(),
        Math.toIntExact(cache.filterBytes()));
  }

  static FlightSettings flight(Config.Flight flight) {
    return new FlightSettings(
        flight.logBytes(), flight.waiters(), flight.grace(), flight.promotions());
  }

  static PipelineSettings pipeline(Config.Tries tries) {
    return new PipelineSettings(tries.perModel(), tries.maxWait(), tries.maxWaitBeforeFailOver());
  }

  static Backoff backoff(Config.Tries tries, DoubleSupplier random) {
    return new Backoff(tries.firstBackoff(), tries.longestBackoff(), random);
  }

  static ModelHealth.Settings modelHealth(Config.ModelHealthConfig health) {
    return new ModelHealth.Settings(
        health.latestTries(),
        health.leastTries(),
        health.failedPercent(),
        health.leftAlone(),
        health.leftAloneAtMost(),
        health.maxModels());
  }

  static Ledger.Settings ledger(Config.LedgerConfig ledger) {
    return new Ledger.Settings(ledger.writeWait(), ledger.backlogLimit(), ledger.flushInterval());
  }

  static FanOut.Settings events(Config.Events events) {
    return new FanOut.Settings(events.kept(), events.maxWatches());
  }

  static CallStatistics.Settings statistics(Config.Statistics statistics) {
    return new CallStatistics.Settings(statistics.maxAgents(), statistics.maxSeries());
  }

  static CallJournal.Settings journal(Config.Calls calls) {
    return new CallJournal.Settings(calls.kept(), calls.content(), calls.contentBytes());
  }

  static MetricsEndpoint.Settings metrics(Config.Metrics metrics) {
    return new MetricsEndpoint.Settings(metrics.open(), metrics.agents(), metrics.maxModels());
  }

  static TraceSettings traces(String endpoint, Config.Traces traces) {
    return new TraceSettings(
        URI.create(endpoint),
        switch (traces.protocol()) {
          case HTTP -> TraceSettings.Protocol.HTTP;
          case GRPC -> TraceSettings.Protocol.GRPC;
        },
        traces.headers().entrySet().stream()
            .collect(toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().reveal())),
        traces.sampledRatio(),
        traces.maxSpans(),
        traces.timeout(),
        traces.content(),
        traces.contentChars(),
        traces.contentBytes());
  }

  static FailureLog.Settings failures(Config.Learning learning) {
    return new FailureLog.Settings(learning.maxKinds(), learning.maxAgents());
  }

  static OutcomeLog.Settings outcomes(Config.Learning learning) {
    return new OutcomeLog.Settings(
        learning.maxKinds(), learning.maxAgents(), learning.maxReports());
  }

  static Limits limits(Config.Limits limits, List<ProviderConfig> providers) {
    Map<Limits.Agent, Long> agents = new HashMap<>();
    for (Config.AgentLimit limit : limits.agents()) {
      agents.put(new Limits.Agent(limit.tenant(), limit.agent()), (long) limit.requestsPerMinute());
    }
    return new Limits(
        limits.agentRequestsPerMinute() == 0
            ? OptionalLong.empty()
            : OptionalLong.of(limits.agentRequestsPerMinute()),
        agents,
        providers.stream()
            .filter(provider -> provider.requestsPerMinute() > 0)
            .collect(
                toUnmodifiableMap(
                    ProviderConfig::name, provider -> (long) provider.requestsPerMinute())));
  }

  static ProviderSettings provider(ProviderConfig provider) {
    ProviderSettings.Dialect dialect =
        switch (provider.dialect()) {
          case OPENAI -> ProviderSettings.Dialect.OPENAI;
          case ANTHROPIC -> ProviderSettings.Dialect.ANTHROPIC;
        };
    return ProviderSettings.builder(provider.name(), dialect, baseUrl(provider))
        .apiKey(provider.apiKey().map(Secret::reveal).orElse(""))
        .apiVersion(provider.apiVersion().toString())
        .headers(
            provider.headers().entrySet().stream()
                .collect(toUnmodifiableMap(Map.Entry::getKey, e -> e.getValue().reveal())))
        .connectTimeout(provider.connectTimeout())
        .connectionWait(provider.connectionWait())
        .firstPieceTimeout(provider.firstPieceTimeout())
        .silenceTimeout(provider.silenceTimeout())
        .keepAlive(provider.keepAlive())
        .maxConnections(provider.maxConnections())
        .maxAnswerBytes(provider.maxAnswerBytes())
        .build();
  }

  /** Anthropic's own tools take the address without the version; both forms are in use. */
  private static URI baseUrl(ProviderConfig provider) {
    String url = provider.baseUrl();
    boolean versioned = provider.dialect() != Config.Dialect.ANTHROPIC || url.endsWith("/v1");
    return URI.create(versioned ? url : url + "/v1");
  }

  /**
   * Returns the models and aliases.
   *
   * @throws ConfigException if a model or an alias names a provider that is not there
   */
  static Catalogue catalogue(
      List<ProviderConfig> providers, List<Model> models, Map<String, List<String>> aliases)
      throws ConfigException {
    try {
      return Catalogue.of(
          providers.stream().map(p -> new ConfiguredProvider(p.name(), p.vendor())).toList(),
          models.stream().map(EngineSettings::known).toList(),
          aliases);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("the models and aliases of the configuration: " + e.getMessage());
    }
  }

  private static KnownModel known(Model model) {
    Set<Ability> abilities =
        model.abilities().stream()
            .map(ability ->
                switch (ability) {
                  case IMAGES -> Ability.IMAGES;
                  case TOOLS -> Ability.TOOLS;
                  case JSON_SCHEMA -> Ability.JSON_SCHEMA;
                  case REASONING -> Ability.REASONING;
                  case EMBEDDINGS -> Ability.EMBEDDINGS;
                })
            .collect(toUnmodifiableSet());
    return new KnownModel(model.provider(), model.name(), model.contextTokens(), abilities);
  }

  /** Returns whose prices the providers have that do not go by their vendor's name. */
  static Map<String, String> vendors(List<ProviderConfig> providers) {
    return providers.stream()
        .filter(provider -> !provider.vendor().equals(provider.name()))
        .collect(toUnmodifiableMap(ProviderConfig::name, ProviderConfig::vendor));
  }

  /**
   * Returns the configured prices.
   *
   * @throws ConfigException if one is not a whole number of pico-dollars per token
   */
  static List<Price> prices(List<Model> models) throws ConfigException {
    try {
      return models.stream()
          .filter(model -> model.inputUsd().isPresent())
          .map(model ->
              Price.of(
                  model.provider(),
                  model.name(),
                  model.inputUsd().orElseThrow(),
                  model.cachedInputUsd().orElse(null),
                  model.cacheWriteUsd().orElse(null),
                  model.outputUsd().orElse(null)))
          .toList();
    } catch (IllegalArgumentException e) {
      throw new ConfigException("the prices of the configuration: " + e.getMessage());
    }
  }
}
