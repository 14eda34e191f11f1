package dev.admiral.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that is run to its end. */
final class Command {
  private Command() {}

  /**
   * How a program ended.
   *
   * @param code its exit code
   * @param output what it wrote, both streams
   */
  record Outcome(int code, String output) {}

  /**
   * Runs a program in the checkout's root.
   *
   * @param variables added to the environment
   * @param limit after which it and its children are ended, and the test fails
   */
  static Outcome run(List<String> command, Map<String, String> variables, Duration limit) {
    try {
      Path log = Files.createTempFile("admiral-conformance", ".log");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(Checkout.file("").toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectErrorStream(true)
              .redirectOutput(log.toFile());
      builder.environment().putAll(variables);
      Process process = builder.start();
      boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
      if (!ended) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
      }
      String output = Files.readString(log, StandardCharsets.UTF_8).strip();
      Files.delete(log);
      if (!ended) {
        throw new AssertionError(command + " took more than " + limit + " and said:\n" + output);
      }
      return new Outcome(process.exitValue(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while " + command + " ran.", e);
    }
  }

  static Outcome run(Duration limit, String... command) {
    return run(List.of(command), Map.of(), limit);
  }
}
