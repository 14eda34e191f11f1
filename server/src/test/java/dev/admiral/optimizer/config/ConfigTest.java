package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;

import dev.admiral.optimizer.admission.Limits;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.Key;
import dev.admiral.optimizer.provider.Dialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
  @TempDir Path folder;

  private final Map<String, String> variables = new HashMap<>();
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("config.yaml");
  }

  @Test
  void withoutFile_everythingIsAtItsDefault() throws Exception {
    Config config = new ConfigFile(Optional.empty(), environment()).read("", _ -> {});

    assertThat(config.kept().dataDir()).isEqualTo(folder.resolve("home/.admiral"));
    assertThat(config.doors().grpc().host()).isEqualTo("127.0.0.1");
    assertThat(config.doors().grpc().port()).isEqualTo(50051);
    assertThat(config.doors().grpc().maxRequestBytes()).isEqualTo(16 << 20);
    assertThat(config.doors().grpc().tls().on()).isFalse();
    assertThat(config.serving().cache().timeToLive()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.upstreams().providers()).isEmpty();
    assertThat(config.access().keys()).isEmpty();
  }

  @Test
  void emptyFile_isTheDefaults() throws Exception {
    assertThat(read("# nothing\n")).isEqualTo(read("grpc:\n"));
  }

  @Test
  void everyKind_isRead() throws Exception {
    variables.put("UPSTREAM_KEY", "sk-1");
    Files.writeString(folder.resolve("agent.key"), "the key\n");

    Config config =
        read(
            """
            data_dir: data
            grpc:
              port: 0
              default_deadline: 90s
              max_request_bytes: 1MiB
            providers:
              - name: main
                dialect: openai
                base_url: http://127.0.0.1:9/v1/
                api_key: ${UPSTREAM_KEY}
              - name: claude
                vendor: anthropic
                dialect: anthropic
            aliases:
              fast: [main/small, claude/haiku]
            models:
              - provider: main
                name: small
                abilities: [tools, json_schema]
                input_usd: 0.15
                output_usd: 0.60
            limits:
              agent_requests_per_minute: 60
              agents:
                - agent: council
                  requests_per_minute: 600
            keys:
              - label: from a file
                tenant: blue
                key_file: agent.key
            log:
              level: warn
              format: json
            """);

    assertThat(config.kept().dataDir()).isEqualTo(folder.resolve("data"));
    assertThat(config.doors().grpc().port()).isZero();
    assertThat(config.doors().grpc().defaultDeadline()).isEqualTo(Duration.ofSeconds(90));
    assertThat(config.doors().grpc().maxRequestBytes()).isEqualTo(1 << 20);
    assertThat(config.upstreams().providers().getFirst().settings().baseUrl())
        .hasToString("http://127.0.0.1:9/v1");
    assertThat(config.upstreams().providers().getFirst().settings().apiKey()).isEqualTo("sk-1");
    assertThat(config.upstreams().providers().getLast().settings().dialect())
        .isEqualTo(Dialect.ANTHROPIC);
    assertThat(config.upstreams().providers().getLast().settings().baseUrl())
        .hasToString("https://api.anthropic.com/v1");
    assertThat(config.upstreams().aliases())
        .containsEntry("fast", List.of("main/small", "claude/haiku"));
    assertThat(config.upstreams().models().getFirst().price())
        .hasValueSatisfying(price -> assertThat(price.input()).isEqualByComparingTo("0.15"));
    assertThat(config.serving().limits().law().agents())
        .containsExactly(entry(new Limits.Agent("default", "council"), 600L));
    assertThat(config.access().keys())
        .containsExactly(Key.of("the key", new Identity("blue", false, "from a file")));
    assertThat(config.observing().log().format()).isEqualTo(LogSettings.Format.JSON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          "grpc: {}\ncahce: {}"               | :2:1: unknown key 'cahce'; did you mean 'cache'?
          "grpc:\n  prot: 1"                  | :2:3: unknown key 'grpc.prot'; did you mean 'port'?
          "grpc:\n  port: many"               | :2:9: 'grpc.port' must be a whole number, 0 to 65535, not 'many'
          "grpc:\n  port: 70000"              | :2:9: 'grpc.port' must be a whole number, 0 to 65535, not '70000'
          "grpc:\n  port: 1.5"                | :2:9: 'grpc.port' must be a whole number, 0 to 65535, not '1.5'
          "grpc:\n  port: [1]"                | :2:9: 'port' must be a single value
          "grpc: 1"                           | :1:7: 'grpc' must hold keys
          "grpc:\n  default_deadline: 5"      | :2:21: 'grpc.default_deadline' must be a duration such as 500ms, 30s or 10m, 1s to 24h, not '5'
          "grpc:\n  max_request_bytes: 4 MB"  | :2:22: 'grpc.max_request_bytes' must be a size such as 64KiB or 16MiB, 1KiB to 512MiB, not '4 MB'
          "grpc:\n  port: 1\n  port: 2"       | :3:3: the key 'port' stands here for the second time
          "log:\n  level: loud"               | :2:10: 'log.level' must be error or warn or info or debug, not 'loud'
          "providers: {}"                     | :1:12: 'providers' must be a list
          "providers:\n  - dialect: openai"   | :2:5: the key 'providers[].name' is missing
          "providers:\n  - name: a\n    dialect: openai" | :2:11: the provider 'a' needs base_url, as the address of 'a' is not known here
          "providers:\n  - name: a"           | :2:11: the provider 'a' needs dialect, as the vendor 'a' is not known here
          "providers:\n  - name: a\n    vendor: mistrl" | :3:13: the vendor 'mistrl' is not known here; did you mean 'mistral'?; known are openai, anthropic
          "providers:\n  - name: a\n    vendor: azure" | :2:11: the provider 'a' needs base_url, as the address of 'azure' is not known here
          "models:\n  - {provider: p, name: m, input_usd: 1000000.1}" | :2:39: 'models[].input_usd' must be an amount in dollars such as 0.25, 0 to 1000000, not '1000000.1'
          "models:\n  - {provider: p, name: m, input_usd: 1e999999999}" | 0 to 1000000, not '1e999999999'
          "models:\n  - {provider: p, name: m, input_usd: 1e-999999999}" | use at most 6 decimals
          "server:\n  replica: two words"     | :2:12: the name of this replica may hold letters, digits and ._:/@- only; character 4 is none of them
          "models:\n  - {provider: p, name: m, refuses: [heat]}" | 'refuses' must be temperature or top_p
          "providers:\n  - name: a/b"         | :2:11: a provider's name may hold letters, digits and ._:@- only
          "keys:\n  - label: x"               | :2:12: the key 'x' needs exactly one of sha256, key and key_file
          "aliases:\n  fast: main/small"      | :2:9: 'fast' must be a list with at least one text
          "data_dir: &a x\nlog: *a"           | :2:6: aliases are not supported; write the value out
          "- a"                               | the file must hold keys and values
          "a: b: c"                           | this is not YAML
          "a: 1\n---\nb: 2"                   | the file must hold one document
          "grpc:\n  tls:\n    cert_file: c"   | :3:16: grpc.tls.cert_file needs grpc.tls.key_file beside it
          "data_dir: ${NOT_SET}"              | :1:11: the environment variable NOT_SET is not set
          "data_dir: ${"                      | :1:11: '${' must be followed by a variable's name
          """)
  void mistake_isPointedAtAndExplained(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
        .isInstanceOf(ConfigException.class)
        .message()
        .startsWith(file.toString())
        .contains(message);
  }

  @Test
  void vendor_givesDialectAddressAndKey() throws Exception {
    variables.put("MISTRAL_API_KEY", "m-key");
    ProviderEntry provider =
        read("providers: [{name: ours, vendor: mistral}]").upstreams().providers().getFirst();

    assertThat(provider.settings().vendor().dialect()).isEqualTo(Dialect.OPENAI);
    assertThat(provider.settings().baseUrl()).hasToString("https://api.mistral.ai/v1");
    assertThat(provider.settings().apiKey()).isEqualTo("m-key");
    assertThat(provider.vendor()).isEqualTo("mistral");
  }

  @Test
  void vendor_byTheProvidersName_givesTheSame() throws Exception {
    assertThat(read("providers: [{name: anthropic}]").upstreams().providers().getFirst())
        .satisfies(p -> assertThat(p.settings().vendor().dialect()).isEqualTo(Dialect.ANTHROPIC))
        .satisfies(
            p -> assertThat(p.settings().baseUrl()).hasToString("https://api.anthropic.com/v1"))
        .satisfies(p -> assertThat(p.settings().apiKey()).isEmpty());
  }

  @Test
  void vendorsKey_fromTheEnvironment_goesToItsOwnAddressOnly() throws Exception {
    variables.put("MISTRAL_API_KEY", "m-key");
    assertThat(
            read("providers: [{name: mistral, base_url: 'https://api.mistral.ai.example/v1'}]")
                .upstreams()
                .providers()
                .getFirst()
                .settings()
                .apiKey())
        .isEmpty();
    assertThat(
            read("providers: [{name: mistral, base_url: 'https://eu.mistral.ai/v1'}]")
                .upstreams()
                .providers()
                .getFirst()
                .settings()
                .apiKey())
        .isEqualTo("m-key");
  }

  @Test
  void addressOfAVendorUnderAnotherName_isWarnedOf() throws Exception {
    String ours =
        "providers: [{name: ours, dialect: openai, base_url: 'https://api.groq.com/v1'%s}]";
    assertThat(warnings(ours.formatted("")))
        .singleElement()
        .asString()
        .isEqualTo(
            "the provider 'ours' has an address of groq and is spoken to as anybody;"
                + " say vendor: groq");
    assertThat(warnings(ours.formatted(", vendor: groq"))).isEmpty();
  }

  @Test
  void model_traits_areAsWritten() throws Exception {
    String model =
        "models: [{provider: p, name: m, efforts: [low, max], takes: [thinking_budget],"
            + " refuses: [temperature, top_p]}]";
    assertThat(read(model).upstreams().models().getFirst().known().traits())
        .isEqualTo(
            new ModelTraits(
                Optional.of(Set.of(ModelTraits.Effort.LOW, ModelTraits.Effort.MAX)),
                Set.of(ModelTraits.Feature.THINKING_BUDGET),
                Set.of(ModelTraits.Setting.TEMPERATURE, ModelTraits.Setting.TOP_P)));
    assertThat(
            read("models: [{provider: p, name: m}]")
                .upstreams()
                .models()
                .getFirst()
                .known()
                .traits())
        .isEqualTo(ModelTraits.UNKNOWN);
  }

  @Test
  void brokenPriceList_isToldOfInOneSentence() throws Exception {
    Upstreams upstreams = read("models: [{provider: p, name: m, input_usd: 1}]").upstreams();

    assertThatThrownBy(() ->
            upstreams.priceBook(prices -> {
              assertThat(prices).hasSize(1);
              throw new IllegalArgumentException("prices.csv line 3: 'x' is no price in dollars");
            }))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "the price list of this server is broken: prices.csv line 3: 'x' is no price in"
                + " dollars");
  }

  @Test
  void replica_hasTheNameItIsGiven() throws Exception {
    assertThat(read("").observing().replica()).isEmpty();
    assertThat(read("server: {replica: east-1}").observing().replica()).isEqualTo("east-1");
  }

  @Test
  void variable_isFilledInWithItsDefaultWhereUnsetOrEmpty() throws Exception {
    variables.put("EMPTY", "");
    variables.put("PORT", "1234");

    assertThat(read("grpc: {port: '${PORT}', host: '${EMPTY:-::1}'}").doors().grpc())
        .satisfies(grpc -> assertThat(grpc.port()).isEqualTo(1234))
        .satisfies(grpc -> assertThat(grpc.host()).isEqualTo("::1"));
    assertThat(read("data_dir: /x/$${HOME}/$5").kept().dataDir())
        .isEqualTo(Path.of("/x/${HOME}/$5"));
  }

  @Test
  void override_winsOverTheFile() throws Exception {
    variables.put("ADMIRAL_GRPC_PORT", "0");
    variables.put("ADMIRAL_DATA_DIR", "/var/lib/admiral");
    Files.writeString(folder.resolve("level"), "debug\n");
    variables.put("ADMIRAL_LOG_LEVEL_FILE", folder.resolve("level").toString());

    Config config = read("grpc: {port: 7}");

    assertThat(config.doors().grpc().port()).isZero();
    assertThat(config.kept().dataDir()).isEqualTo(Path.of("/var/lib/admiral"));
    assertThat(config.observing().log().level()).isEqualTo(LogSettings.Level.DEBUG);
  }

  @Test
  void overrideThatIsWrong_isNamed() {
    variables.put("ADMIRAL_GRPC_PORT", "x");

    assertThatThrownBy(() -> read(""))
        .hasMessage("ADMIRAL_GRPC_PORT: 'grpc.port' must be a whole number, 0 to 65535, not 'x'");
  }

  @Test
  void unknownOverride_isRefusedWithTheNearest() {
    variables.put("ADMIRAL_GPRC_PORT", "1");

    assertThatThrownBy(() -> read(""))
        .hasMessage(
            "the environment variable ADMIRAL_GPRC_PORT means nothing here; did you mean"
                + " 'ADMIRAL_GRPC_PORT'?");
  }

  @Test
  void variablesOfTheLauncher_areLeftAlone() throws Exception {
    variables.put("ADMIRAL_JAVA_OPTS", "-Xmx1g");

    assertThat(read("").doors().grpc().port()).isEqualTo(50051);
  }

  @Test
  void variablesOfTheCommandLineTool_areLeftAlone() throws Exception {
    for (String name : List.of("ADDRESS", "KEY", "KEY_FILE", "MODEL", "DATA_DIR")) {
      variables.put("ADMIRAL_" + name, "something");
    }

    assertThat(read("").doors().grpc().port()).isEqualTo(50051);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ADMIRAL_SERVICE_HOST",
        "ADMIRAL_SERVICE_PORT",
        "ADMIRAL_SERVICE_PORT_GRPC",
        "ADMIRAL_PORT",
        "ADMIRAL_PORT_50051_TCP",
        "ADMIRAL_PORT_50051_TCP_ADDR",
        "ADMIRAL_PORT_50051_TCP_PORT",
        "ADMIRAL_PORT_50051_TCP_PROTO"
      })
  void variablesThatAContainerPlatformSets_areNamedAndLeftAlone(String name) throws Exception {
    variables.put(name, "tcp://10.0.0.1:50051");
    List<String> warnings = new ArrayList<>();

    Config config = new ConfigFile(Optional.empty(), environment()).read("", warnings::add);

    assertThat(config.doors().grpc().port()).isEqualTo(50051);
    assertThat(warnings).singleElement().asString().contains("[" + name + "]");
    assertThat(warnings.toString()).doesNotContain("10.0.0.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ADMIRAL_GRPCPORT", "ADMIRAL_GRPC_HOTS", "ADMIRAL_LOG_LEVEL_FIEL", "ADMIRAL_KEI"})
  void variableNearAKnownOne_isRefused(String name) {
    variables.put(name, "1");

    assertThatThrownBy(() -> read(""))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(name + " means nothing here; did you mean 'ADMIRAL_");
  }

  @Test
  void secret_neverShows() throws Exception {
    variables.put("UPSTREAM_KEY", "sk-hidden");
    String text =
        """
        providers:
          - name: openai
            dialect: openai
            api_key: ${UPSTREAM_KEY}
        keys:
          - {label: ops, key: plain-hidden, operator: true}
        """;

    assertThat(read(text).toString()).doesNotContain("hidden");
    assertThat(read(text).upstreams().toString()).doesNotContain("hidden");
    assertThat(read(text).access().toString()).doesNotContain("plain-hidden");
    variables.put("ADMIRAL_GRPC_PORT_FILE", secretFile().toString());
    assertThat(messageOf(() -> read(text))).doesNotContain("hidden");
    variables.remove("ADMIRAL_GRPC_PORT_FILE");
    assertThat(messageOf(() -> read("grpc: {port: '${UPSTREAM_KEY}'}"))).doesNotContain("hidden");
    assertThat(messageOf(() -> read("a: 'sk-hidden\nb: c"))).doesNotContain("hidden");
    assertThat(messageOf(() -> read("keys: [{label: a, sha256: sk-hidden}]")))
        .doesNotContain("hidden");
  }

  @Test
  void secretGivenTwice_isRefused() {
    String text = "keys: [{label: a, key: b, key_file: c}]";

    assertThatThrownBy(() -> read(text)).hasMessageContaining("give 'key' or 'key_file', not both");
  }

  @Test
  void missingFile_isNamed() {
    assertThatThrownBy(() -> readFile())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there is no file " + file);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          "keys:\n  - {label: a, key: same}\n  - {label: b, tenant: t, key: same}" | :3:5: the keys 'a' and 'b' are the same key; give each a key of its own; the first stands at FILE:2:5
          "models:\n  - {provider: p, name: m}\n  - {provider: p, name: m}" | :3:5: the model 'p/m' is listed twice; remove one; the first stands at FILE:2:5
          "limits:\n  agents:\n    - {agent: a, requests_per_minute: 1}\n    - {agent: a, tenant: default, requests_per_minute: 2}" | :4:7: the limit of the agent 'a' of the tenant 'default' is listed twice; remove one; the first stands at FILE:3:7
          "aliases:\n  fast: [p/m, p/n, p/m]" | :2:20: 'fast' lists 'p/m' twice; remove one
          "providers:\n  - {name: groq, dialect: openai}\n  - {name: groq, dialect: openai}" | :3:5: two providers are named 'groq'; give each a name of its own; the first stands at FILE:2:5
          """)
  void twiceTheSame_isRefusedNamingBothPlaces(String text, String message) {
    assertThatThrownBy(() -> read(text.replace("\\n", "\n")))
        .isInstanceOf(ConfigException.class)
        .hasMessage(file + message.replace("FILE", file.toString()));
  }

  @Test
  void sameNamesOfDifferentOwners_areNotTheSame() throws Exception {
    Config config =
        read(
            """
            models: [{provider: p, name: m}, {provider: q, name: m}]
            limits:
              agents:
                - {agent: a, requests_per_minute: 1}
                - {agent: a, tenant: t, requests_per_minute: 1}
            keys: [{label: a, key: one}, {label: a, key: two}]
            """);

    assertThat(config.upstreams().models()).hasSize(2);
    assertThat(config.serving().limits().law().agents()).hasSize(2);
    assertThat(config.access().keys()).hasSize(2);
  }

  private Config read(String text) throws Exception {
    Files.writeString(file, text);
    return readFile();
  }

  private Config readFile() throws Exception {
    ConfigFile config = new ConfigFile(Optional.of(file), environment());
    return config.read(config.text(), _ -> {});
  }

  private List<String> warnings(String text) throws Exception {
    List<String> warnings = new ArrayList<>();
    Files.writeString(file, text);
    new ConfigFile(Optional.of(file), environment()).read(text, warnings::add);
    return warnings;
  }

  private Environment environment() {
    return new Environment(variables, folder.resolve("home"));
  }

  private Path secretFile() throws IOException {
    return Files.writeString(folder.resolve("secret"), "sk-hidden");
  }

  private static String messageOf(ThrowingCallable call) {
    try {
      call.call();
    } catch (Throwable thrown) {
      assertThat(thrown).isInstanceOf(ConfigException.class);
      return thrown.getMessage();
    }
    throw new AssertionError("nothing was refused");
  }
}
