package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

/**
 * Every block of code in the documents is run as it stands, but for addresses and folders, or is
 * held to what it speaks of by the test that its claim names. A block without a claim fails, and so
 * does a claim without a block.
 *
 * <p>One server serves all of them: the one a reader has who starts it without configuration.
 */
class ExamplesInDocumentsTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Duration BUILD_LIMIT = Duration.ofMinutes(15);
  private static final int LONGEST_LINE = 120;

  /** What looks like a setting: packages, files, attributes of spans. */
  private static final Pattern NOT_SETTINGS =
      Pattern.compile(
          "http\\.(calls|openai|anthropic|health|metrics|dashboard|exchange)|[a-z]+\\.db"
              + "|http\\.response\\.status_code");

  /** Which block is proved by what. A block is claimed by its document, language and beginning. */
  private static final List<Claim> CLAIMS =
      List.of(
          new Claim("README.md", "sh", "./admiral demo", ExamplesInDocumentsTest::launcher),
          new Claim("README.md", "yaml", "providers:", ExamplesInDocumentsTest::checkConfig),
          new Claim("README.md", "sh", "curl ", ExamplesInDocumentsTest::shell),
          new Claim("README.md", "python", "from admiral", ExamplesInDocumentsTest::python),
          new Claim("README.md", "java", "try (", block -> readBy(block, "ReadmeTest")),
          new Claim("README.md", "sh", "grpcurl ", ExamplesInDocumentsTest::grpcurl),
          new Claim("README.md", "sh", "buf curl ", ExamplesInDocumentsTest::buf),
          new Claim("CONTRIBUTING.md", "sh", "mvn ", ExamplesInDocumentsTest::maven),
          new Claim(
              "docs/cli.md", "sh", "admiral-fleet ", block -> readBy(block, "CliDocumentTest")),
          new Claim(
              "docs/clients.md",
              "(java|python|go|ts|rust)",
              "",
              block -> readBy(block, "ClientsDocumentTest")),
          new Claim("docs/clients.md", "xml", "<ItemGroup>", ExamplesInDocumentsTest::project),
          new Claim("docs/clients.md", "sh", "mkdir -p gen && ", ExamplesInDocumentsTest::protoc),
          new Claim(
              "docs/configuration.md", "yaml", "", block -> readBy(block, "ConfigDocumentTest")),
          new Claim("docs/http.md", "python", "import ", ExamplesInDocumentsTest::sdk),
          new Claim("docs/logs.md", "json", "", ExamplesInDocumentsTest::logLine),
          new Claim("docs/metrics.md", "yaml", "scrape_configs:", ExamplesInDocumentsTest::scraped),
          new Claim(
              "docs/operations.md", "sh", "cd /var/lib/admiral", ExamplesInDocumentsTest::backup),
          new Claim(
              "docs/performance.md", "sh", "./admiral bench", ExamplesInDocumentsTest::launcher),
          new Claim("docs/security.md", "sh", "ec=", ExamplesInDocumentsTest::certificates),
          new Claim("docs/security.md", "yaml", "grpc:", ExamplesInDocumentsTest::checkConfig),
          new Claim("docs/traces.md", "yaml", "traces:", ExamplesInDocumentsTest::checkConfig));

  @TempDir static Path folder;

  private static UsualServer server;

  /** How a block is proved; throws if it is wrong. */
  private interface Proof {
    void of(Block block) throws Exception;
  }

  private record Claim(String document, String language, String beginning, Proof proof) {
    boolean covers(Block block) {
      return block.document().equals(document)
          && block.language().matches(language)
          && block.text().startsWith(beginning);
    }

    @Override
    public String toString() {
      return document + " " + language + " " + beginning;
    }
  }

  @BeforeAll
  static void start() throws IOException {
    server = UsualServer.start(Files.createDirectory(folder.resolve("server")));
    standIns(Files.createDirectory(folder.resolve("stand-ins")));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void everyBlock_hasOneClaim_andEveryClaimABlock() {
    List<Block> blocks = Block.all();

    assertThat(blocks)
        .hasSizeGreaterThan(30)
        .allSatisfy(block -> assertThat(claims(block)).as(block.toString()).hasSize(1));
    assertThat(CLAIMS)
        .allSatisfy(claim -> assertThat(blocks).as(claim.toString()).anyMatch(claim::covers));
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void block_asWritten_isTrue(Block block) throws Exception {
    claims(block).getFirst().proof().of(block);
  }

  static Stream<Block> blocks() {
    return Block.all().stream().filter(block -> !claims(block).isEmpty());
  }

  private static List<Claim> claims(Block block) {
    return CLAIMS.stream().filter(claim -> claim.covers(block)).toList();
  }

  /** A reader in a narrow window sees whole sentences. Tables, code and bare links cannot break. */
  @Test
  void noLine_isLongerThanAReaderWants() {
    List<String> wide = new ArrayList<>();
    for (String document : Block.documents()) {
      boolean code = false;
      int number = 0;
      for (String line : Checkout.text(document).split("\n", -1)) {
        number++;
        if (line.strip().startsWith("```")) {
          code = !code;
        } else if (!code
            && !line.startsWith("|")
            && line.strip().contains(" ")
            && line.codePointCount(0, line.length()) > LONGEST_LINE) {
          wide.add(document + ":" + number);
        }
      }
    }
    assertThat(wide).isEmpty();
  }

  /** A section of the configuration, with a dot and a name behind it, is a setting there is. */
  @Test
  void everySettingNamedInASentence_isOneThereIs() {
    Set<String> settings =
        Set.copyOf(
            found(Checkout.text("docs/configuration.md"), "(?m)^\\| `([a-z_.\\[\\]]+)` \\|"));
    Set<String> sections =
        settings.stream()
            .filter(name -> name.contains("."))
            .map(name -> name.replaceAll("[.\\[].*", ""))
            .collect(Collectors.toSet());
    List<String> unknown = new ArrayList<>();
    for (String document : Block.documents()) {
      if (document.equals("CHANGELOG.md")) {
        continue; // Old names stand there.
      }
      for (String name : found(Checkout.text(document), "`([a-z_]+(?:\\[])?\\.[a-z_.]+)[`:]")) {
        if (sections.contains(name.replaceAll("[.\\[].*", ""))
            && !NOT_SETTINGS.matcher(name).matches()
            && settings.stream().noneMatch(one -> one.equals(name) || one.startsWith(name + "."))) {
          unknown.add(document + ": " + name);
        }
      }
    }
    assertThat(sections).hasSizeGreaterThan(10);
    assertThat(unknown).isEmpty();
  }

  /** Commands in the midst of a sentence: those of the launcher it has. */
  @Test
  void everyCommandOfTheLauncher_isOneItHas() {
    Set<String> named = new TreeSet<>();
    Pattern inline = Pattern.compile("`(?:[A-Z_]+=\\S+ )*\\./admiral ([a-z]+)");
    for (String document : Block.documents()) {
      inline.matcher(Checkout.text(document)).results().forEach(found -> named.add(found.group(1)));
    }
    assertThat(named).contains("serve", "fleet", "bench").isSubsetOf(launcherCommands());
  }

  // --- how blocks are proved ---------------------------------------------------------------------

  /** Another test reads this block out of the document, which it names. */
  private static void readBy(Block block, String test) throws IOException {
    List<String> found = new ArrayList<>();
    for (String module : List.of("server", "client-java", "cli", "clients-generated/conformance")) {
      try (Stream<Path> files = Files.walk(Checkout.file(module + "/src/test/java"))) {
        files.filter(file -> file.endsWith(test + ".java")).forEach(file -> found.add(text(file)));
      }
    }
    assertThat(found).as(test).singleElement().asString().contains(block.document());
  }

  /**
   * The demo and the tests are what other tests run, and a bench takes minutes: here only the words
   * are held to those that the programs know.
   */
  private static void launcher(Block block) {
    Set<String> benchmarks =
        Pattern.compile("BENCHMARKS\\.put\\(\"([a-z-]+)\"")
            .matcher(Checkout.text("bench/src/main/java/dev/admiral/bench/Main.java"))
            .results()
            .map(found -> found.group(1))
            .collect(Collectors.toSet());
    for (String line : block.text().lines().toList()) {
      List<String> words = List.of(line.replaceAll(" *#.*", "").split(" +", -1));
      assertThat(words.getFirst()).isEqualTo("./admiral");
      assertThat(launcherCommands()).contains(words.get(1));
      assertThat(words.subList(2, words.size()).stream().filter(word -> !word.contains("json")))
          .isSubsetOf(benchmarks);
    }
  }

  private static Set<String> launcherCommands() {
    Command.Outcome help = Command.run(LIMIT, "./admiral", "help");
    return Pattern.compile("(?m)^  ([a-z]+) ")
        .matcher(help.output())
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.toSet());
  }

  /** The server's own program says that it is right. */
  private static void checkConfig(Block block) throws IOException {
    Path place = certificatesFolder();
    Path file = Files.writeString(place.resolve(name(block) + ".yaml"), block.text());
    List<String> command = UsualServer.command();
    command.addAll(List.of("--config", file.toString(), "--check-config"));

    Command.Outcome outcome =
        Command.run(
            command,
            Map.of("OPENAI_API_KEY", "a key", "ADMIRAL_DATA_DIR", folder.toString()),
            LIMIT);

    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).doesNotContain("warning");
  }

  private static void shell(Block block) throws IOException {
    assumeTrue(has("curl"), "curl is missing: install it, for example with: apt-get install curl");
    JsonNode answer = Contract.JSON.readTree(bash(block, "curl -sS --fail-with-body"));

    assertThat(answer.at("/choices/0/message/content").asText()).as(answer.toString()).isNotEmpty();
  }

  /** Runs with the client of this checkout and the packages that the cases are run with. */
  private static void python(Block block) throws IOException {
    Language.missing("python").ifPresent(sentence -> assumeTrue(false, sentence));
    Path file = Files.writeString(folder.resolve("readme.py"), server.addressed(block.text()));

    Command.Outcome outcome =
        Command.run(BUILD_LIMIT, Language.tasks("python").toString(), "run", file.toString());

    assertThat(outcome.code()).as(outcome.output()).isZero();
    assertThat(outcome.output()).isNotBlank();
  }

  private static void grpcurl(Block block) throws IOException {
    Language.missing("go").ifPresent(sentence -> assumeTrue(false, sentence));
    Path tools = Files.createDirectories(Checkout.target().resolve("tools"));
    Command.Outcome built =
        Command.run(BUILD_LIMIT, Language.tasks("go").toString(), "tools", tools.toString());
    assertThat(built.code()).as(built.output()).isZero();

    answered(Contract.JSON.readTree(bash(block, "")));
  }

  private static void buf(Block block) throws IOException {
    Path buf = Checkout.file("proto/target/buf/buf");
    assumeTrue(Files.exists(buf), "buf is missing: the build fetches it unless buf.skip is set");
    assertThat(buf.toFile().setExecutable(true)).isTrue();

    answered(Contract.JSON.readTree(bash(block, "")));
  }

  private static void answered(JsonNode answer) {
    assertThat(answer.toString()).contains("FINISH_REASON_STOP");
  }

  /** Each names a phase, a module, and only properties and executions that the poms know. */
  private static void maven(Block block) throws IOException {
    String poms;
    try (Stream<Path> files =
        Files.find(Checkout.file(""), 2, (file, _) -> file.endsWith("pom.xml"))) {
      poms = files.map(ExamplesInDocumentsTest::text).collect(Collectors.joining());
    }
    for (String line : block.text().lines().toList()) {
      found(line, "-pl ([a-z-]+)").forEach(module -> assertThat(Checkout.file(module)).exists());
      found(line, "@([a-z-]+)")
          .forEach(execution -> assertThat(poms).contains("<id>" + execution + "</id>"));
      found(line, "-D((?:buf|api)\\.[a-z.]+)")
          .forEach(property -> assertThat(poms).contains(property));
    }
  }

  /** Runs with a stand-in for protoc, which looks whether each folder and file is there. */
  private static void protoc(Block block) throws IOException {
    assumeTrue(
        Files.exists(Checkout.file("proto/target/include")),
        "proto/target/include is missing: the build makes it unless buf.skip is set");
    Path place = Files.createTempDirectory(folder, "protoc");
    Files.createSymbolicLink(place.resolve("proto"), Checkout.file("proto"));

    assertThat(bash(block.text(), place)).contains("all there");
    assertThat(place.resolve("gen")).isDirectory();
  }

  private static void project(Block block) throws Exception {
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(block.text().getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();
    Element protobuf = (Element) root.getElementsByTagName("Protobuf").item(0);

    assertThat(protobuf.getAttribute("ProtoRoot")).isEqualTo("../admiral/proto");
    assertThat(protobuf.getAttribute("Include")).isEqualTo("../admiral/proto/admiral/**/*.proto");
    assertThat(Checkout.file("proto/admiral")).isDirectory();
  }

  /** Runs with a stand-in for the vendor's library, which sends what that would send. */
  private static void sdk(Block block) throws IOException {
    assumeTrue(has("python3"), "python3 is missing");
    Path file =
        Files.writeString(folder.resolve(name(block) + ".py"), server.addressed(block.text()));

    Command.Outcome outcome =
        Command.run(
            List.of("python3", file.toString()),
            Map.of("PYTHONPATH", folder.resolve("stand-ins").toString(), "PYTHONSAFEPATH", "1"),
            LIMIT);

    assertThat(outcome.code()).as(outcome.output()).isZero();
  }

  /** A failed call is logged with the fields that the example has, as far as they apply. */
  private static void logLine(Block block) throws Exception {
    JsonNode example = Contract.JSON.readTree(block.text());
    HttpResponse<String> refused =
        get(
            "/v1/chat/completions",
            "{\"model\":\"no-such-model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    assertThat(refused.statusCode()).isEqualTo(404);
    JsonNode logged = null;
    for (String line : server.log().lines().toList()) {
      JsonNode said = Contract.JSON.readTree(line);
      logged = said.at("/message").asText().equals("call failed") ? said : logged;
    }

    assertThat(logged).as(server.log()).isNotNull();
    // Of a provider, and none was asked.
    Set<String> upstream = Set.of("attempts", "provider", "model", "http_status");
    assertThat(names(logged)).isSubsetOf(names(example));
    assertThat(names(example).stream().filter(name -> !upstream.contains(name)))
        .isSubsetOf(names(logged));
  }

  /** Prometheus asks the port it names at the usual path. */
  private static void scraped(Block block) throws Exception {
    assertThat(block.text()).contains("127.0.0.1:8080").doesNotContain("metrics_path");
    assertThat(get("/metrics", "").statusCode()).isEqualTo(200);
  }

  /** On the data folder of a server that runs. */
  private static void backup(Block block) throws IOException {
    assumeTrue(
        has("sqlite3"),
        "sqlite3 is missing: install it, for example with: apt-get install sqlite3");
    Path copies = Files.createDirectory(folder.resolve("backup"));
    bash(
        block
            .text()
            .replace("/var/lib/admiral", server.data().toString())
            .replace("/backup", copies.toString()),
        folder);

    assertThat(copies.resolve("main.db")).isNotEmptyFile();
  }

  private static void certificates(Block block) throws IOException {
    assertThat(certificatesFolder().resolve("server.crt")).isNotEmptyFile();
    assertThat(certificatesFolder().resolve("agents.key")).isNotEmptyFile();
    assertThat(block.text()).contains("openssl");
  }

  /** Returns the folder of the certificates that docs/security.md tells how to make. */
  private static Path certificatesFolder() throws IOException {
    Path place = folder.resolve("certificates");
    if (Files.notExists(place)) {
      assumeTrue(has("openssl"), "openssl is missing");
      Files.createDirectory(place);
      String made =
          Block.of("docs/security.md").stream()
              .filter(block -> block.text().startsWith("ec="))
              .map(Block::text)
              .collect(Collectors.joining());
      bash(made, place);
    }
    return place;
  }

  // --- means -------------------------------------------------------------------------------------

  /** What stands in for programs that few machines have, each a few lines. */
  private static void standIns(Path place) throws IOException {
    String protoc =
        """
        #!/usr/bin/env bash
        set -euo pipefail
        roots=(.)
        while [ $# -gt 0 ]; do
          case $1 in
            -I) [ -d "$2" ] || { echo "no folder $2"; exit 1; }; roots+=("$2"); shift ;;
            --*_out=*) [ -d "${1#*=}" ] || { echo "no folder ${1#*=}"; exit 1; } ;;
            --plugin=*) [ -x "${1##*=}" ] || { echo "no plugin ${1##*=}"; exit 1; } ;;
            --*) ;;
            *)
              found=
              for root in "${roots[@]}"; do [ -f "$root/$1" ] && found=1; done
              [ -n "$found" ] || { echo "no file $1"; exit 1; } ;;
          esac
          shift
        done
        echo "all there"
        """;
    for (String name : List.of("protoc", "grpc_tools_ruby_protoc")) {
      program(place.resolve(name), protoc);
    }
    for (String name : List.of("grpc_php_plugin", "grpc_cpp_plugin")) {
      program(place.resolve(name), "#!/bin/sh\n");
    }
    String library =
        """
        import json, urllib.request

        class _Calls:
            def __init__(self, base_url, api_key):
                self.base_url, self.api_key = base_url, api_key
                self.chat = self.completions = self.messages = self

            def create(self, **fields):
                request = urllib.request.Request(self.base_url + PATH, json.dumps(fields).encode(), {
                    "content-type": "application/json", "anthropic-version": "2023-06-01",
                    "authorization": "Bearer " + self.api_key})
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)

        OpenAI = Anthropic = _Calls
        """;
    Files.writeString(place.resolve("openai.py"), library + "PATH = '/chat/completions'\n");
    Files.writeString(place.resolve("anthropic.py"), library + "PATH = '/v1/messages'\n");
  }

  private static void program(Path file, String text) throws IOException {
    Files.writeString(file, text);
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  /** Runs a block in the checkout's root, with one of its words replaced by more of them. */
  private static String bash(Block block, String instead) throws IOException {
    String text = server.addressed(block.text());
    return bash(
        instead.isEmpty() ? text : text.replaceFirst(instead.split(" ", 2)[0], instead),
        Checkout.file(""));
  }

  /** Runs lines in a folder, with the tools that the tests built before those of the machine. */
  private static String bash(String text, Path place) {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put(
        "PATH",
        Stream.of(
                folder.resolve("stand-ins"),
                Checkout.target().resolve("tools"),
                Checkout.file("proto/target/buf"))
            .map(Path::toString)
            .collect(Collectors.joining(":", "", ":" + System.getenv("PATH"))));
    variables.put("BUF_CACHE_DIR", Checkout.file("proto/target/buf/cache").toString());
    Command.Outcome outcome =
        Command.run(
            List.of("bash", "-euo", "pipefail", "-c", "cd \"$0\"\n" + text, place.toString()),
            variables,
            LIMIT);
    assertThat(outcome.code()).as(outcome.output()).isZero();
    return outcome.output();
  }

  private static boolean has(String program) {
    return Command.run(LIMIT, "bash", "-c", "command -v " + program).code() == 0;
  }

  private static HttpResponse<String> get(String path, String body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(server.addressed("http://127.0.0.1:8080" + path)))
            .timeout(LIMIT);
    if (!body.isEmpty()) {
      request
          .header("content-type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
  }

  private static String name(Block block) {
    return block.document().replaceAll("[^a-z]", "-") + block.line();
  }

  private static Set<String> names(JsonNode object) {
    Set<String> names = new TreeSet<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String text(Path file) {
    return Checkout.text(Checkout.file("").relativize(file).toString());
  }

  /** Returns what an expression's first group finds in a text. */
  private static List<String> found(String text, String expression) {
    return Pattern.compile(expression).matcher(text).results().map(one -> one.group(1)).toList();
  }
}
