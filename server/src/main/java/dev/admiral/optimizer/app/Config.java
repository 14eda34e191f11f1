package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Key;
import dev.admiral.optimizer.provider.Dialect;
import dev.admiral.optimizer.provider.Vendor;
import dev.admiral.optimizer.provider.Vendors;
import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Everything an operator can set, read and checked. {@code docs/configuration.md} says what each
 * key means; a component's name in lower case with underscores is its key. Engine packages never
 * see these records: {@link Wiring} translates.
 *
 * @param dataDir folder that holds everything the server keeps
 * @param durability what a stored call survives
 * @param grpc how the server listens for gRPC
 * @param http how the server listens for HTTP
 * @param cache the response cache
 * @param flight joining of equal calls
 * @param tries how often a call is tried
 * @param modelHealth when a model is left alone
 * @param ledger the ledger's bounds
 * @param events what is kept for watchers
 * @param statistics what is told apart
 * @param calls what is kept of finished calls
 * @param learning what is remembered of failures and of reported outcomes
 * @param fleet the agents
 * @param providers the vendors; empty to take those whose usual key is in the environment
 * @param aliases names for ordered candidates
 * @param models models and prices beyond the built-in catalogue
 * @param limits requests per minute
 * @param keys who may call; empty for anybody on this machine
 * @param metrics what Prometheus is told
 * @param traces which calls are traced, and where to
 * @param log what is logged and how
 */
record Config(
    Path dataDir,
    Durability durability,
    Grpc grpc,
    Http http,
    Cache cache,
    Flight flight,
    Tries tries,
    ModelHealthConfig modelHealth,
    LedgerConfig ledger,
    Events events,
    Statistics statistics,
    Calls calls,
    Learning learning,
    FleetConfig fleet,
    List<ProviderConfig> providers,
    Map<String, List<String>> aliases,
    List<Model> models,
    Limits limits,
    List<Key> keys,
    Metrics metrics,
    Traces traces,
    Log log) {

  /** Variables that begin as overrides do and mean something else, to us or to the client. */
  static final Set<String> OTHER_VARIABLES =
      Set.of(
          "ADMIRAL_CONFIG",
          "ADMIRAL_JAVA_OPTS",
          "ADMIRAL_ADDRESS",
          "ADMIRAL_KEY",
          "ADMIRAL_KEY_FILE",
          "ADMIRAL_MODEL");

  /** What a stored call survives. */
  enum Durability {
    PROCESS,
    POWER
  }

  /** How the server listens for gRPC. */
  record Grpc(
      String host,
      int port,
      int maxRequestBytes,
      Duration defaultDeadline,
      Duration drainTimeout,
      Duration keepaliveInterval,
      Duration keepaliveTimeout,
      Duration minClientKeepalive,
      boolean plaintextBeyondLoopback,
      Tls tls) {

    static Grpc read(Section section) throws ConfigException {
      return new Grpc(
          section.text("host", "127.0.0.1"),
          section.number("port", 50051, 0, 65535),
          (int) section.size("max_request_bytes", "16MiB", "1KiB", "512MiB"),
          section.duration("default_deadline", "10m", "1s", "24h"),
          section.duration("drain_timeout", "30s", "0s", "10m"),
          section.duration("keepalive_interval", "1m", "10s", "24h"),
          section.duration("keepalive_timeout", "20s", "1s", "10m"),
          section.duration("min_client_keepalive", "10s", "1s", "1h"),
          section.flag("plaintext_beyond_loopback", false),
          section.section("tls", Tls::read));
    }
  }

  /** How the server listens for HTTP. */
  record Http(
      String host,
      int port,
      int maxRequestBytes,
      int maxHeaderBytes,
      int maxConnections,
      Duration idleTimeout,
      Duration bodyTimeout,
      Duration heartbeat,
      int maxWatchers,
      boolean readyNeedsStores,
      List<String> allowedHosts) {

    static Http read(Section section) throws ConfigException {
      return new Http(
          section.text("host", "127.0.0.1"),
          section.number("port", 8080, 0, 65535),
          (int) section.size("max_request_bytes", "16MiB", "1KiB", "512MiB"),
          (int) section.size("max_header_bytes", "16KiB", "1KiB", "1MiB"),
          section.number("max_connections", 20_000, 1, 1_000_000),
          section.duration("idle_timeout", "30s", "1s", "1h"),
          section.duration("body_timeout", "1m", "1s", "1h"),
          section.duration("heartbeat", "10s", "1s", "1h"),
          section.number("max_watchers", 64, 1, 10_000),
          section.flag("ready_needs_stores", false),
          section.texts("allowed_hosts"));
    }
  }

  /** Encryption of both ports; with none of the files they are plain text. */
  record Tls(Optional<Path> certFile, Optional<Path> keyFile, Optional<Path> clientCaFile) {

    static Tls read(Section section) throws ConfigException {
      Optional<Path> cert = section.path("cert_file");
      Optional<Path> key = section.path("key_file");
      Optional<Path> clientCa = section.path("client_ca_file");
      if (cert.isPresent() != key.isPresent()) {
        String given = cert.isPresent() ? "cert_file" : "key_file";
        String other = cert.isPresent() ? "key_file" : "cert_file";
        throw new ConfigException(
            section.where(given)
                + ": grpc.tls."
                + given
                + " needs grpc.tls."
                + other
                + " beside it");
      }
      if (clientCa.isPresent() && cert.isEmpty()) {
        throw new ConfigException(
            section.where("client_ca_file")
                + ": grpc.tls.client_ca_file needs grpc.tls.cert_file and grpc.tls.key_file beside"
                + " it");
      }
      return new Tls(cert, key, clientCa);
    }

    boolean on() {
      return certFile.isPresent();
    }

    boolean mutual() {
      return clientCaFile.isPresent();
    }
  }

  /** The response cache; sizes that are absent follow the heap. */
  record Cache(
      Duration timeToLive,
      Optional<Long> memoryBytes,
      long diskBytes,
      long answerBytes,
      Duration repeatWindow,
      Optional<Long> repeatMemoryBytes,
      long repeatDiskBytes,
      Duration repeatWait,
      Duration failureTimeToLive,
      int failureEntries,
      Optional<Long> pendingBytes,
      int batchEntries,
      Duration batchDelay,
      Duration diskWait,
      int diskReaders,
      Duration purgeInterval,
      int purgeEntries,
      long filterBytes) {

    static Cache read(Section section) throws ConfigException {
      return new Cache(
          section.duration("time_to_live", "10m", "1s", "30d"),
          section.sizeOfHeap("memory_bytes", "1/4 of the heap, at most 256MiB", "1MiB", "1TiB"),
          section.size("disk_bytes", "4GiB", "1MiB", "16TiB"),
          section.size("answer_bytes", "8MiB", "1KiB", "1GiB"),
          section.duration("repeat_window", "24h", "1m", "30d"),
          section.sizeOfHeap(
              "repeat_memory_bytes", "1/32 of the heap, at most 32MiB", "1MiB", "1TiB"),
          section.size("repeat_disk_bytes", "1GiB", "1MiB", "16TiB"),
          section.duration("repeat_wait", "2s", "1ms", "1m"),
          section.duration("failure_time_to_live", "30s", "1ms", "1h"),
          section.number("failure_entries", 10_000, 1, 10_000_000),
          section.sizeOfHeap("pending_bytes", "1/16 of the heap, at most 64MiB", "1MiB", "1TiB"),
          section.number("batch_entries", 32, 1, 100_000),
          section.duration("batch_delay", "20ms", "0ms", "10s"),
          section.duration("disk_wait", "250ms", "1ms", "1m"),
          section.number("disk_readers", 4, 1, 256),
          section.duration("purge_interval", "10s", "1s", "1h"),
          section.number("purge_entries", 500, 1, 1_000_000),
          section.size("filter_bytes", "4MiB", "64KiB", "1GiB"));
    }
  }

  /** Joining of equal calls in flight. */
  record Flight(long logBytes, int waiters, Duration grace, int promotions) {

    static Flight read(Section section) throws ConfigException {
      return new Flight(
          section.size("log_bytes", "4MiB", "64KiB", "1GiB"),
          section.number("waiters", 10_000, 1, 10_000_000),
          section.duration("grace", "150ms", "0ms", "1m"),
          section.number("promotions", 2, 0, 100));
    }
  }

  /** How often a call is tried, and after what waits. */
  record Tries(
      int perModel,
      Duration maxWait,
      Duration maxWaitBeforeFailOver,
      Duration firstBackoff,
      Duration longestBackoff) {

    static Tries read(Section section) throws ConfigException {
      Tries tries =
          new Tries(
              section.number("per_model", 2, 1, 100),
              section.duration("max_wait", "1m", "0s", "1h"),
              section.duration("max_wait_before_fail_over", "2s", "0s", "1h"),
              section.duration("first_backoff", "200ms", "1ms", "1m"),
              section.duration("longest_backoff", "10s", "1ms", "1h"));
      if (tries.longestBackoff.compareTo(tries.firstBackoff) < 0) {
        throw new ConfigException(
            section.where("longest_backoff")
                + ": tries.longest_backoff must not be below tries.first_backoff");
      }
      return tries;
    }
  }

  /** When a model is left alone, and for how long. */
  record ModelHealthConfig(
      int latestTries,
      int leastTries,
      int failedPercent,
      Duration leftAlone,
      Duration leftAloneAtMost,
      int maxModels) {

    static ModelHealthConfig read(Section section) throws ConfigException {
      ModelHealthConfig health =
          new ModelHealthConfig(
              section.number("latest_tries", 20, 1, 10_000),
              section.number("least_tries", 5, 1, 10_000),
              section.number("failed_percent", 50, 1, 100),
              section.duration("left_alone", "10s", "1ms", "1h"),
              section.duration("left_alone_at_most", "5m", "1ms", "24h"),
              section.number("max_models", 1_000, 1, 1_000_000));
      if (health.leastTries > health.latestTries) {
        throw new ConfigException(
            section.where("least_tries")
                + ": model_health.least_tries must not be above model_health.latest_tries");
      }
      if (health.leftAloneAtMost.compareTo(health.leftAlone) < 0) {
        throw new ConfigException(
            section.where("left_alone_at_most")
                + ": model_health.left_alone_at_most must not be below model_health.left_alone");
      }
      return health;
    }
  }

  /** The ledger. */
  record LedgerConfig(Duration writeWait, int backlogLimit, Duration flushInterval) {

    static LedgerConfig read(Section section) throws ConfigException {
      return new LedgerConfig(
          section.duration("write_wait", "2s", "10ms", "1m"),
          section.number("backlog_limit", 10_000, 0, 10_000_000),
          section.duration("flush_interval", "1s", "100ms", "1m"));
    }
  }

  /** Events kept for watchers. */
  record Events(int kept, int maxWatches) {

    static Events read(Section section) throws ConfigException {
      return new Events(
          section.number("kept", 10_000, 16, 1 << 24),
          section.number("max_watches", 100, 1, 100_000));
    }
  }

  /** Statistics of calls. */
  record Statistics(int maxAgents, int maxSeries) {

    static Statistics read(Section section) throws ConfigException {
      return new Statistics(
          section.number("max_agents", 1_000, 1, 1_000_000),
          section.number("max_series", 4_000, 1, 1_000_000));
    }
  }

  /** Finished calls. */
  record Calls(int kept, boolean content, long contentBytes) {

    static Calls read(Section section) throws ConfigException {
      return new Calls(
          section.number("kept", 10_000, 1, 1_000_000),
          section.flag("content", false),
          section.size("content_bytes", "64MiB", "1KiB", "1TiB"));
    }
  }

  /** What Prometheus is told. */
  record Metrics(boolean open, boolean agents, int maxModels) {

    static Metrics read(Section section) throws ConfigException {
      return new Metrics(
          section.flag("open", false),
          section.flag("agents", false),
          section.number("max_models", 200, 1, 10_000));
    }
  }

  /** Which calls are traced, and where to; none without an endpoint. */
  record Traces(
      Optional<String> endpoint,
      Protocol protocol,
      Map<String, Secret> headers,
      double sampledRatio,
      int maxSpans,
      Duration timeout,
      boolean content,
      int contentChars,
      long contentBytes) {

    /** What the collector speaks. */
    enum Protocol {
      HTTP,
      GRPC
    }

    static Traces read(Section section) throws ConfigException {
      return new Traces(
          section.url("endpoint", ""),
          section.choice("protocol", Protocol.HTTP),
          section.secretsByName("headers"),
          section.part("sampled_ratio", "1"),
          section.number("max_spans", 8192, 1, 1_000_000),
          section.duration("timeout", "10s", "100ms", "5m"),
          section.flag("content", false),
          section.number("content_chars", 65_536, 100, 10_000_000),
          section.size("content_bytes", "64MiB", "1KiB", "1TiB"));
    }
  }

  /** What is learned from failures and from reported outcomes. */
  record Learning(int maxKinds, int maxAgents, int maxReports) {

    static Learning read(Section section) throws ConfigException {
      return new Learning(
          section.number("max_kinds", 10_000, 1, 1_000_000),
          section.number("max_agents", 100, 1, 100_000),
          section.number("max_reports", 10_000, 1, 1_000_000));
    }
  }

  /** The agents. */
  record FleetConfig(int maxAgents) {

    static FleetConfig read(Section section) throws ConfigException {
      return new FleetConfig(section.number("max_agents", 10_000, 1, 1_000_000));
    }
  }

  /** A vendor, or anything that speaks like one. */
  record ProviderConfig(
      String name,
      String vendor,
      Dialect dialect,
      String baseUrl,
      Optional<Secret> apiKey,
      ApiVersion apiVersion,
      Map<String, Secret> headers,
      Duration connectTimeout,
      Duration connectionWait,
      Duration firstPieceTimeout,
      Duration silenceTimeout,
      Duration keepAlive,
      int maxConnections,
      long maxAnswerBytes,
      int requestsPerMinute) {

    /** Versions of Anthropic's API. */
    enum ApiVersion {
      V2023("2023-06-01"),
      V2026("2026-10-21");

      private final String date;

      ApiVersion(String date) {
        this.date = date;
      }

      @Override
      public String toString() {
        return date;
      }
    }

    static ProviderConfig read(Section section) throws ConfigException {
      String name = section.required("name");
      if (Fleet.nameProblem(name) != null || name.indexOf('/') >= 0) {
        throw new ConfigException(
            section.where("name")
                + ": a provider's name may hold letters, digits and ._:@- only, as it stands before"
                + " the slash in 'provider/model'");
      }
      String vendor = vendor(section, name);
      Optional<Vendor> known = Vendors.find(vendor);
      Dialect dialect =
          section
              .choice("dialect", "its vendor's", Dialect.class)
              .or(() -> known.map(Vendor::dialect))
              .orElseThrow(() ->
                  new ConfigException(
                      section.where("name")
                          + ": the provider '"
                          + name
                          + "' needs dialect, as the vendor '"
                          + vendor
                          + "' is not known here"));
      Vendor behind = Vendors.of(vendor, dialect);
      Optional<String> baseUrl =
          section
              .url("base_url", "its vendor's")
              .or(() -> Optional.of(behind.baseUrl()).filter(usual -> !usual.isEmpty()));
      if (baseUrl.isEmpty()) {
        throw new ConfigException(
            section.where("name")
                + ": the provider '"
                + name
                + "' needs base_url, as the address of '"
                + vendor
                + "' is not known here");
      }
      return new ProviderConfig(
          name,
          vendor,
          dialect,
          baseUrl.get(),
          key(section, behind, URI.create(baseUrl.get())),
          section.choice("api_version", ApiVersion.V2023),
          section.secretsByName("headers"),
          section.duration("connect_timeout", "5s", "10ms", "5m"),
          section.duration("connection_wait", "5s", "1ms", "5m"),
          section.duration("first_piece_timeout", "5m", "100ms", "1h"),
          section.duration("silence_timeout", "1m", "100ms", "1h"),
          section.duration("keep_alive", "20s", "1s", "1h"),
          section.number("max_connections", 16_384, 1, 1_000_000),
          section.size("max_answer_bytes", "64MiB", "1KiB", "1GiB"),
          section.number("requests_per_minute", 0, 0, 1_000_000_000));
    }

    /** A vendor that is named must be known; a name that is none may be anybody's. */
    private static String vendor(Section section, String name) throws ConfigException {
      String vendor = section.text("vendor", "its name", name);
      if (Vendors.find(vendor).isEmpty() && !vendor.equals(name)) {
        List<String> known = Vendors.all().stream().map(Vendor::name).toList();
        throw new ConfigException(
            section.where("vendor")
                + ": the vendor '"
                + vendor
                + "' is not known here"
                + Nearest.hint(vendor, known)
                + "; known are "
                + String.join(", ", known)
                + "; leave 'vendor' out for any other");
      }
      return vendor;
    }

    /**
     * The key in the environment is the vendor's own, and goes to the vendor's own address only.
     */
    private static Optional<Secret> key(Section section, Vendor vendor, URI address)
        throws ConfigException {
      Optional<Secret> given = section.secret("api_key");
      return given.isPresent() || !vendor.owns(address)
          ? given
          : ProviderDiscovery.key(vendor, section.environment());
    }

    /** Returns what to tell of a vendor's address under a name that does not say whose it is. */
    Optional<String> mistaken() {
      return Vendors.find(vendor).isPresent()
          ? Optional.empty()
          : Vendors.at(URI.create(baseUrl))
              .map(owner ->
                  "the provider '"
                      + name
                      + "' has an address of "
                      + owner.name()
                      + " and is spoken to as anybody; say vendor: "
                      + owner.name());
    }

    /** Returns a provider with every other setting at its default. */
    static ProviderConfig of(
        String name, Dialect dialect, String baseUrl, Optional<Secret> apiKey) {
      Map<Node.Name, Node> keys = new LinkedHashMap<>();
      Map.of("name", name, "dialect", dialect.word(), "base_url", baseUrl)
          .forEach((key, value) ->
              keys.put(new Node.Name(key, name), new Node.Scalar(name, value, false)));
      try {
        ProviderConfig plain =
            read(
                Section.root(
                    new Node.Mapping(name, keys),
                    new Environment(Map.of(), Path.of("/")),
                    Path.of("/")));
        return plain.withApiKey(apiKey);
      } catch (ConfigException e) {
        throw new IllegalArgumentException(e.getMessage(), e);
      }
    }

    private ProviderConfig withApiKey(Optional<Secret> key) {
      return new ProviderConfig(
          name,
          vendor,
          dialect,
          baseUrl,
          key,
          apiVersion,
          headers,
          connectTimeout,
          connectionWait,
          firstPieceTimeout,
          silenceTimeout,
          keepAlive,
          maxConnections,
          maxAnswerBytes,
          requestsPerMinute);
    }
  }

  /** A model beyond the built-in catalogue, or another price for one in it. */
  record Model(
      String provider,
      String name,
      int contextTokens,
      List<ModelAbility> abilities,
      List<ModelTraits.Effort> efforts,
      List<ModelTraits.Feature> takes,
      List<ModelTraits.Setting> refuses,
      Optional<BigDecimal> inputUsd,
      Optional<BigDecimal> cachedInputUsd,
      Optional<BigDecimal> cacheWriteUsd,
      Optional<BigDecimal> outputUsd) {

    /** What a model can do beyond text in, text out. */
    enum ModelAbility {
      IMAGES,
      TOOLS,
      JSON_SCHEMA,
      REASONING,
      EMBEDDINGS
    }

    /** Returns what is said of how the model wants to be asked. */
    ModelTraits toTraits() {
      return new ModelTraits(
          efforts.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(efforts)),
          Set.copyOf(takes),
          Set.copyOf(refuses));
    }

    static Model read(Section section) throws ConfigException {
      Model model =
          new Model(
              section.required("provider"),
              section.required("name"),
              section.number("context_tokens", 0, 0, 1_000_000_000),
              section.choices("abilities", ModelAbility.class),
              section.choices("efforts", ModelTraits.Effort.class),
              section.choices("takes", ModelTraits.Feature.class),
              section.choices("refuses", ModelTraits.Setting.class),
              section.dollars("input_usd"),
              section.dollars("cached_input_usd"),
              section.dollars("cache_write_usd"),
              section.dollars("output_usd"));
      if (model.inputUsd.isEmpty()
          && (model.outputUsd.isPresent()
              || model.cachedInputUsd.isPresent()
              || model.cacheWriteUsd.isPresent())) {
        throw new ConfigException(
            section.where("name")
                + ": the price of '"
                + model.name
                + "' needs input_usd; leave all prices out if it is unknown");
      }
      return model;
    }
  }

  /** Requests per minute; 0 for no limit. */
  record Limits(int agentRequestsPerMinute, List<AgentLimit> agents, int maxAgents) {

    static Limits read(Section section) throws ConfigException {
      return new Limits(
          section.number("agent_requests_per_minute", 0, 0, 1_000_000_000),
          section.list(
              "agents",
              AgentLimit::read,
              limit -> List.of(limit.tenant(), limit.agent()),
              (first, second) ->
                  "the limit of the agent '"
                      + second.agent()
                      + "' of the tenant '"
                      + second.tenant()
                      + "' is listed twice; remove one"),
          section.number("max_agents", 100_000, 1, 10_000_000));
    }
  }

  /** The limit of one agent. */
  record AgentLimit(String agent, String tenant, int requestsPerMinute) {

    static AgentLimit read(Section section) throws ConfigException {
      return new AgentLimit(
          section.required("agent"),
          section.text("tenant", Caller.DEFAULT_TENANT),
          section.requiredNumber("requests_per_minute", 1, 1_000_000_000));
    }
  }

  /** What is logged and how. */
  record Log(Level level, Format format, int alikeFailures) {
    enum Level {
      ERROR,
      WARN,
      INFO,
      DEBUG
    }

    enum Format {
      AUTO,
      HUMAN,
      JSON
    }

    /** As if nothing had been said. */
    static final Log DEFAULT = new Log(Level.INFO, Format.AUTO, 5);

    static Log read(Section section) throws ConfigException {
      return new Log(
          section.choice("level", Level.INFO),
          section.choice("format", Format.AUTO),
          section.number("alike_failures", 5, 0, 1_000_000));
    }
  }

  /**
   * Reads a whole configuration.
   *
   * @param warnings takes what an operator should know of and may well have meant
   * @throws ConfigException if anything in it is wrong
   */
  static Config read(Section root, Consumer<String> warnings) throws ConfigException {
    Config config =
        new Config(
            root.path("data_dir", "~/.admiral"),
            root.choice("durability", Durability.PROCESS),
            root.section("grpc", Grpc::read),
            root.section("http", Http::read),
            root.section("cache", Cache::read),
            root.section("flight", Flight::read),
            root.section("tries", Tries::read),
            root.section("model_health", ModelHealthConfig::read),
            root.section("ledger", LedgerConfig::read),
            root.section("events", Events::read),
            root.section("statistics", Statistics::read),
            root.section("calls", Calls::read),
            root.section("learning", Learning::read),
            root.section("fleet", FleetConfig::read),
            root.list(
                "providers",
                ProviderConfig::read,
                ProviderConfig::name,
                (first, second) ->
                    "two providers are named '" + second.name() + "'; give each a name of its own"),
            root.textsByName("aliases"),
            root.list(
                "models",
                Model::read,
                model -> List.of(model.provider(), model.name()),
                (first, second) ->
                    "the model '"
                        + second.provider()
                        + "/"
                        + second.name()
                        + "' is listed twice; remove one"),
            root.section("limits", Limits::read),
            root.list(
                "keys",
                Config::key,
                Key::sha256,
                (first, second) ->
                    "the keys '"
                        + first.identity().label()
                        + "' and '"
                        + second.identity().label()
                        + "' are the same key; give each a key of its own"),
            root.section("metrics", Metrics::read),
            root.section("traces", Traces::read),
            root.section("log", Log::read));
    root.end();
    for (ProviderConfig provider : config.providers()) {
      provider.mistaken().ifPresent(warnings);
    }
    List<String> strangers = root.endVariables(OTHER_VARIABLES);
    if (!strangers.isEmpty()) {
      warnings.accept("environment variables that mean nothing here are left alone: " + strangers);
    }
    return config;
  }

  private static Key key(Section section) throws ConfigException {
    Identity identity =
        new Identity(
            section.text("tenant", Caller.DEFAULT_TENANT),
            section.flag("operator", false),
            section.required("label"));
    String problem = Fleet.nameProblem(identity.tenant());
    if (problem != null) {
      throw new ConfigException(section.where("tenant") + ": a tenant's name " + problem);
    }
    Optional<Secret> plain = section.secret("key");
    Optional<String> digest = section.text("sha256");
    if (plain.isPresent() == digest.isPresent()) {
      throw new ConfigException(
          section.where("label")
              + ": the key '"
              + identity.label()
              + "' needs exactly one of sha256, key and key_file");
    }
    if (plain.isPresent()) {
      return Key.of(plain.get().reveal(), identity);
    }
    try {
      return new Key(digest.orElseThrow(), identity);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(
          section.where("sha256")
              + ": sha256 must be 64 hex digits; from a key: printf %s KEY | sha256sum");
    }
  }
}
