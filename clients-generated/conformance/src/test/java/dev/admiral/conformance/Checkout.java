package dev.admiral.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The files of this checkout. */
final class Checkout {
  private static final Path ROOT = root();

  private Checkout() {}

  /** Returns a file or folder by its path from the root. */
  static Path file(String path) {
    return ROOT.resolve(path);
  }

  static String text(String path) {
    try {
      return Files.readString(file(path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns where this module may write. */
  static Path target() {
    return file("clients-generated/conformance/target");
  }

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.isExecutable(folder.resolve("admiral"))) {
      folder = folder.getParent();
      if (folder == null) {
        throw new IllegalStateException("The tests run inside a checkout, and this is none.");
      }
    }
    return folder;
  }
}
