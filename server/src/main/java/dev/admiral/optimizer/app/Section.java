package dev.admiral.optimizer.app;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of the configuration, read key by key. Asking for a key is what makes it known: its
 * type, default and range stand in the question and nowhere else, and {@link #end} refuses what
 * nobody asked for. A key outside lists may be overridden by an environment variable named after
 * its path, {@code ADMIRAL_GRPC_PORT} for {@code grpc.port}, or by one with {@code _FILE} behind it
 * that names a file with the value.
 */
final class Section {
  /** Most characters by which a mistyped variable differs from the one that was meant. */
  private static final int MISTYPED = 2;

  /** What a key is, as documented. */
  record KeyDoc(String path, String type, String fallback, String range) {}

  /** Reads a section into what it stands for. */
  interface Reader<T> {
    T read(Section section) throws ConfigException;
  }

  /** Turns a text into a value, or throws an unchecked exception if it is none. */
  private interface Parser<T> {
    T parse(String text);
  }

  /** What all sections of one reading share. */
  private static final class Reading {
    final Environment environment;
    final Path base;
    final Map<String, KeyDoc> documented = new LinkedHashMap<>();

    /** Variables that mean a key, with the key they mean. */
    final Map<String, String> variables = new TreeMap<>();

    Reading(Environment environment, Path base) {
      this.environment = environment;
      this.base = base;
    }
  }

  private final Reading reading;
  private final Node.Mapping node;
  private final String path;

  /** Start of the variables that override keys here; null within lists. */
  private final @Nullable String variable;

  private final Set<String> known = new LinkedHashSet<>();

  private Section(Reading reading, Node.Mapping node, String path, @Nullable String variable) {
    this.reading = reading;
    this.node = node;
    this.path = path;
    this.variable = variable;
  }

  /**
   * Returns the whole file as a section.
   *
   * @param base folder that relative paths start from
   */
  static Section root(Node.Mapping file, Environment environment, Path base) {
    return new Section(new Reading(environment, base), file, "", "ADMIRAL_");
  }

  /** Returns a text; the default if the key is not there. */
  String text(String key, String fallback) throws ConfigException {
    return read(key, "text", fallback, "", text -> text).orElse(fallback);
  }

  /** Returns a text; the default, described for the reader, if the key is not there. */
  String text(String key, String described, String fallback) throws ConfigException {
    return read(key, "text", described, "", text -> text).orElse(fallback);
  }

  /** Returns a text; empty if the key is not there. */
  Optional<String> text(String key) throws ConfigException {
    return read(key, "text", "", "", text -> text);
  }

  /** Returns a text that must be there. */
  String required(String key) throws ConfigException {
    return read(key, "text", "required", "", text -> text).orElseThrow(() -> missing(key));
  }

  /** Returns a whole number. */
  int number(String key, int fallback, int min, int max) throws ConfigException {
    return read(
            key,
            "whole number",
            Integer.toString(fallback),
            min + " to " + max,
            text -> within(Integer.parseInt(text), min, max))
        .orElse(fallback);
  }

  /** Returns a whole number that must be there. */
  int requiredNumber(String key, int min, int max) throws ConfigException {
    return read(
            key,
            "whole number",
            "required",
            min + " to " + max,
            text -> within(Integer.parseInt(text), min, max))
        .orElseThrow(() -> missing(key));
  }

  /** Returns a span of time. */
  Duration duration(String key, String fallback, String min, String max) throws ConfigException {
    Duration least = Quantity.duration(min);
    Duration most = Quantity.duration(max);
    return read(
            key,
            "duration",
            fallback,
            min + " to " + max,
            text -> within(Quantity.duration(text), least, most))
        .orElse(Quantity.duration(fallback));
  }

  /** Returns a number of bytes. */
  long size(String key, String fallback, String min, String max) throws ConfigException {
    long least = Quantity.bytes(min);
    long most = Quantity.bytes(max);
    return read(
            key,
            "size",
            fallback,
            min + " to " + max,
            text -> within(Quantity.bytes(text), least, most))
        .orElse(Quantity.bytes(fallback));
  }

  /** Returns a number of bytes; empty if the key is not there, as its default is of the heap. */
  Optional<Long> sizeOfHeap(String key, String described, String min, String max)
      throws ConfigException {
    long least = Quantity.bytes(min);
    long most = Quantity.bytes(max);
    return read(
        key,
        "size",
        described,
        min + " to " + max,
        text -> within(Quantity.bytes(text), least, most));
  }

  /** Returns an amount in dollars, not negative; empty if the key is not there. */
  Optional<BigDecimal> dollars(String key) throws ConfigException {
    return read(
        key,
        "dollars",
        "",
        "0 or more",
        text -> {
          BigDecimal amount = new BigDecimal(text);
          if (amount.signum() < 0) {
            throw new IllegalArgumentException("negative");
          }
          return amount;
        });
  }

  /** Returns a part of a whole, 0 to 1. */
  double part(String key, String fallback) throws ConfigException {
    return read(key, "number", fallback, "0 to 1", Section::part).orElseGet(() -> part(fallback));
  }

  private static double part(String text) {
    double part = Double.parseDouble(text);
    // Not a number is in no range either.
    if (!(part >= 0 && part <= 1)) {
      throw new IllegalArgumentException("out of range");
    }
    return part;
  }

  /** Returns true or false. */
  boolean flag(String key, boolean fallback) throws ConfigException {
    return read(
            key,
            "true or false",
            Boolean.toString(fallback),
            "",
            text ->
                switch (text) {
                  case "true" -> true;
                  case "false" -> false;
                  default -> throw new IllegalArgumentException("neither true nor false");
                })
        .orElse(fallback);
  }

  /** Returns one of an enum's constants, written in lower case. */
  <E extends Enum<E>> E choice(String key, E fallback) throws ConfigException {
    return read(key, "choice", word(fallback), words(fallback), text -> constant(fallback, text))
        .orElse(fallback);
  }

  /** Returns one of an enum's constants; empty if the key is not there. */
  <E extends Enum<E>> Optional<E> choice(String key, String described, Class<E> type)
      throws ConfigException {
    E any = type.getEnumConstants()[0];
    return read(key, "choice", described, words(any), text -> constant(any, text));
  }

  /** Returns an http or https address without a slash at its end; empty if the key is not there. */
  Optional<String> url(String key, String described) throws ConfigException {
    return read(
        key,
        "http or https address",
        described,
        "",
        text -> {
          URI uri = URI.create(text);
          boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
          if (!web || uri.getHost() == null || uri.getUserInfo() != null) {
            throw new IllegalArgumentException("no address");
          }
          return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        });
  }

  /** Returns a path, relative to the configuration file's folder; "~" is the user's home. */
  Path path(String key, String fallback) throws ConfigException {
    return read(key, "path", fallback, "", this::resolve)
        .orElseGet(() -> reading.environment.path(reading.base, fallback));
  }

  /** Returns a path as above; empty if the key is not there. */
  Optional<Path> path(String key) throws ConfigException {
    return read(key, "path", "", "", this::resolve);
  }

  /** Returns the variables that values may come from. */
  Environment environment() {
    return reading.environment;
  }

  /**
   * Returns a secret, given as the value of the key, or as a file named by the key with "_file"
   * behind it; empty if neither is there.
   */
  Optional<Secret> secret(String key) throws ConfigException {
    String fileKey = key + "_file";
    Optional<Secret> direct = read(key, "secret", "", "", Secret::new);
    Optional<Path> file = path(fileKey);
    if (direct.isPresent() && file.isPresent()) {
      throw new ConfigException(
          where(fileKey) + ": give '" + key + "' or '" + fileKey + "', not both");
    }
    if (direct.isPresent() && direct.get().reveal().isBlank()) {
      throw new ConfigException(where(key) + ": '" + key + "' is empty; remove it or give a value");
    }
    return file.isPresent()
        ? Optional.of(reading.environment.readSecret(where(fileKey), file.get()))
        : direct;
  }

  /** Reads the section below a key; an empty one if the key is not there. */
  <T> T section(String key, Reader<T> reader) throws ConfigException {
    known.add(key);
    Node below = find(key);
    Node.Mapping mapping =
        switch (below) {
          case null -> new Node.Mapping(node.where(), Map.of());
          case Node.Mapping found -> found;
          case Node.Scalar(String where, String text, boolean missing) when missing ->
              new Node.Mapping(where, Map.of());
          default -> throw new ConfigException(below.where() + ": '" + key + "' must hold keys");
        };
    String prefix = variable == null ? null : variable + upper(key) + "_";
    return finish(new Section(reading, mapping, path + key + ".", prefix), reader);
  }

  /** Reads each item of the list below a key; none if the key is not there. */
  <T> List<T> list(String key, Reader<T> reader) throws ConfigException {
    document(key, "list", "", "");
    List<T> read = new ArrayList<>();
    for (Node item : items(key)) {
      if (!(item instanceof Node.Mapping mapping)) {
        throw new ConfigException(item.where() + ": an item of '" + key + "' must hold keys");
      }
      read.add(finish(new Section(reading, mapping, path + key + "[].", null), reader));
    }
    return read;
  }

  /**
   * Reads each item of a list as above.
   *
   * @param identity what no two items may have in common
   * @param clash says of two items that do what is wrong and what to do
   * @throws ConfigException at the later of two that clash
   */
  <T> List<T> list(
      String key, Reader<T> reader, Function<T, ?> identity, BiFunction<T, T, String> clash)
      throws ConfigException {
    List<T> read = list(key, reader);
    List<Node> items = items(key);
    Map<Object, Integer> firsts = new HashMap<>();
    for (int i = 0; i < read.size(); i++) {
      Integer first = firsts.putIfAbsent(identity.apply(read.get(i)), i);
      if (first != null) {
        throw new ConfigException(
            items.get(i).where()
                + ": "
                + clash.apply(read.get(first), read.get(i))
                + "; the first stands at "
                + items.get(first).where());
      }
    }
    return read;
  }

  /** Reads names with secrets below a key. */
  Map<String, Secret> secretsByName(String key) throws ConfigException {
    document(key, "names with secrets", "", "");
    Map<String, Secret> read = new LinkedHashMap<>();
    for (Map.Entry<Node.Name, Node> entry : entries(key).entrySet()) {
      Node.Scalar scalar = single(entry.getKey().text(), entry.getValue());
      String text = reading.environment.expand(scalar.where(), scalar.text());
      read.put(entry.getKey().text(), new Secret(text));
    }
    return read;
  }

  /** Reads a list of an enum's constants, each written in lower case. */
  <E extends Enum<E>> List<E> choices(String key, Class<E> type) throws ConfigException {
    E any = type.getEnumConstants()[0];
    document(key, "list of choices", "", words(any));
    List<E> read = new ArrayList<>();
    for (Node item : items(key)) {
      Node.Scalar scalar = single(key, item);
      String text = reading.environment.expand(scalar.where(), scalar.text());
      read.add(parse(key, scalar, text, "choice", words(any), word -> constant(any, word)));
    }
    return read;
  }

  /** Reads a list of texts, each of which stands once. */
  List<String> texts(String key) throws ConfigException {
    document(key, "list of texts", "", "");
    return texts(key, items(key));
  }

  private List<String> texts(String name, List<Node> items) throws ConfigException {
    List<String> texts = new ArrayList<>();
    for (Node item : items) {
      Node.Scalar scalar = single(name, item);
      String text = reading.environment.expand(scalar.where(), scalar.text());
      if (texts.contains(text)) {
        throw new ConfigException(
            scalar.where() + ": '" + name + "' lists '" + text + "' twice; remove one");
      }
      texts.add(text);
    }
    return List.copyOf(texts);
  }

  /** Reads names with lists of texts below a key; within a list each text stands once. */
  Map<String, List<String>> textsByName(String key) throws ConfigException {
    document(key, "names with lists of texts", "", "");
    Map<String, List<String>> read = new LinkedHashMap<>();
    for (Map.Entry<Node.Name, Node> entry : entries(key).entrySet()) {
      String name = entry.getKey().text();
      if (!(entry.getValue() instanceof Node.Items list) || list.items().isEmpty()) {
        throw new ConfigException(
            entry.getValue().where() + ": '" + name + "' must be a list with at least one text");
      }
      read.put(name, texts(name, list.items()));
    }
    return read;
  }

  /** Returns the place of a key, or of its section where the key is not there. */
  String where(String key) {
    Node found = find(key);
    return found == null ? node.where() : found.where();
  }

  /** Returns every key asked for, in this section and all others of the file. */
  List<KeyDoc> documented() {
    return List.copyOf(reading.documented.values());
  }

  /** Returns the variables that override keys asked for, each with the path of its key. */
  Map<String, String> variables() {
    return Map.copyOf(reading.variables);
  }

  /**
   * Says that every key of this section was asked for.
   *
   * @throws ConfigException naming the first key that was not, with the nearest that was
   */
  void end() throws ConfigException {
    for (Node.Name name : node.entries().keySet()) {
      if (!known.contains(name.text())) {
        throw new ConfigException(
            name.where()
                + ": unknown key '"
                + path
                + name.text()
                + "'"
                + Nearest.hint(name.text(), known));
      }
    }
  }

  /**
   * Says that every key of the file was asked for, so that a variable for none of them is refused
   * if it looks like a mistyped one. Others are not ours to refuse: a container platform sets such
   * variables for each service, and one may be named after this program.
   *
   * @param others variables beginning with ADMIRAL_ that mean something else
   * @return those that mean nothing
   */
  List<String> endVariables(Set<String> others) throws ConfigException {
    Set<String> legal = new TreeSet<>(others);
    for (String name : reading.variables.keySet()) {
      legal.add(name);
      legal.add(name + "_FILE");
    }
    List<String> strangers = new ArrayList<>();
    for (String name : new TreeSet<>(reading.environment.variables().keySet())) {
      if (!name.startsWith("ADMIRAL_") || legal.contains(name)) {
        continue;
      }
      if (legal.stream().anyMatch(known -> Nearest.distance(name, known) <= MISTYPED)) {
        throw new ConfigException(
            "the environment variable " + name + " means nothing here" + Nearest.hint(name, legal));
      }
      strangers.add(name);
    }
    return strangers;
  }

  private static <T> T finish(Section section, Reader<T> reader) throws ConfigException {
    T read = reader.read(section);
    section.end();
    return read;
  }

  private <T> Optional<T> read(
      String key, String type, String fallback, String range, Parser<T> parser)
      throws ConfigException {
    document(key, type, fallback, range);
    if (variable != null) {
      String name = variable + upper(key);
      reading.variables.put(name, path + key);
      String fileName = name + "_FILE";
      String value = reading.environment.variable(name);
      String file = reading.environment.variable(fileName);
      if (value != null && file != null) {
        throw new ConfigException("give " + name + " or " + fileName + ", not both");
      }
      if (file != null) {
        value = reading.environment.readSecret(fileName, Path.of(file)).reveal();
      }
      if (value != null) {
        String where = file == null ? name : fileName;
        return Optional.of(
            parse(
                path + key,
                new Node.Scalar(where, file == null ? value : "(its text)", false),
                value,
                type,
                range,
                parser));
      }
    }
    Node found = find(key);
    if (found == null) {
      return Optional.empty();
    }
    Node.Scalar scalar = single(key, found);
    if (scalar.missing()) {
      return Optional.empty();
    }
    String text = reading.environment.expand(scalar.where(), scalar.text());
    return Optional.of(parse(path + key, scalar, text, type, range, parser));
  }

  /** The message shows the text as written, so that what a variable held stays hidden. */
  private static <T> T parse(
      String key, Node.Scalar scalar, String text, String type, String range, Parser<T> parser)
      throws ConfigException {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigException(
          scalar.where()
              + ": '"
              + key
              + "' must be "
              + kind(type, range)
              + shown(type, scalar.text()));
    }
  }

  /** An address may hold a password before its "@". */
  private static String shown(String type, String text) {
    boolean secretive = type.startsWith("http") && text.indexOf('@') >= 0;
    return secretive ? "" : ", not '" + text + "'";
  }

  private static String kind(String type, String range) {
    return switch (type) {
      case "choice" -> range;
      case "duration" -> "a duration such as 500ms, 30s or 10m, " + range;
      case "size" -> "a size such as 64KiB or 16MiB, " + range;
      case "dollars" -> "an amount in dollars such as 0.25";
      case "true or false" -> type;
      case "http or https address" -> "an http or https address";
      default -> "a " + type + (range.isEmpty() ? "" : ", " + range);
    };
  }

  private void document(String key, String type, String fallback, String range) {
    known.add(key);
    reading.documented.put(path + key, new KeyDoc(path + key, type, fallback, range));
  }

  private @Nullable Node find(String key) {
    return node.entries().get(new Node.Name(key, ""));
  }

  private List<Node> items(String key) throws ConfigException {
    return switch (find(key)) {
      case null -> List.of();
      case Node.Items found -> found.items();
      case Node.Scalar scalar when scalar.missing() -> List.of();
      case Node other ->
          throw new ConfigException(other.where() + ": '" + path + key + "' must be a list");
    };
  }

  private Map<Node.Name, Node> entries(String key) throws ConfigException {
    return switch (find(key)) {
      case null -> Map.of();
      case Node.Mapping found -> found.entries();
      case Node.Scalar scalar when scalar.missing() -> Map.of();
      case Node other ->
          throw new ConfigException(
              other.where() + ": '" + path + key + "' must hold names with values");
    };
  }

  private static Node.Scalar single(String key, Node found) throws ConfigException {
    if (found instanceof Node.Scalar scalar) {
      return scalar;
    }
    throw new ConfigException(found.where() + ": '" + key + "' must be a single value");
  }

  private ConfigException missing(String key) {
    return new ConfigException(node.where() + ": the key '" + path + key + "' is missing");
  }

  private Path resolve(String text) {
    return reading.environment.path(reading.base, text);
  }

  private static <T extends Comparable<T>> T within(T value, T min, T max) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw new IllegalArgumentException("out of range");
    }
    return value;
  }

  private static <E extends Enum<E>> E constant(E any, String text) {
    return Arrays.stream(any.getDeclaringClass().getEnumConstants())
        .filter(constant -> word(constant).equals(text))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such choice"));
  }

  private static <E extends Enum<E>> String words(E any) {
    return Arrays.stream(any.getDeclaringClass().getEnumConstants())
        .map(Section::word)
        .collect(Collectors.joining(" or "));
  }

  private static String word(Enum<?> constant) {
    return constant.toString().toLowerCase(Locale.ROOT);
  }

  private static String upper(String key) {
    return key.toUpperCase(Locale.ROOT);
  }
}
