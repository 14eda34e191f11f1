package dev.admiral.cli;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * The program {@code admiral} of a checkout, or {@code admiral-server} of an installation. It alone
 * can judge a configuration, so it is run for that; nothing of the server is in this one.
 */
record ServerProgram(Path path) {
  private static final String LAUNCHER = "admiral";
  private static final String INSTALLED = "admiral-server";

  /** What a run of it came to. */
  record Ended(int exit, String out, String err) {}

  /** Returns the one this runs from, else the first on the path. */
  static Optional<ServerProgram> find(Shell shell) {
    Stream<Path> beside = Stream.ofNullable(shell.checkout());
    Stream<Path> onPath =
        Stream.of(shell.env("PATH").split(File.pathSeparator, -1))
            .filter(folder -> !folder.isEmpty())
            .map(Path::of);
    return Stream.concat(beside, onPath)
        .flatMap(folder -> Stream.of(folder.resolve(LAUNCHER), folder.resolve(INSTALLED)))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst()
        .map(ServerProgram::new);
  }

  /**
   * Asks it about a configuration.
   *
   * @param config the file; empty for what a server without arguments would use
   * @throws UncheckedIOException if it cannot be run
   */
  Ended checkConfig(Shell shell, Optional<String> config) {
    List<String> command = new ArrayList<>(List.of(path.toString()));
    if (path.endsWith(LAUNCHER)) {
      command.add("serve");
    }
    command.add("--check-config");
    config.ifPresent(file -> command.addAll(List.of("--config", file)));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().clear();
    builder.environment().putAll(shell.env());
    try {
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture<String> err =
          CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
      String out = text(process.getInputStream());
      return new Ended(process.waitFor(), out, err.join());
    } catch (IOException e) {
      throw new UncheckedIOException(path + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(path + " was interrupted", new IOException(e));
    }
  }

  private static String text(InputStream stream) {
    try (stream) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
