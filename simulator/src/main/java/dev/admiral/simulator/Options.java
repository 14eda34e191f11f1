package dev.admiral.simulator;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a caller asked of the simulator itself, by header or by a marker in the last user message.
 * The grammar is documented at {@link Simulator}.
 */
record Options(Map<Key, Long> values, Optional<Fault.Spec> faults) {

  static final Options NONE = new Options(Map.of(), Optional.empty());

  private static final String MARKER = "[[sim:";
  private static final long MOST = 10_000_000;

  /** The options that are a number, or a flag when they say so. */
  enum Key {
    /** Exact length of the visible answer. */
    TOKENS(false),
    /** Exact number of reasoning tokens. */
    REASONING(false),
    /** Exact number of tool calls. */
    TOOLS(false),
    /** Prompt tokens counted as read from cache. */
    CACHED(false),
    /** Prompt tokens counted as written to cache for five minutes. */
    CACHE_WRITE(false),
    /** Prompt tokens counted as written to cache for an hour. */
    CACHE_WRITE_1H(false),
    /** The model refuses. */
    REFUSE(true),
    /** A content filter ends the answer. */
    FILTER(true),
    /** The answer is the last user message. */
    ECHO(true);

    private final boolean flag;

    Key(boolean flag) {
      this.flag = flag;
    }

    private String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  boolean has(Key flag) {
    return values.containsKey(flag);
  }

  OptionalLong value(Key key) {
    Long value = values.get(key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** Reads the marker in a message, under the options given in headers, which win. */
  static Options inText(String text, Options headers) {
    int start = text.indexOf(MARKER);
    int end = start < 0 ? -1 : text.indexOf("]]", start);
    if (end < 0) {
      return headers;
    }
    return NONE.read(text.substring(start + MARKER.length(), end)).overriddenBy(headers);
  }

  /**
   * Returns these options with those in {@code tokens=40; fault=cut-after=5,times=1; echo} added.
   *
   * @throws IllegalArgumentException naming the item that is wrong
   */
  Options read(String text) {
    Options options = this;
    for (String item : text.split(";", -1)) {
      if (!item.isBlank()) {
        int equals = item.indexOf('=');
        String word = (equals < 0 ? item : item.substring(0, equals)).strip();
        options = options.with(word, equals < 0 ? "" : item.substring(equals + 1).strip());
      }
    }
    return options;
  }

  /** Returns these options with one more. */
  Options with(String word, String value) {
    if (word.equals("fault")) {
      return new Options(values, Optional.of(Fault.parse(value)));
    }
    for (Key key : Key.values()) {
      if (key.word().equals(word)) {
        Map<Key, Long> more = new EnumMap<>(Key.class);
        more.putAll(values);
        more.put(key, key.flag ? 1 : number(word, value));
        return new Options(more, faults);
      }
    }
    throw new IllegalArgumentException(
        "Unknown simulator option '"
            + word
            + "': use tokens, reasoning, tools, cached, cache-write, cache-write-1h, fault,"
            + " refuse, filter or echo.");
  }

  private Options overriddenBy(Options other) {
    if (other.values.isEmpty()) {
      return new Options(values, other.faults.or(() -> faults));
    }
    Map<Key, Long> both = new EnumMap<>(Key.class);
    both.putAll(values);
    both.putAll(other.values);
    return new Options(both, other.faults.or(() -> faults));
  }

  private static long number(String word, String text) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0 && number <= MOST) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Simulator option '" + word + "' needs a whole number after '='.", e);
    }
    throw new IllegalArgumentException(
        "Simulator option '" + word + "' must be between 0 and " + MOST + '.');
  }
}
