package dev.admiral.conformance;

import java.util.Arrays;
import java.util.Locale;

/** The servers a case can go to. */
enum ServerKind {
  /** A live server without keys, in a process of its own. */
  LIVE,
  /** A live server with keys and low limits. */
  STRICT,
  /** A live server of the case's own, which it may tell to stop. */
  OWN,
  /** A server that answers as the case tells it. */
  SCRIPTED,
  /** The same behind a proxy whose connections the case can break. */
  BREAKABLE,
  /** A scripted server whose certificate names it and comes from an authority of its own. */
  TLS,
  /** A scripted server whose certificate names another. */
  TLS_MISNAMED,
  /** A port at which nobody listens. */
  CLOSED,
  /** A server of HTTP/1.1 that knows nothing of gRPC. */
  HTTP1,
  /** Something that accepts connections and closes them. */
  HANGING_UP,
  /** Something that accepts connections and says nothing. */
  SILENT,
  /** Something that answers by HTTP/2 and leaves out the trailers. */
  WITHOUT_TRAILERS;

  static ServerKind of(String text) {
    for (ServerKind kind : values()) {
      if (kind.text().equals(text)) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "There is no server \""
            + text
            + "\"; there are "
            + String.join(", ", Arrays.stream(values()).map(ServerKind::text).toList())
            + ".");
  }

  String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
