package dev.admiral.optimizer.config;

import static java.util.function.Predicate.not;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.config.Section.KeyDoc;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * deploy/.env.example lists every variable that means something: it is written from the code, which
 * knows names and defaults, and from docs/configuration.md, which knows what they mean.
 */
class EnvExampleTest {
  private static final Path ROOT = Path.of("..");
  private static final Path EXAMPLE = ROOT.resolve("deploy/.env.example");
  private static final Path WRITTEN = Path.of("target/.env.example");
  private static final Path DOCUMENT = ROOT.resolve("docs/configuration.md");
  private static final Pattern LINE = Pattern.compile("(?m)^#([A-Z][A-Z0-9_]*)=(.*)$");
  private static final Pattern LITERAL = Pattern.compile("\"(ADMIRAL_[A-Z0-9_]*[A-Z0-9])\"");
  private static final Pattern WORD = Pattern.compile("\\bADMIRAL_[A-Z0-9_]*[A-Z0-9]\\b");
  private static final Pattern FILLED_IN = Pattern.compile("\\$\\{(ADMIRAL_[A-Z0-9_]+)[:}-]");

  @Test
  void example_isWhatTheCodeAndTheDocumentGive() throws Exception {
    Files.createDirectories(WRITTEN.getParent());
    Files.writeString(WRITTEN, written());

    assertThat(EXAMPLE)
        .as("copy server/%s to deploy/.env.example", WRITTEN)
        .hasSameTextualContentAs(WRITTEN);
  }

  @Test
  void eachKeyOfAProviderThatIsDocumented_isLookedFor() throws Exception {
    assertThat(ProviderDiscovery.variables()).containsAll(keysOfProviders().keySet());
    assertThat(keysOfProviders()).hasSizeGreaterThan(8);
  }

  @Test
  void eachVariable_standsOnceAndHasOneLineOfExplanation() throws Exception {
    List<String> lines = Files.readAllLines(EXAMPLE);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = LINE.matcher(lines.get(i));
      if (line.matches()) {
        names.add(line.group(1));
        assertThat(lines.get(i - 1)).as(line.group(1)).startsWith("# ").endsWith(".");
        assertThat(lines.get(i + 1)).as("below %s", line.group(1)).isEmpty();
      }
    }

    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(50);
  }

  @Test
  void eachDefault_asItStands_isTheDefault() throws Exception {
    Map<String, String> variables = new HashMap<>();
    Matcher line = LINE.matcher(Files.readString(EXAMPLE));
    while (line.find()) {
      if (!line.group(2).isEmpty()) {
        variables.put(line.group(1), line.group(2));
      }
    }

    assertThat(variables).hasSizeGreaterThan(50);
    assertThat(Config.read(root(variables), _ -> {}))
        .isEqualTo(Config.read(root(Map.of()), _ -> {}));
  }

  @Test
  void eachVariableThatIsNoSetting_isReadByAProgram() throws Exception {
    assertThat(documented("the server|the launchers|admiral-fleet").keySet())
        .containsExactlyInAnyOrderElementsOf(Config.OTHER_VARIABLES);
    Set<String> read = new TreeSet<>(readByJava());
    for (Path script : List.of(ROOT.resolve("admiral"), ROOT.resolve("deploy/debian/bin"))) {
      read.addAll(found(FILLED_IN, script, 1));
    }

    assertThat(read).containsAll(Config.OTHER_VARIABLES);
  }

  @Test
  void eachVariableThatAProgramReadsOrADeploymentSets_isInTheExample() throws Exception {
    Set<String> known = new TreeSet<>();
    Matcher line = LINE.matcher(Files.readString(EXAMPLE));
    while (line.find()) {
      known.add(line.group(1));
      known.add(line.group(1) + "_FILE");
    }
    Set<String> used = new TreeSet<>(readByJava());
    used.addAll(found(WORD, ROOT.resolve("deploy"), 0));

    assertThat(known).containsAll(used);
  }

  private static Set<String> readByJava() throws IOException {
    Set<String> read = new TreeSet<>();
    for (String module : List.of("client-java", "cli", "server")) {
      read.addAll(found(LITERAL, ROOT.resolve(module).resolve("src/main/java"), 1));
    }
    return read;
  }

  /** What a pattern finds in the sources below a folder. */
  private static Set<String> found(Pattern pattern, Path folder, int group) throws IOException {
    Set<String> found = new TreeSet<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files
              .filter(Files::isRegularFile)
              .filter(not(path -> path.endsWith("Config.java")))
              .filter(not(path -> path.toString().contains("/target/")))
              .toList()) {
        pattern
            // Names are ASCII; not every file is text.
            .matcher(Files.readString(file, StandardCharsets.ISO_8859_1))
            .results()
            .map(result -> result.group(group))
            .forEach(found::add);
      }
    }
    return found;
  }

  private static String written() throws Exception {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Every variable that Admiral understands, with its default. Written from the code and from
        # docs/configuration.md, which tells more. What is a comment here need not be set.
        #
        # Instead of a setting, a provider's key or ADMIRAL_KEY, called NAME, NAME_FILE can name a file
        # that holds the value, such as a mounted secret.

        """);
    heading(text, "Keys of providers");
    keysOfProviders()
        .forEach((variable, vendor) ->
            entry(
                text,
                "Key of " + vendor + ", used where no providers are configured.",
                variable,
                ""));
    heading(text, "Of the programs");
    documented(".*").forEach((variable, told) -> entry(text, told, variable, ""));
    heading(text, "Settings");
    Section root = root(Map.of());
    Config.read(root, _ -> {});
    Map<String, KeyDoc> keys =
        root.documented().stream().collect(Collectors.toMap(KeyDoc::path, Function.identity()));
    Map<String, String> meanings = meanings();
    Map<String, String> paths =
        root.variables().entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));
    // In the order in which they are documented.
    for (Map.Entry<String, String> meaning : meanings.entrySet()) {
      String variable = paths.remove(meaning.getKey());
      if (variable != null) {
        KeyDoc key = keys.get(meaning.getKey());
        boolean literal = key.fallback().indexOf(' ') < 0;
        String told =
            "("
                + key.type()
                + (key.range().isEmpty() ? "" : ", " + key.range())
                + (literal ? "" : ", by default " + key.fallback())
                + ") "
                + plain(meaning.getValue());
        entry(text, told, variable, literal ? key.fallback() : "");
      }
    }
    assertThat(paths).as("settings without a meaning").isEmpty();
    return text.toString().stripTrailing() + "\n\n";
  }

  private static void heading(StringBuilder text, String heading) {
    text.append("# ---- ").append(heading).append(" ----\n\n");
  }

  private static void entry(StringBuilder text, String told, String variable, String value) {
    text.append("# ").append(told).append('\n');
    text.append('#').append(variable).append('=').append(value).append("\n\n");
  }

  /** The keys of vendors that the document names, which need not be all, with the vendors. */
  private static Map<String, String> keysOfProviders() throws Exception {
    Map<String, String> keys = new LinkedHashMap<>();
    for (List<String> row : rows(4)) {
      if (row.get(1).matches("`[A-Z_]+`")) {
        keys.put(plain(row.get(1)), plain(row.get(2)));
      }
    }
    return keys;
  }

  /** The variables that are no settings, read by whom, with what they mean. */
  private static Map<String, String> documented(String readers) throws Exception {
    Map<String, String> documented = new LinkedHashMap<>();
    for (List<String> row : rows(5)) {
      if (row.get(1).startsWith("`") && row.get(2).matches(readers)) {
        documented.put(row.get(1).replace("`", ""), "(" + row.get(2) + ") " + plain(row.get(3)));
      }
    }
    return documented;
  }

  private static Map<String, String> meanings() throws Exception {
    Map<String, String> meanings = new LinkedHashMap<>();
    rows(8).forEach(row -> meanings.put(row.get(1).replace("`", ""), row.get(6)));
    return meanings;
  }

  /** The rows of tables of the document that have so many cells, the empty ones outside too. */
  private static List<List<String>> rows(int cells) throws IOException {
    return Files.readAllLines(DOCUMENT).stream()
        .map(line -> Stream.of(line.split("\\|", -1)).map(String::strip).toList())
        .filter(row -> row.size() == cells)
        .toList();
  }

  private static String plain(String markdown) {
    return markdown.replaceAll("\\[([^]]*)]\\([^)]*\\)", "$1").replace("`", "");
  }

  private static Section root(Map<String, String> variables) {
    return Section.root(
        new Node.Mapping("nothing", Map.of()),
        new Environment(variables, Path.of("/home/user")),
        Path.of("/"),
        null);
  }
}
