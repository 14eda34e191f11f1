package dev.admiral.optimizer.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads YAML into {@link Node}s. Stricter than YAML: a key stands once, a file holds one document,
 * and there are no aliases, as a value that stands elsewhere cannot be pointed at.
 */
final class YamlFile {
  private final String name;
  private final YAMLParser parser;

  private YamlFile(String name, YAMLParser parser) {
    this.name = name;
    this.parser = parser;
  }

  /**
   * Reads a text.
   *
   * @param name what errors call the file
   * @throws ConfigException if it is not YAML of the kind above, or not a mapping
   */
  static Node.Mapping read(String name, String text) throws ConfigException {
    try (YAMLParser parser = new YAMLFactory().createParser(new StringReader(text))) {
      return new YamlFile(name, parser).document();
    } catch (JsonProcessingException e) {
      // The library's own message quotes the file, which may hold secrets.
      throw new ConfigException(
          place(name, e.getLocation())
              + ": this is not YAML: check indentation, colons and quotes");
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory could not be read", e);
    }
  }

  private Node.Mapping document() throws IOException, ConfigException {
    JsonToken first = parser.nextToken();
    if (first == null || first == JsonToken.VALUE_NULL) {
      return new Node.Mapping(name, Map.of());
    }
    if (!(node() instanceof Node.Mapping mapping)) {
      throw new ConfigException(name + ": the file must hold keys and values, such as 'grpc:'");
    }
    if (parser.nextToken() != null) {
      throw new ConfigException(here() + ": the file must hold one document; remove the second");
    }
    return mapping;
  }

  /** Reads the node that begins at the current token. */
  private Node node() throws IOException, ConfigException {
    String where = here();
    if (parser.isCurrentAlias()) {
      throw new ConfigException(where + ": aliases are not supported; write the value out");
    }
    return switch (parser.currentToken()) {
      case START_OBJECT -> mapping(where);
      case START_ARRAY -> items(where);
      case VALUE_NULL -> new Node.Scalar(where, "", true);
      default -> new Node.Scalar(where, parser.getText(), false);
    };
  }

  private Node mapping(String where) throws IOException, ConfigException {
    Map<Node.Name, Node> entries = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Node.Name key = new Node.Name(parser.currentName(), here());
      parser.nextToken();
      if (entries.putIfAbsent(key, node()) != null) {
        throw new ConfigException(
            key.where() + ": the key '" + key.text() + "' stands here for the second time");
      }
    }
    return new Node.Mapping(where, entries);
  }

  private Node items(String where) throws IOException, ConfigException {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(node());
    }
    return new Node.Items(where, items);
  }

  private String here() {
    return place(name, parser.currentTokenLocation());
  }

  private static String place(String name, @Nullable JsonLocation location) {
    return location == null
        ? name
        : name + ":" + location.getLineNr() + ":" + location.getColumnNr();
  }
}
