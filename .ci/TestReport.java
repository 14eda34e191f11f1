import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Reads what Surefire wrote and says it, for each module and for all, in one line: {@code N passed,
 * N failed, N skipped}. Names each failed and each skipped test. Exits 1 when a test failed or was
 * skipped without a reason.
 */
final class TestReport {
  /** What JUnit says when nobody gave a reason. */
  private static final Pattern NO_REASON =
      Pattern.compile("|.* is @Disabled|@Disabled: .*|assumption is not (true|false)");

  private static final int STACK_LINES = 25;

  /** A module is a folder of the root, or one below. */
  private static final int MODULE_DEPTH = 2;

  private final List<String> failed = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private final List<String> unexplained = new ArrayList<>();
  private final List<String> ofModules = new ArrayList<>();
  private int passed;

  private TestReport() {}

  public static void main(String[] args) throws Exception {
    var report = new TestReport();
    Path root = Path.of(args[0]);
    for (Path module : modules(root)) {
      report.readModule(root.relativize(module).toString(), module);
    }
    System.exit(report.print() ? 0 : 1);
  }

  private void readModule(String name, Path module) throws Exception {
    int passedBefore = passed;
    int failedBefore = failed.size();
    int skippedBefore = skipped.size() + unexplained.size();
    List<Path> files = reports(module.resolve("target/surefire-reports"));
    for (Path file : files) {
      read(file);
    }
    if (!files.isEmpty()) {
      ofModules.add(
          name
              + ": "
              + counts(
                  passed - passedBefore,
                  failed.size() - failedBefore,
                  skipped.size() + unexplained.size() - skippedBefore));
    }
  }

  private static String counts(int passed, int failed, int skipped) {
    return "%d passed, %d failed, %d skipped".formatted(passed, failed, skipped);
  }

  private static List<Path> modules(Path root) throws IOException {
    try (Stream<Path> folders = Files.walk(root, MODULE_DEPTH)) {
      return folders.filter(f -> Files.exists(f.resolve("pom.xml"))).sorted().toList();
    }
  }

  private static List<Path> reports(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml"))
          .sorted()
          .toList();
    }
  }

  private void read(Path file) throws Exception {
    var suite = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    NodeList cases = suite.getElementsByTagName("testcase");
    if (cases.getLength() == 0) {
      unexplained.add(suite.getDocumentElement().getAttribute("name") + " ran no test");
    }
    for (int i = 0; i < cases.getLength(); i++) {
      judge((Element) cases.item(i));
    }
  }

  private void judge(Element test) {
    String name = test.getAttribute("classname") + "." + test.getAttribute("name");
    Element failure = firstChild(test, "failure", "error");
    Element skip = firstChild(test, "skipped");
    if (failure != null) {
      failed.add(name + "\n" + shorten(failure.getTextContent()));
    } else if (skip == null) {
      passed++;
    } else if (NO_REASON.matcher(reason(skip)).matches()) {
      unexplained.add(name);
    } else {
      skipped.add(name + ": " + reason(skip));
    }
  }

  /** A disabled test has a message; a failed assumption has the first line of its stack trace. */
  private static String reason(Element skip) {
    String message = skip.getAttribute("message");
    return message.isBlank()
        ? skip.getTextContent()
            .lines()
            .findFirst()
            .orElse("")
            .replaceFirst("^[\\w.$]+: ?", "")
            .replaceFirst("^Assumption failed: ?", "")
            .strip()
        : message.strip();
  }

  private static Element firstChild(Element parent, String... names) {
    for (String name : names) {
      NodeList found = parent.getElementsByTagName(name);
      if (found.getLength() > 0) {
        return (Element) found.item(0);
      }
    }
    return null;
  }

  private static String shorten(String stack) {
    return String.join("\n", stack.lines().limit(STACK_LINES).map(l -> "    " + l).toList());
  }

  /** Prints everything worth saying, the counts last; false when the build must fail. */
  private boolean print() {
    skipped.forEach(t -> System.out.println("skipped  " + t));
    unexplained.forEach(t -> System.out.println("skipped without a reason  " + t));
    failed.forEach(t -> System.out.println("failed  " + t));
    ofModules.forEach(System.out::println);
    System.out.println(counts(passed, failed.size(), skipped.size() + unexplained.size()));
    return failed.isEmpty() && unexplained.isEmpty();
  }
}
