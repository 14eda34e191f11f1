package dev.admiral.optimizer.config;

import java.util.List;
import java.util.Map;

/** A piece of the configuration file that knows where it stands, so that errors can point at it. */
sealed interface Node {

  /** Returns the place, such as "config.yaml:12:3", or "ADMIRAL_GRPC_PORT" for an override. */
  String where();

  /**
   * A single value.
   *
   * @param text the value as written, before variables are filled in; empty where {@code missing}
   * @param missing true if the key stands there without a value
   */
  record Scalar(String where, String text, boolean missing) implements Node {
    /** May be a secret written in the wrong place, so it does not show. */
    @Override
    public String toString() {
      return "Scalar[" + where + "]";
    }
  }

  /** Keys and values, in the order of the file. */
  record Mapping(String where, Map<Name, Node> entries) implements Node {}

  /** A list. */
  record Items(String where, List<Node> items) implements Node {}

  /** A key. Two keys of one text are equal wherever they stand. */
  record Name(String text, String where) {
    @Override
    public boolean equals(Object other) {
      return other instanceof Name name && name.text.equals(text);
    }

    @Override
    public int hashCode() {
      return text.hashCode();
    }
  }
}
