package dev.admiral.optimizer.config;

import dev.admiral.optimizer.ledger.Price;
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
  private static final String REQUIRED = "required";

  /** What the variables begin with that override keys. */
  private static final String VARIABLES = "ADMIRAL_";

  /** Most characters by which a mistyped variable differs from the one that was meant. */
  private static final int MISTYPED = 2;

  /**
   * What a key is, as documented.
   *
   * @param live true if a change takes effect while the server runs
   */
  record KeyDoc(String path, String type, String fallback, String range, boolean live) {}

  /** Reads a section into what it stands for. */
  interface Reader<T> {
    T read(Section section) throws ConfigException;
  }

  /** Turns a text into a value, or throws an unchecked exception if it is none. */
  private interface Parser<T> {
    T parse(String text);
  }

  /**
   * What kind of value a key has.
   *
   * @param fallback its default, described for the reader
   */
  private record Kind(String type, String fallback, String range) {
    /** Returns what a value must be, for a message. */
    String told() {
      return switch (type) {
        case "choice" -> range;
        case "duration" -> "a duration such as 500ms, 30s or 10m, " + range;
        case "size" -> "a size such as 64KiB or 16MiB, " + range;
        case "dollars" -> "an amount in dollars such as 0.25, " + range;
        case "true or false" -> type;
        case "http or https address" -> "an http or https address";
        default -> "a " + type + (range.isEmpty() ? "" : ", " + range);
      };
    }
  }

  /** What all sections of one reading share. */
  private static final class Reading {
    final Environment environment;
    final Path base;

    /** What the running server was started with; null for its start. */
    final @Nullable Values started;

    final Map<String, KeyDoc> documented = new LinkedHashMap<>();

    /** What the file says of each key outside lists, by path; a list is one value. */
    final Map<String, Object> values = new LinkedHashMap<>();

    /** Variables that mean a key, with the key they mean. */
    final Map<String, String> variables = new TreeMap<>();

    Reading(Environment environment, Path base, @Nullable Values started) {
      this.environment = environment;
      this.base = base;
      this.started = started;
    }
  }

  private final Reading reading;
  private final Node.Mapping node;
  private final String path;

  /** Start of the variables that override keys here; null within lists. */
  private final @Nullable String variable;

  /** Whether keys asked for here may change while the server runs. */
  private final boolean live;

  private final Set<String> known;

  private Section(
      Reading reading,
      Node.Mapping node,
      String path,
      @Nullable String variable,
      boolean live,
      Set<String> known) {
    this.reading = reading;
    this.node = node;
    this.path = path;
    this.variable = variable;
    this.live = live;
    this.known = known;
  }

  /**
   * Returns the whole file as a section.
   *
   * @param base folder that relative paths start from
   * @param started what the running server was started with: a key that is not live is read and
   *     checked, and keeps the value from there; null for a start
   */
  static Section root(
      Node.Mapping file, Environment environment, Path base, @Nullable Values started) {
    return new Section(
        new Reading(environment, base, started), file, "", VARIABLES, false, new LinkedHashSet<>());
  }

  /**
   * Returns this section for asking for keys, or sections below, that may change while the server
   * runs; whoever uses their values reads them from a {@link dev.admiral.optimizer.call.Live}.
   */
  Section live() {
    return new Section(reading, node, path, variable, true, known);
  }

  /** Returns a text; the default if the key is not there. */
  String text(String key, String fallback) throws ConfigException {
    return text(key, fallback, fallback);
  }

  /** Returns a text; the default, described for the reader, if the key is not there. */
  String text(String key, String described, String fallback) throws ConfigException {
    return take(key, new Kind("text", described, ""), fallback, text -> text);
  }

  /** Returns a text; empty if the key is not there. */
  Optional<String> text(String key) throws ConfigException {
    return find(key, new Kind("text", "", ""), text -> text);
  }

  /** Returns a text that must be there. */
  String required(String key) throws ConfigException {
    return require(key, new Kind("text", REQUIRED, ""), text -> text);
  }

  /** Returns a whole number. */
  int number(String key, int fallback, int min, int max) throws ConfigException {
    return take(
        key,
        new Kind("whole number", Integer.toString(fallback), min + " to " + max),
        fallback,
        text -> within(Integer.parseInt(text), min, max));
  }

  /** Returns a whole number that must be there. */
  int requiredNumber(String key, int min, int max) throws ConfigException {
    return require(
        key,
        new Kind("whole number", REQUIRED, min + " to " + max),
        text -> within(Integer.parseInt(text), min, max));
  }

  /** Returns a span of time. */
  Duration duration(String key, Duration fallback, String min, String max) throws ConfigException {
    Duration least = Quantity.duration(min);
    Duration most = Quantity.duration(max);
    return take(
        key,
        new Kind("duration", Quantity.text(fallback), min + " to " + max),
        fallback,
        text -> within(Quantity.duration(text), least, most));
  }

  /** Returns a number of bytes. */
  long size(String key, long fallback, String min, String max) throws ConfigException {
    return size(key, Quantity.text(fallback), fallback, min, max);
  }

  /** Returns a number of bytes whose default is described for the reader. */
  long size(String key, String described, long fallback, String min, String max)
      throws ConfigException {
    long least = Quantity.bytes(min);
    long most = Quantity.bytes(max);
    return take(
        key,
        new Kind("size", described, min + " to " + max),
        fallback,
        text -> within(Quantity.bytes(text), least, most));
  }

  /** Returns a price in dollars, 0 to a million; empty if the key is not there. */
  Optional<BigDecimal> dollars(String key) throws ConfigException {
    return find(
        key,
        new Kind("dollars", "", "0 to " + Price.MOST_USD),
        text -> within(new BigDecimal(text), BigDecimal.ZERO, Price.MOST_USD));
  }

  /** Returns a part of a whole, 0 to 1. */
  double part(String key, String fallback) throws ConfigException {
    return take(key, new Kind("number", fallback, "0 to 1"), part(fallback), text -> part(text));
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
    return take(
        key,
        new Kind("true or false", Boolean.toString(fallback), ""),
        fallback,
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> throw new IllegalArgumentException("neither true nor false");
            });
  }

  /** Returns one of an enum's constants, written in lower case. */
  <E extends Enum<E>> E choice(String key, E fallback) throws ConfigException {
    return take(
        key,
        new Kind("choice", word(fallback), words(fallback)),
        fallback,
        text -> constant(fallback, text));
  }

  /** Returns one of an enum's constants; empty if the key is not there. */
  <E extends Enum<E>> Optional<E> choice(String key, String described, Class<E> type)
      throws ConfigException {
    E any = type.getEnumConstants()[0];
    return find(key, new Kind("choice", described, words(any)), text -> constant(any, text));
  }

  /** Returns an http or https address without a slash at its end; empty if the key is not there. */
  Optional<String> url(String key, String described) throws ConfigException {
    return find(
        key,
        new Kind("http or https address", described, ""),
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
    return take(key, new Kind("path", fallback, ""), resolve(fallback), this::resolve);
  }

  /** Returns a path as above; empty if the key is not there. */
  Optional<Path> path(String key) throws ConfigException {
    return find(key, new Kind("path", "", ""), this::resolve);
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
    Optional<Secret> direct = find(key, new Kind("secret", "", ""), Secret::new);
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
    return finish(
        new Section(reading, mapping, path + key + ".", prefix, live, new LinkedHashSet<>()),
        reader);
  }

  /** Reads each item of the list below a key; none if the key is not there. */
  <T> List<T> list(String key, Reader<T> reader) throws ConfigException {
    return settle(key, items(key, reader));
  }

  private <T> List<T> items(String key, Reader<T> reader) throws ConfigException {
    document(key, new Kind("list", "", ""));
    List<T> read = new ArrayList<>();
    for (Node item : items(key)) {
      if (!(item instanceof Node.Mapping mapping)) {
        throw new ConfigException(item.where() + ": an item of '" + key + "' must hold keys");
      }
      read.add(
          finish(
              new Section(reading, mapping, path + key + "[].", null, live, new LinkedHashSet<>()),
              reader));
    }
    return List.copyOf(read);
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
    List<T> read = items(key, reader);
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
    return settle(key, read);
  }

  /** Reads names with secrets below a key. */
  Map<String, Secret> secretsByName(String key) throws ConfigException {
    document(key, new Kind("names with secrets", "", ""));
    Map<String, Secret> read = new LinkedHashMap<>();
    for (Map.Entry<Node.Name, Node> entry : entries(key).entrySet()) {
      Node.Scalar scalar = single(entry.getKey().text(), entry.getValue());
      String text = reading.environment.expand(scalar.where(), scalar.text());
      read.put(entry.getKey().text(), new Secret(text));
    }
    return settle(key, read);
  }

  /** Reads a list of an enum's constants, each written in lower case. */
  <E extends Enum<E>> List<E> choices(String key, Class<E> type) throws ConfigException {
    E any = type.getEnumConstants()[0];
    document(key, new Kind("list of choices", "", words(any)));
    List<E> read = new ArrayList<>();
    for (Node item : items(key)) {
      Node.Scalar scalar = single(key, item);
      String text = reading.environment.expand(scalar.where(), scalar.text());
      read.add(parse(key, scalar, text, new Kind("choice", "", words(any)), w -> constant(any, w)));
    }
    return settle(key, List.copyOf(read));
  }

  /** Reads a list of texts, each of which stands once. */
  List<String> texts(String key) throws ConfigException {
    document(key, new Kind("list of texts", "", ""));
    return settle(key, texts(key, items(key)));
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
    document(key, new Kind("names with lists of texts", "", ""));
    Map<String, List<String>> read = new LinkedHashMap<>();
    for (Map.Entry<Node.Name, Node> entry : entries(key).entrySet()) {
      String name = entry.getKey().text();
      if (!(entry.getValue() instanceof Node.Items list) || list.items().isEmpty()) {
        throw new ConfigException(
            entry.getValue().where() + ": '" + name + "' must be a list with at least one text");
      }
      read.put(name, texts(name, list.items()));
    }
    return settle(key, read);
  }

  /** Returns that a key's value is wrong, which only its reader can tell, and where it stands. */
  ConfigException wrong(String key, String what) {
    return new ConfigException(where(key) + ": " + what);
  }

  private String where(String key) {
    Node found = find(key);
    return found == null ? node.where() : found.where();
  }

  /** Returns what the file says of each key asked for, in this section and all others. */
  Values values() {
    return new Values(
        reading.values,
        reading.documented.values().stream()
            .filter(KeyDoc::live)
            .map(KeyDoc::path)
            .collect(Collectors.toUnmodifiableSet()));
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
                + ": "
                + Renamed.key(path + name.text())
                    .orElseGet(() ->
                        "unknown key '"
                            + path
                            + name.text()
                            + "'"
                            + Nearest.hint(name.text(), known)));
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
      if (!name.startsWith(VARIABLES) || legal.contains(name)) {
        continue;
      }
      Optional<String> renamed = Renamed.variable(name);
      if (renamed.isPresent()) {
        throw new ConfigException(renamed.get());
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

  /** Returns the value of a key, or the default. */
  private <T> T take(String key, Kind kind, T fallback, Parser<T> parser) throws ConfigException {
    return settle(key, read(key, kind, parser).orElse(fallback));
  }

  /** Returns the value of a key; empty if it is not there. */
  private <T> Optional<T> find(String key, Kind kind, Parser<T> parser) throws ConfigException {
    return settle(key, read(key, kind, parser));
  }

  /** Returns the value of a key that must be there. */
  private <T> T require(String key, Kind kind, Parser<T> parser) throws ConfigException {
    return settle(key, read(key, kind, parser).orElseThrow(() -> missing(key)));
  }

  /** Notes what the file says of a key, and returns what holds now. */
  @SuppressWarnings("unchecked") // One path is always read as one type.
  private <T> T settle(String key, T read) {
    if (variable == null) {
      // A list is settled as a whole.
      return read;
    }
    reading.values.put(path + key, read);
    return live || reading.started == null ? read : (T) reading.started.get(path + key);
  }

  private <T> Optional<T> read(String key, Kind kind, Parser<T> parser) throws ConfigException {
    document(key, kind);
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
        String shown = file == null ? value : "(its text)";
        return Optional.of(
            parse(path + key, new Node.Scalar(where, shown, false), value, kind, parser));
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
    return Optional.of(parse(path + key, scalar, text, kind, parser));
  }

  /** The message shows the text as written, so that what a variable held stays hidden. */
  private static <T> T parse(
      String key, Node.Scalar scalar, String text, Kind kind, Parser<T> parser)
      throws ConfigException {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigException(
          scalar.where()
              + ": '"
              + key
              + "' must be "
              + kind.told()
              + shown(kind.type(), scalar.text()));
    }
  }

  /** An address may hold a password before its "@". */
  private static String shown(String type, String text) {
    boolean secretive = type.startsWith("http") && text.indexOf('@') >= 0;
    return secretive ? "" : ", not '" + text + "'";
  }

  private void document(String key, Kind kind) {
    known.add(key);
    reading.documented.put(
        path + key, new KeyDoc(path + key, kind.type(), kind.fallback(), kind.range(), live));
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
