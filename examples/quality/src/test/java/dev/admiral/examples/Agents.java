package dev.admiral.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Starts the examples as people do: each in a process of its own, of its own language. */
final class Agents implements AutoCloseable {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent().getParent();
  private static final Path EXAMPLES = ROOT.resolve("examples");
  private static final Path PYTHON = ROOT.resolve("clients-generated/python");
  private static final Path TYPESCRIPT = ROOT.resolve("clients-generated/typescript");

  private static final int STOP_SECONDS = 20;

  private final Path folder;
  private final String address;
  private final String seconds;
  private final List<Agent> running = new ArrayList<>();

  /**
   * An agent's process.
   *
   * @param name of the agent
   * @param output where its lines go
   */
  private record Agent(String name, Process process, Path output) {}

  /** How an agent is started; its schedule and name are added. */
  private record Launch(Map<String, String> variables, List<String> command) {}

  /**
   * @param folder where outputs go
   * @param address of the server
   * @param seconds what a day is compressed to
   */
  Agents(Path folder, String address, int seconds) {
    this.folder = folder;
    this.address = address;
    this.seconds = Integer.toString(seconds);
  }

  /** Returns what a language's client lacks on this machine; empty if nothing. */
  private static Optional<String> missing(Path client) throws IOException, InterruptedException {
    Process needs =
        new ProcessBuilder(client.resolve("tasks").toString(), "needs")
            .redirectErrorStream(true)
            .start();
    String said = said(needs);
    return needs.exitValue() == 0 ? Optional.empty() : Optional.of(said);
  }

  /** Returns what the autohealer lacks on this machine; empty if nothing. */
  static Optional<String> missingForPython() throws IOException, InterruptedException {
    return missing(PYTHON);
  }

  /** Returns what the council lacks on this machine; empty if nothing. */
  static Optional<String> missingForTypeScript() throws IOException, InterruptedException {
    return missing(TYPESCRIPT);
  }

  /** Starts the quality agent. */
  void quality() throws IOException {
    start("quality", qualityLaunch());
  }

  /** Starts an autohealer. */
  void autohealer(String name) throws IOException, InterruptedException {
    start(name, autohealerLaunch());
  }

  /** Starts the council. */
  void council() throws IOException, InterruptedException {
    start("council", councilLaunch());
  }

  /** Returns the quality agent's exit code, see {@link #stopped}. */
  int stoppedQuality() throws IOException, InterruptedException {
    return stopped(qualityLaunch());
  }

  /** Returns an autohealer's exit code, see {@link #stopped}. */
  int stoppedAutohealer() throws IOException, InterruptedException {
    return stopped(autohealerLaunch());
  }

  /** Returns the council's exit code, see {@link #stopped}. */
  int stoppedCouncil() throws IOException, InterruptedException {
    return stopped(councilLaunch());
  }

  private static Launch qualityLaunch() {
    return new Launch(
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.admiral.examples.quality.Quality"));
  }

  /** With the interpreter and the libraries that its client is tested with. */
  private static Launch autohealerLaunch() throws IOException, InterruptedException {
    prepare(PYTHON);
    return new Launch(
        Map.of("PYTHONPATH", PYTHON.resolve("src").toString(), "PYTHONDONTWRITEBYTECODE", "1"),
        List.of(
            PYTHON.resolve("target/run/bin/python").toString(),
            EXAMPLES.resolve("autohealer/autohealer.py").toString()));
  }

  /** Compiled first, with the libraries that its client is tested with. */
  private Launch councilLaunch() throws IOException, InterruptedException {
    Path project = folder.resolve("council");
    if (!Files.exists(project)) {
      prepare(TYPESCRIPT);
      Files.createDirectory(project);
      for (String file : List.of("council.ts", "package.json", "tsconfig.json")) {
        Files.copy(EXAMPLES.resolve("council").resolve(file), project.resolve(file));
      }
      Path modules = Files.createDirectory(project.resolve("node_modules"));
      Path libraries = TYPESCRIPT.resolve("target/node_modules");
      Files.createSymbolicLink(modules.resolve("@types"), libraries.resolve("@types"));
      Files.createSymbolicLink(
          Files.createDirectory(modules.resolve("@admiral")).resolve("optimizer"),
          TYPESCRIPT.resolve("target/client"));
      run(project, "node", libraries.resolve("typescript/bin/tsc").toString());
    }
    return new Launch(
        Map.of(),
        List.of(
            "node",
            project.resolve("target/council.js").toString(),
            "--models",
            String.join(",", SimulatedDayTest.COUNCILLORS)));
  }

  /** Checks the types of the autohealer; empty if there is no checker. */
  static Optional<String> autohealerTypes() throws IOException, InterruptedException {
    Path mypy = PYTHON.resolve("target/check/bin/mypy");
    if (!Files.exists(mypy)) {
      return Optional.empty();
    }
    ProcessBuilder builder =
        new ProcessBuilder(mypy.toString(), "--cache-dir", PYTHON.resolve("target/mypy").toString())
            .directory(EXAMPLES.resolve("autohealer").toFile())
            .redirectErrorStream(true);
    builder.environment().put("MYPYPATH", PYTHON.resolve("src").toString());
    Process process = builder.start();
    return Optional.of(said(process));
  }

  /** Waits until every agent has ended by itself with success. */
  void awaitAll(long seconds) throws IOException, InterruptedException {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (Agent agent : running) {
      if (!agent.process.waitFor(limit - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new IOException(agent.name + " did not end: " + lines(agent.name));
      }
      if (agent.process.exitValue() != 0) {
        throw new IOException(agent.name + " failed: " + lines(agent.name));
      }
    }
  }

  /** Returns what an agent printed. */
  List<String> lines(String name) {
    try {
      return Files.readAllLines(folder.resolve(name + ".log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    running.forEach(agent -> agent.process.destroyForcibly().onExit().join());
  }

  /** Waits, and says what was said meanwhile. */
  private static String said(Process process) throws IOException, InterruptedException {
    String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
    process.waitFor();
    return said;
  }

  /** The driver makes what its client needs, and ends at once as its input does. */
  private static void prepare(Path client) throws IOException, InterruptedException {
    run(client, client.resolve("tasks").toString(), "driver");
  }

  private static void run(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = said(process);
    if (process.exitValue() != 0) {
      throw new IOException(String.join(" ", command) + " failed: " + said);
    }
  }

  private void start(String name, Launch launch) throws IOException {
    Path output = folder.resolve(name + ".log");
    ProcessBuilder builder =
        builder(launch, "--agent", name, "--day", seconds)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    running.add(new Agent(name, builder.start(), output));
  }

  /** Starts an agent, tells it to stop once it has told of a round, and returns its exit code. */
  private int stopped(Launch launch) throws IOException, InterruptedException {
    Process process =
        builder(launch, "--day", "400").redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader lines = process.inputReader(UTF_8)) {
      String told = lines.readLine();
      process.destroy();
      if (told == null || !process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(launch.command + " told " + told + " and did not end");
      }
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private ProcessBuilder builder(Launch launch, String... options) {
    List<String> command = new ArrayList<>(launch.command);
    command.addAll(List.of(options));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(variable -> variable.startsWith("ADMIRAL_"));
    builder.environment().put("ADMIRAL_ADDRESS", address);
    builder.environment().putAll(launch.variables);
    return builder;
  }
}
