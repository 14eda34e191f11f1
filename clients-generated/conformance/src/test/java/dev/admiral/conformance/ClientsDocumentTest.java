package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What docs/clients.md says is what the contract, the clients' own texts and the cases say. */
class ClientsDocumentTest {
  private static final Pattern REASON =
      Pattern.compile("\\[(\\w+)]\\s+ERROR_REASON_(\\w+) = \\d+;");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| `([A-Z_]+)` \\| `([A-Z_]+)` \\| ([a-z ]+) \\|$");
  private static final Pattern BLOCK =
      Pattern.compile("```(java|python|go|ts|rust)\n(.*?)```", Pattern.DOTALL);

  /** Where the code of a block must stand word for word; tests or compilers read it there. */
  private static final Map<String, List<String>> SOURCES =
      Map.of(
          "java", List.of("client-java/README.md"),
          "python",
              List.of(
                  "clients-generated/python/README.md",
                  "clients-generated/python/examples/hello.py"),
          "go",
              List.of(
                  "clients-generated/go/README.md", "clients-generated/go/examples/hello/main.go"),
          "ts",
              List.of(
                  "clients-generated/typescript/README.md",
                  "clients-generated/typescript/examples/hello/hello.js"),
          "rust", List.of("clients-generated/rust/README.md"));

  private final String document = Checkout.text("docs/clients.md");

  @Test
  void tableOfReasons_hasEachWithItsCode() {
    Map<String, String> contract =
        REASON
            .matcher(Checkout.text("proto/admiral/optimizer/v1/error.proto"))
            .results()
            .collect(
                Collectors.toMap(
                    found -> found.group(2), found -> found.group(1), (a, b) -> a, TreeMap::new));
    Map<String, String> table =
        ROW.matcher(document)
            .results()
            .collect(
                Collectors.toMap(
                    row -> row.group(1), row -> row.group(2), (a, b) -> a, TreeMap::new));

    assertThat(table).isEqualTo(contract);
  }

  @Test
  void tableOfReasons_saysOfTriesWhatTheCasesProve() {
    assertThat(rows("yes")).isEqualTo(scripted("retry-what-passes"));
    assertThat(rows("if the caller waits")).isEqualTo(scripted("retry-limits"));
    Set<String> never = scripted("retry-what-stays");
    never.addAll(scripted("retry-nothing-else"));
    never.removeAll(scripted("retry-limits"));
    assertThat(rows("no")).isEqualTo(never);
  }

  @Test
  void eachBlockOfCode_standsInTheClientsOwnTexts() {
    List<MatchResult> blocks = BLOCK.matcher(document).results().toList();

    assertThat(blocks.stream().map(block -> block.group(1)).collect(Collectors.toSet()))
        .isEqualTo(SOURCES.keySet());
    assertThat(blocks)
        .allSatisfy(block ->
            assertThat(SOURCES.get(block.group(1)).stream().map(Checkout::text))
                .as(block.group())
                .anySatisfy(text -> assertThat(flat(text)).contains(flat(block.group(2)))));
  }

  /** Indentation may differ: a block may stand within another there. */
  private static String flat(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private Set<String> rows(String tried) {
    return ROW.matcher(document)
        .results()
        .filter(row -> row.group(3).equals(tried))
        .map(row -> row.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> scripted(String name) {
    return CaseReader.read(Checkout.text("clients-generated/conformance/cases.json")).stream()
        .filter(one -> one.name().equals(name))
        .flatMap(one -> one.script().stream())
        .map(reply -> reply.at("/error/reason"))
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
