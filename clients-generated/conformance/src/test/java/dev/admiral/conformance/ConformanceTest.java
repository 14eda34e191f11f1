package dev.admiral.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Every case, with every client whose tools this machine has, all clients side by side. To run some
 * only: {@code -Dconformance.clients=java,go} and {@code -Dconformance.cases=REGEX}.
 */
@Isolated("its cases look at the clock, and the other tests' compilers take the processors")
class ConformanceTest {
  private static final String CASES = "clients-generated/conformance/cases.json";

  private static World world;

  @BeforeAll
  static void startServers() {
    world = new World();
  }

  @AfterAll
  static void stopServers() {
    world.close();
  }

  @TestFactory
  Stream<DynamicNode> clients() {
    List<Case> all = CaseReader.read(Checkout.text(CASES));
    String only = System.getProperty("conformance.cases", "");
    List<Case> cases =
        all.stream().filter(one -> only.isEmpty() || one.name().matches(only)).toList();
    List<Language> languages = Language.all();
    List<Language> wanted = languages.stream().filter(ConformanceTest::isWanted).toList();
    Map<Language, String> missing = missing(wanted);
    List<Language> present = wanted.stream().filter(one -> !missing.containsKey(one)).toList();
    Table table = new Table(cases, languages.stream().map(Language::name).toList());
    Phaser ready = new Phaser(present.size());
    List<DynamicNode> nodes = new ArrayList<>();
    for (Language language : wanted) {
      nodes.add(
          missing.containsKey(language)
              ? dynamicContainer(
                  language.name(),
                  List.of(dynamicTest("all cases", () -> assumeTrue(false, missing.get(language)))))
              : container(language, cases, Relay.start(language, cases, world, table, ready)));
    }
    boolean whole = cases.size() == all.size() && nodes.size() == languages.size();
    nodes.add(dynamicTest("the table", () -> publish(table, whole)));
    return nodes.stream();
  }

  private static boolean isWanted(Language language) {
    String only = System.getProperty("conformance.clients", "");
    return only.isEmpty() || List.of(only.split(",")).contains(language.name());
  }

  /** Returns what this machine lacks for each client that it cannot run; asks for all at once. */
  private static Map<Language, String> missing(List<Language> languages) {
    Map<Language, String> missing = new ConcurrentHashMap<>();
    CompletableFuture.allOf(
            languages.stream()
                .map(language ->
                    CompletableFuture.runAsync(
                        () -> language.missing().ifPresent(why -> missing.put(language, why)),
                        task -> Thread.ofVirtual().start(task)))
                .toArray(CompletableFuture<?>[]::new))
        .join();
    return missing;
  }

  /** The clients run side by side, whatever the order in which their cases are asked about here. */
  private static DynamicNode container(Language language, List<Case> cases, Relay relay) {
    Stream<DynamicNode> tests =
        Stream.concat(
            cases.stream()
                .map(one ->
                    dynamicTest(
                        one.name(),
                        () -> {
                          String reason = one.without().get(language.name());
                          assumeTrue(reason == null, reason);
                          relay.await(one);
                        })),
            Stream.of(dynamicTest("the driver ends with its input", relay::awaitEnd)));
    return dynamicContainer(language.name(), tests);
  }

  private static void publish(Table table, boolean whole) throws IOException {
    String text = table.text();
    System.out.print(text);
    Files.createDirectories(Checkout.target());
    Files.writeString(Checkout.target().resolve("clients-table.txt"), text);
    // A case that failed is told by itself, and stays out of the document.
    if (!whole || table.hasFailures()) {
      return;
    }
    List<String> differences = table.differencesFromDocument();
    if (differences.isEmpty()) {
      return;
    }
    if (table.isComplete()) {
      table.writeDocument();
      throw new AssertionError(
          "The table of docs/clients.md was not what came out; it is now: look at it and commit it."
              + " Rows that differed: "
              + differences);
    }
    throw new AssertionError(
        "The table of docs/clients.md says another thing than what came out of: " + differences);
  }
}
