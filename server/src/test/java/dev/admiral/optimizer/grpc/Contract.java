package dev.admiral.optimizer.grpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The contract's own text, for tests that hold the server to its comments. */
final class Contract {
  private Contract() {}

  static String errorProto() {
    try {
      return Files.readString(Path.of("..", "proto", "admiral", "optimizer", "v1", "error.proto"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
