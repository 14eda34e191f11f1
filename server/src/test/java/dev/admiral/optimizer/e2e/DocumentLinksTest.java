package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the documents point to is there: files, folders and headings. */
class DocumentLinksTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} +(.+)$");
  private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");
  private static final Pattern CODE = Pattern.compile("(?s)```.*?```|`[^`\n]*`");

  /** Folders that hold other people's documents, or none. */
  private static final Set<String> NOT_OURS =
      Set.of("target", "node_modules", ".git", "src", ".venv");

  @Test
  void everyLink_pointsToWhatIsThere() throws IOException {
    List<Path> documents = documents(ROOT);
    List<String> broken = new ArrayList<>();
    for (Path document : documents) {
      String text = CODE.matcher(Files.readString(document)).replaceAll("");
      for (MatchResult link : LINK.matcher(text).results().toList()) {
        String target = link.group(1);
        if (!target.matches("[a-z]+:.*") && !isThere(document, target)) {
          broken.add(ROOT.relativize(document) + " -> " + target);
        }
      }
    }
    assertThat(documents).hasSizeGreaterThan(10);
    assertThat(broken).isEmpty();
  }

  private static List<Path> documents(Path folder) throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.sorted().toList()) {
        String name = entry.getFileName().toString();
        if (Files.isDirectory(entry) && !NOT_OURS.contains(name)) {
          found.addAll(documents(entry));
        } else if (name.endsWith(".md")) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private static boolean isThere(Path document, String target) throws IOException {
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? document : document.resolveSibling(parts[0]).normalize();
    return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
  }

  /**
   * What can be linked to: anchors, and headings by their names in lower case, with dashes for
   * spaces and nothing else.
   */
  private static Set<String> anchors(Path document) throws IOException {
    String text = Files.readString(document);
    Stream<String> headings =
        HEADING
            .matcher(text)
            .results()
            .map(heading ->
                heading
                    .group(1)
                    .strip()
                    .toLowerCase(Locale.ROOT)
                    .replaceAll("[^a-z0-9 _-]", "")
                    .replace(' ', '-'));
    Stream<String> named = ANCHOR.matcher(text).results().map(anchor -> anchor.group(1));
    return Stream.concat(headings, named).collect(Collectors.toSet());
  }
}
