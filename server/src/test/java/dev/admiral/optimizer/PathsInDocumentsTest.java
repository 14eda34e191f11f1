package dev.admiral.optimizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever follows a path that the documents for contributors name finds something there. */
class PathsInDocumentsTest {
  private static final Path ROOT = Path.of("..");

  /** The documents name the server's classes from here. */
  private static final Path PACKAGES = ROOT.resolve("server/src/main/java/dev/admiral/optimizer");

  /** Code with a slash in it, but not at its start, where it is a path of HTTP. */
  private static final Pattern PATH = Pattern.compile("`([\\w.@-]+(?:/[\\w.@-]+)*/?)`");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");

  @ParameterizedTest
  @ValueSource(strings = {"docs/architecture.md", "CONTRIBUTING.md"})
  void everyPathNamed_isThere(String document) throws IOException {
    Path file = ROOT.resolve(document);
    String text = Files.readString(file);
    List<String> paths = found(PATH, text).filter(path -> path.contains("/")).toList();
    List<String> links = found(LINK, text).toList();

    assertThat(paths).hasSizeGreaterThan(10);
    assertThat(links).isNotEmpty();
    assertThat(paths)
        .filteredOn(
            path -> !Files.exists(ROOT.resolve(path)) && !Files.exists(PACKAGES.resolve(path)))
        .isEmpty();
    assertThat(links).filteredOn(link -> !Files.exists(file.resolveSibling(link))).isEmpty();
  }

  private static Stream<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map((MatchResult match) -> match.group(1));
  }
}
