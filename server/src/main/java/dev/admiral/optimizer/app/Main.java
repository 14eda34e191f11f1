package dev.admiral.optimizer.app;

import static java.util.Objects.requireNonNullElse;

import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.ConfigFile;
import dev.admiral.optimizer.config.Environment;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a server until the process is told to end. Exit codes: 0 after an orderly stop, 1 if the
 * server cannot run here and now, 2 if the arguments or the configuration are wrong.
 */
public final class Main {
  private static final int CANNOT_START = 1;
  private static final int WRONG_CONFIGURATION = 2;

  private Main() {}

  /** Starts the server that the arguments describe. */
  public static void main(String[] args) {
    int exit = exitCode(() -> run(List.of(args), System.out, System.err), System.err);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /** What the arguments ask for. */
  interface Task {
    void run() throws ConfigException, StartException;
  }

  private static void run(List<String> args, PrintStream out, PrintStream err)
      throws ConfigException, StartException {
    Arguments arguments = Arguments.read(args);
    ConfigFile file = ConfigFile.choose(arguments.config(), Environment.ofProcess());
    switch (arguments.action()) {
      case HELP -> out.print(Arguments.USAGE);
      case VERSION -> out.println("admiral " + version());
      case CHECK_CONFIG ->
          out.println(
              ConfigCheck.check(file, warning -> err.println("admiral: warning: " + warning)));
      case SERVE -> serve(file);
    }
  }

  /** Runs a task, says in one sentence why it cannot be done, and returns the exit code. */
  static int exitCode(Task task, PrintStream err) {
    try {
      task.run();
      return 0;
    } catch (ConfigException e) {
      err.println("admiral: " + e.getMessage());
      return WRONG_CONFIGURATION;
    } catch (StartException e) {
      err.println("admiral: " + e.getMessage());
      return CANNOT_START;
    } catch (RuntimeException | LinkageError e) {
      // A fault of this program, or of the machine below it, that nothing foresaw.
      LoggerFactory.getLogger(Main.class).debug("the server cannot start", e);
      err.println(
          "admiral: the server cannot start, for a reason that was not foreseen: "
              + e.toString().lines().findFirst().orElse("")
              + "; set ADMIRAL_LOG_LEVEL to debug to see where");
      return CANNOT_START;
    }
  }

  private static void serve(ConfigFile file) throws ConfigException, StartException {
    Logger log = LoggerFactory.getLogger(Main.class);
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) -> log.error("the thread {} ended", thread.getName(), thrown));
    Logs.takeOverJdkLogging();
    // Before the start, so that a signal that comes during it ends in an orderly stop too.
    CompletableFuture<Wiring> started = new CompletableFuture<>();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(started, log), "stop"));
    try {
      Wiring server = Wiring.start(file, version(), Time.SYSTEM);
      started.complete(server);
      server.await();
    } catch (InterruptedException e) {
      // Nobody interrupts this thread but the JVM on its way down; the hook does the rest.
      Thread.currentThread().interrupt();
    } finally {
      started.cancel(false);
    }
  }

  /** Ends the process with 0: without it the JVM reports the signal, which is no failure here. */
  private static void stop(CompletableFuture<Wiring> started, Logger log) {
    try {
      Wiring server = started.join();
      log.info("stopping");
      server.close();
      log.info("stopped");
    } catch (CancellationException e) {
      // It did not start; the exit code says why.
      return;
    }
    Runtime.getRuntime().halt(0);
  }

  /** Returns the version in the jar's manifest; there is none in a folder of classes. */
  private static String version() {
    return requireNonNullElse(Main.class.getPackage().getImplementationVersion(), "development");
  }
}
