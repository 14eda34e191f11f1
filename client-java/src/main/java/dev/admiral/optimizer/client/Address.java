package dev.admiral.optimizer.client;

/** A host and a port, as configured; nothing is looked up. */
record Address(String host, int port) {
  static final int DEFAULT_PORT = 50051;

  /**
   * Reads {@code host}, {@code host:port}, {@code [ipv6]} or {@code [ipv6]:port}.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static Address parse(String text) {
    String trimmed = text.strip();
    boolean bracketed = trimmed.startsWith("[");
    int hostEnd = bracketed ? trimmed.indexOf(']') : trimmed.indexOf(':');
    if (bracketed && hostEnd < 0) {
      throw malformed(text);
    }
    String host =
        bracketed
            ? trimmed.substring(1, hostEnd)
            : hostEnd < 0 ? trimmed : trimmed.substring(0, hostEnd);
    String rest = hostEnd < 0 ? "" : trimmed.substring(bracketed ? hostEnd + 1 : hostEnd);
    if (host.isEmpty() || host.contains("/") || !(rest.isEmpty() || rest.startsWith(":"))) {
      throw malformed(text);
    }
    return new Address(host, rest.isEmpty() ? DEFAULT_PORT : port(text, rest.substring(1)));
  }

  /**
   * Whether nothing sent there leaves this machine. A name other than localhost is not believed.
   */
  boolean isLoopback() {
    return host.equals("localhost")
        || host.equals("::1")
        || host.equals("0:0:0:0:0:0:0:1")
        || host.matches("127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}");
  }

  private static int port(String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 1 && port <= 65_535) {
        return port;
      }
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
    throw malformed(text);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "Address \""
            + text
            + "\" is not host:port with a port of 1 to 65535: use 127.0.0.1:50051.");
  }

  @Override
  public String toString() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
