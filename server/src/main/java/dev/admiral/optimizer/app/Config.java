package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Key;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Everything an operator can set, read and checked. {@code docs/configuration.md} says what each
 * key means; a component's name in lower case with underscores is its key. Engine packages never
 * see these records: {@link Wiring} translates.
 *
 * @param dataDir folder that holds everything the server keeps
 * @param grpc how the server listens
 * @param cache the response cache
 * @param flight joining of equal calls
 * @param fleet the agents
 * @param providers the vendors; empty to take those whose usual key is in the environment
 * @param aliases names for ordered candidates
 * @param models models and prices beyond the built-in catalogue
 * @param limits requests per minute
 * @param keys who may call; empty for anybody on this machine
 * @param log what is logged and how
 */
record Config(
    Path dataDir,
    Grpc grpc,
    Cache cache,
    Flight flight,
    FleetBounds fleet,
    List<ProviderConfig> providers,
    Map<String, List<String>> aliases,
    List<Model> models,
    Limits limits,
    List<Key> keys,
    Log log) {

  /** Variables that begin as overrides do and mean something else. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of("ADMIRAL_CONFIG", "ADMIRAL_HTTP_PORT", "ADMIRAL_JAVA_OPTS");

  /** How the server listens. */
  record Grpc(
      String host,
      int port,
      int maxRequestBytes,
      Duration defaultDeadline,
      Duration drainTimeout,
      Duration keepaliveInterval,
      Duration keepaliveTimeout,
      Duration minClientKeepalive,
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
          section.section("tls", Tls::read));
    }
  }

  /** Encryption of the gRPC port; with none of the files it is plain text. */
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

  /** The response cache. */
  record Cache(long memoryBytes, long diskBytes, Duration timeToLive, Duration failureTimeToLive) {

    static Cache read(Section section) throws ConfigException {
      return new Cache(
          section.size("memory_bytes", "256MiB", "0B", "1TiB"),
          section.size("disk_bytes", "4GiB", "0B", "1TiB"),
          section.duration("time_to_live", "10m", "1s", "30d"),
          section.duration("failure_time_to_live", "1m", "0s", "1h"));
    }
  }

  /** Joining of equal calls in flight. */
  record Flight(int maxWaiters, long maxLogBytes) {

    static Flight read(Section section) throws ConfigException {
      return new Flight(
          section.number("max_waiters", 10_000, 1, 1_000_000),
          section.size("max_log_bytes", "8MiB", "64KiB", "1GiB"));
    }
  }

  /** The agents. */
  record FleetBounds(int maxAgents) {

    static FleetBounds read(Section section) throws ConfigException {
      return new FleetBounds(section.number("max_agents", 10_000, 1, 1_000_000));
    }
  }

  /** What a provider speaks. */
  enum Dialect {
    OPENAI("https://api.openai.com/v1"),
    ANTHROPIC("https://api.anthropic.com");

    final String baseUrl;

    Dialect(String baseUrl) {
      this.baseUrl = baseUrl;
    }
  }

  /** A vendor, or anything that speaks like one. */
  record ProviderConfig(
      String name,
      Dialect dialect,
      String baseUrl,
      Optional<Secret> apiKey,
      Optional<String> version,
      Duration connectTimeout,
      Duration firstByteTimeout,
      Duration idleTimeout,
      int maxConnections,
      int requestsPerMinute) {

    static ProviderConfig read(Section section) throws ConfigException {
      String name = section.required("name");
      if (Fleet.nameProblem(name) != null || name.indexOf('/') >= 0) {
        throw new ConfigException(
            section.where("name")
                + ": a provider's name may hold letters, digits and ._:@- only, as it stands before"
                + " the slash in 'provider/model'");
      }
      Dialect dialect = section.requiredChoice("dialect", Dialect.class);
      return new ProviderConfig(
          name,
          dialect,
          section.url("base_url", dialect.baseUrl),
          section.secret("api_key"),
          section.text("version"),
          section.duration("connect_timeout", "5s", "10ms", "5m"),
          section.duration("first_byte_timeout", "2m", "100ms", "1h"),
          section.duration("idle_timeout", "1m", "100ms", "1h"),
          section.number("max_connections", 1000, 1, 100_000),
          section.number("requests_per_minute", 0, 0, 1_000_000_000));
    }
  }

  /** A model beyond the built-in catalogue, or another price for one in it. */
  record Model(
      String name,
      int contextTokens,
      Optional<BigDecimal> inputUsdPerMtok,
      Optional<BigDecimal> outputUsdPerMtok,
      Optional<BigDecimal> cachedInputUsdPerMtok) {

    static Model read(Section section) throws ConfigException {
      String name = section.required("name");
      int slash = name.indexOf('/');
      if (slash <= 0 || slash == name.length() - 1) {
        throw new ConfigException(
            section.where("name") + ": a model's name here has the form 'provider/model'");
      }
      Optional<BigDecimal> input = section.dollars("input_usd_per_mtok");
      Optional<BigDecimal> output = section.dollars("output_usd_per_mtok");
      if (input.isPresent() != output.isPresent()) {
        throw new ConfigException(
            section.where("name")
                + ": give both input_usd_per_mtok and output_usd_per_mtok, or neither if the price"
                + " is unknown");
      }
      return new Model(
          name,
          section.number("context_tokens", 0, 0, 1_000_000_000),
          input,
          output,
          section.dollars("cached_input_usd_per_mtok"));
    }
  }

  /** Requests per minute; 0 for no limit. */
  record Limits(int agentRequestsPerMinute, List<AgentLimit> agents) {

    static Limits read(Section section) throws ConfigException {
      return new Limits(
          section.number("agent_requests_per_minute", 0, 0, 1_000_000_000),
          section.list("agents", AgentLimit::read));
    }
  }

  /** The limit of one agent. */
  record AgentLimit(String agent, String tenant, int requestsPerMinute) {

    static AgentLimit read(Section section) throws ConfigException {
      return new AgentLimit(
          section.required("agent"),
          section.text("tenant", Caller.DEFAULT_TENANT),
          section.number("requests_per_minute", 0, 1, 1_000_000_000));
    }
  }

  /** What is logged and how. */
  record Log(Level level, Format format) {
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

    static Log read(Section section) throws ConfigException {
      return new Log(section.choice("level", Level.INFO), section.choice("format", Format.AUTO));
    }
  }

  /**
   * Reads a whole configuration.
   *
   * @throws ConfigException if anything in it is wrong
   */
  static Config read(Section root) throws ConfigException {
    Config config =
        new Config(
            root.path("data_dir", "~/.admiral"),
            root.section("grpc", Grpc::read),
            root.section("cache", Cache::read),
            root.section("flight", Flight::read),
            root.section("fleet", FleetBounds::read),
            root.list("providers", ProviderConfig::read),
            root.textsByName("aliases"),
            root.list("models", Model::read),
            root.section("limits", Limits::read),
            root.list("keys", Config::key),
            root.section("log", Log::read));
    root.end();
    root.endVariables(OTHER_VARIABLES);
    Set<String> names = new HashSet<>();
    for (ProviderConfig provider : config.providers) {
      if (!names.add(provider.name())) {
        throw new ConfigException(
            root.where("providers")
                + ": two providers are named '"
                + provider.name()
                + "'; give each a name of its own");
      }
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
              + ": sha256 must be 64 hex digits; './admiral hash-key' makes them from a key");
    }
  }
}
