package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.config.Section.KeyDoc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/configuration.md and the code that reads the file tell the same: name, type, default, range,
 * and what is live. That what is read has an effect: SettingsTest.
 */
class ConfigDocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/configuration.md");
  private static final Path README = Path.of("../README.md");

  @TempDir Path folder;

  @Test
  void everyKey_isDocumentedAsItIsRead() throws Exception {
    assertThat(documented()).containsExactlyInAnyOrderElementsOf(read());
  }

  @Test
  void noTwoKeys_haveOneOverride() throws Exception {
    List<String> variables =
        read().stream()
            .map(KeyDoc::path)
            .filter(path -> path.indexOf('[') < 0)
            .map(path -> path.replace('.', '_'))
            .flatMap(path -> Stream.of(path, path + "_file"))
            .filter(variable -> !variable.endsWith("_file_file"))
            .toList();

    assertThat(variables).doesNotHaveDuplicates();
  }

  @Test
  void exampleOfReadme_isRead() throws Exception {
    Config config = Config.read(root(yaml(README)), _ -> {});

    assertThat(config.upstreams().providers()).hasSize(1);
    assertThat(config.serving().limits().law().agentDefault()).hasValue(120);
  }

  private List<KeyDoc> read() throws Exception {
    Section root = root(example());
    Config.read(root, _ -> {});
    return root.documented();
  }

  private Section root(String yaml) throws Exception {
    return Section.root(
        YamlFile.read("the example", yaml), new Environment(secrets(), folder), Path.of("/"), null);
  }

  /** The example of the document, with its files where a test may put them. */
  private String example() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "s");
    return yaml(DOCUMENT).replace("/run/secrets/anthropic", secret.toString());
  }

  private static String yaml(Path document) throws Exception {
    String text = Files.readString(document);
    int start = text.indexOf("```yaml\n") + 8;
    return text.substring(start, text.indexOf("```\n", start));
  }

  private static Map<String, String> secrets() {
    return Map.of("OPENAI_API_KEY", "o", "OPERATIONS_KEY", "p");
  }

  private static List<KeyDoc> documented() throws Exception {
    List<KeyDoc> keys = new ArrayList<>();
    for (String line : Files.readAllLines(DOCUMENT)) {
      String[] cells = line.split("\\|", -1);
      if (cells.length == 8 && cells[1].strip().startsWith("`")) {
        List<String> row = Arrays.stream(cells).map(String::strip).toList();
        assertThat(row.get(6)).as("meaning of %s", row.get(1)).endsWith(".");
        assertThat(row.get(5)).as("live of %s", row.get(1)).isIn("yes", "");
        keys.add(
            new KeyDoc(
                row.get(1).replace("`", ""),
                row.get(2),
                row.get(3),
                row.get(4),
                row.get(5).equals("yes")));
      }
    }
    return keys;
  }
}
