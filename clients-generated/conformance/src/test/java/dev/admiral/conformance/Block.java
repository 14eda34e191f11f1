package dev.admiral.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A fenced block of a document.
 *
 * @param document the document's path from the root
 * @param line where it begins, 1 and up
 * @param language the word behind the fence, in lower case; empty if there is none
 * @param text what stands between the fences
 */
record Block(String document, int line, String language, String text) {
  private static final Pattern FENCED = Pattern.compile("(?ms)^ *```(\\w*)\n(.*?)^ *```$");

  /** Returns the documents that this project promises to keep true. */
  static List<String> documents() {
    List<String> found = new ArrayList<>(List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md"));
    try (Stream<Path> files = Files.walk(Checkout.file("docs"))) {
      files
          .filter(file -> file.toString().endsWith(".md"))
          .map(file -> Checkout.file("").relativize(file).toString())
          .sorted()
          .forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found;
  }

  /** Returns the blocks of all of them. */
  static List<Block> all() {
    return documents().stream().flatMap(document -> of(document).stream()).toList();
  }

  static List<Block> of(String document) {
    String text = Checkout.text(document);
    List<Block> blocks = new ArrayList<>();
    Matcher fenced = FENCED.matcher(text);
    while (fenced.find()) {
      int line = (int) text.substring(0, fenced.start()).lines().count() + 1;
      blocks.add(new Block(document, line, fenced.group(1), fenced.group(2)));
    }
    return blocks;
  }

  @Override
  public String toString() {
    return document + ":" + line + " " + language;
  }
}
