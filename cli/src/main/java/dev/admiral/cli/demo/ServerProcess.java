package dev.admiral.cli.demo;

import dev.admiral.cli.Endpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server in a process of its own, on free ports and with a folder of its own. */
final class ServerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(10);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);
  private static final int SHOWN_LINES = 15;

  private final Process process;
  private final Endpoints endpoints;

  private ServerProcess(Process process, Endpoints endpoints) {
    this.process = process;
    this.endpoints = endpoints;
  }

  /**
   * Starts a server and waits until it says where it listens.
   *
   * @param mainClass its main class, on this JVM's class path
   * @param folder an empty folder for its configuration, data and log
   * @param config its configuration; {@code data_dir} must be {@code data} below the folder
   * @throws IOException if it does not start; the message ends with the last lines it wrote
   */
  static ServerProcess start(String mainClass, Path folder, String config) throws IOException {
    Path file = Files.writeString(folder.resolve("admiral.yaml"), config);
    Path log = folder.resolve("server.log");
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    // A short life: what the best compiler gains it would not live to earn back.
                    "-XX:TieredStopAtLevel=1",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    mainClass,
                    "--config",
                    file.toString()))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // What is set for the user's own server must not reach this one.
    builder.environment().keySet().removeIf(name -> name.startsWith("ADMIRAL_"));
    Process process = builder.start();
    try {
      return new ServerProcess(process, await(process, folder.resolve("data"), log));
    } catch (IOException | IllegalArgumentException e) {
      stop(process);
      throw e;
    }
  }

  String address() {
    return endpoints.address();
  }

  /** Returns where a browser finds the dashboard. */
  String dashboard() {
    return endpoints.http() + "/";
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Asks the process to end, and ends it when it does not. */
  @Override
  public void close() {
    stop(process);
  }

  private static Endpoints await(Process process, Path data, Path log) throws IOException {
    long limit = System.nanoTime() + START_LIMIT.toNanos();
    Path file = data.resolve(Endpoints.FILE);
    while (!Files.exists(file)) {
      if (!process.isAlive() || System.nanoTime() > limit || Thread.interrupted()) {
        throw new IOException("The server did not start. It said:\n" + end(log));
      }
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
    return Endpoints.read(file);
  }

  private static String end(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(
          "\n", lines.subList(Math.max(0, lines.size() - SHOWN_LINES), lines.size()));
    } catch (IOException e) {
      throw new UncheckedIOException("The server's log cannot be read.", e);
    }
  }

  private static void stop(Process process) {
    process.destroy();
    try {
      if (process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
