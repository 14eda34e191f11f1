package dev.admiral.conformance;

import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;

/**
 * Every case, with every client whose tools this machine has. To run some only: {@code
 * -Dconformance.clients=java,go} and {@code -Dconformance.cases=REGEX}.
 */
class ConformanceTest {
  private static final String CASES = "clients-generated/conformance/cases.json";
  private static final AtomicInteger RUNS = new AtomicInteger();

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
    Table table = new Table(cases, languages.stream().map(Language::name).toList());
    List<DynamicNode> nodes = new ArrayList<>();
    for (Language language : languages) {
      if (isWanted(language)) {
        nodes.add(container(language, cases, table));
      }
    }
    boolean whole = cases.size() == all.size() && nodes.size() == languages.size();
    nodes.add(dynamicTest("the table", () -> publish(table, whole)));
    return nodes.stream();
  }

  private static boolean isWanted(Language language) {
    String only = System.getProperty("conformance.clients", "");
    return only.isEmpty() || List.of(only.split(",")).contains(language.name());
  }

  private static DynamicNode container(Language language, List<Case> cases, Table table) {
    Optional<String> missing = language.missing();
    if (missing.isPresent()) {
      return dynamicContainer(
          language.name(),
          List.of(dynamicTest("all cases", () -> assumeTrue(false, missing.get()))));
    }
    Runner runner = new Runner(language, table);
    Stream<DynamicNode> tests =
        Stream.concat(
            cases.stream().map(one -> dynamicTest(one.name(), () -> runner.run(one))),
            Stream.of(dynamicTest("the driver ends with its input", runner::close)));
    return dynamicContainer(language.name(), tests);
  }

  /** The driver of one client, started when its first case comes. */
  private static final class Runner {
    private final Language language;
    private final Table table;
    private Optional<Driver> driver = Optional.empty();

    Runner(Language language, Table table) {
      this.language = language;
      this.table = table;
    }

    void run(Case one) {
      String reason = one.without().get(language.name());
      if (reason != null) {
        table.set(language.name(), one, Table.Mark.LEFT_OUT);
        assumeTrue(false, reason);
      }
      table.set(language.name(), one, Table.Mark.FAILED);
      if (driver.isEmpty()) {
        driver = Optional.of(Driver.start(language));
      }
      String word = language.name() + "-" + RUNS.incrementAndGet();
      try (CaseRun run = new CaseRun(one, driver.get(), world, word)) {
        run.run();
      }
      table.set(language.name(), one, Table.Mark.PASSED);
    }

    void close() {
      driver.ifPresent(Driver::close);
    }
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
