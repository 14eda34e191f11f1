package dev.admiral.conformance;

/** Something that a client of a case connects to. */
interface Endpoint extends AutoCloseable {
  /** Returns where it is, as {@code 127.0.0.1:port}. */
  String address();

  @Override
  void close();
}
