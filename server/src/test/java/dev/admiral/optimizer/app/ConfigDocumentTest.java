package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.app.Section.KeyDoc;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/configuration.md, the code that reads the file, and the records it becomes tell the same.
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
  void everyRecordComponent_isAKey() throws Exception {
    Set<String> paths = read().stream().map(KeyDoc::path).collect(Collectors.toSet());
    Set<String> keys = new TreeSet<>(paths);
    // A secret and the file it may be in become one value; a key becomes a value of the engine.
    keys.removeIf(key -> key.endsWith("_file") && paths.contains(key.replaceAll("_file$", "")));
    keys.removeIf(key -> key.startsWith("keys["));

    assertThat(components("", Config.class)).containsExactlyInAnyOrderElementsOf(keys);
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

    assertThat(config.providers()).hasSize(1);
    assertThat(config.limits().agentRequestsPerMinute()).isEqualTo(120);
  }

  private List<KeyDoc> read() throws Exception {
    Section root = root(example());
    Config.read(root, _ -> {});
    return root.documented();
  }

  private Section root(String yaml) throws Exception {
    return Section.root(
        YamlFile.read("the example", yaml), new Environment(secrets(), folder), Path.of("/"));
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
      if (cells.length == 7 && cells[1].strip().startsWith("`")) {
        List<String> row = Arrays.stream(cells).map(String::strip).toList();
        assertThat(row.get(5)).as("meaning of %s", row.get(1)).endsWith(".");
        keys.add(new KeyDoc(row.get(1).replace("`", ""), row.get(2), row.get(3), row.get(4)));
      }
    }
    return keys;
  }

  private static List<String> components(String prefix, Class<?> type) {
    List<String> names = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      String name =
          prefix + component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
      Class<?> item = item(component.getGenericType());
      if (component.getType().getEnclosingClass() == Config.class
          && component.getType().isRecord()) {
        names.addAll(components(name + ".", component.getType()));
      } else {
        names.add(name);
        if (item != null && item.getEnclosingClass() == Config.class && item.isRecord()) {
          names.addAll(components(name + "[].", item));
        }
      }
    }
    return names;
  }

  /** What a list holds; null if it is none. */
  private static Class<?> item(Type type) {
    return type instanceof ParameterizedType list
            && list.getRawType() == List.class
            && list.getActualTypeArguments()[0] instanceof Class<?> item
        ? item
        : null;
  }
}
