package dev.admiral.optimizer.events;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A pattern over dotted names, with the meaning it has for AMQP topic exchanges: '*' stands for
 * exactly one word, '#' for any number of words, none included. "optimizer.#" matches "optimizer"
 * and "optimizer.call.finished", "optimizer.*" matches neither.
 */
record TopicPattern(List<String> words) {
  /** Longest pattern, as AMQP bounds its routing keys. */
  static final int LONGEST = 255;

  private static final String ONE = "*";
  private static final String ANY = "#";
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]+");

  /**
   * Returns the pattern of a text.
   *
   * @throws IllegalArgumentException if it is malformed; the message is one sentence fit to show to
   *     a caller
   */
  static TopicPattern of(String text) {
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "the pattern has " + text.length() + " characters; at most " + LONGEST + " are allowed");
    }
    List<String> words = List.of(text.split("\\.", -1));
    for (String word : words) {
      if (!word.equals(ONE) && !word.equals(ANY) && !WORD.matcher(word).matches()) {
        throw new IllegalArgumentException(
            "the pattern '"
                + text
                + "' has "
                + (word.isEmpty() ? "an empty word" : "the word '" + word + "'")
                + "; words are letters, digits, '-' and '_', or '*' for any one word, or '#' for"
                + " any number of words, joined by dots");
      }
    }
    return new TopicPattern(words);
  }

  /** Returns true if a dotted name matches. */
  boolean matches(String name) {
    String[] parts = name.split("\\.", -1);
    // reached[i]: the first i words of the name match the words of the pattern seen so far.
    boolean[] reached = new boolean[parts.length + 1];
    reached[0] = true;
    for (String word : words) {
      boolean[] next = new boolean[parts.length + 1];
      for (int i = 0; i <= parts.length; i++) {
        if (word.equals(ANY)) {
          next[i] = reached[i] || (i > 0 && next[i - 1]);
        } else if (i > 0) {
          next[i] = reached[i - 1] && (word.equals(ONE) || word.equals(parts[i - 1]));
        }
      }
      reached = next;
    }
    return reached[parts.length];
  }
}
