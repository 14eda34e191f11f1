package dev.admiral.simulator;

import java.io.IOException;
import java.io.PrintStream;

/** Runs a simulator until the process is stopped. */
public final class Main {
  private static final String USAGE =
      """
      Usage: simulator [options]
        --port N            port to listen on; 0 (the default) picks a free one
        --seed N            seed of answers, latencies and faults (1)
        --time-scale X      multiplies latencies (1); 0 answers at once
        --faults F[;F...]   faults as model:rate:fault, for example '*:0.05:status=500'
        --key K             accept only this key; may be repeated
      """;

  /** Without it the logger would tell all it knows. */
  private static final String LOGGING = "logback.configurationFile";

  private Main() {}

  /** Starts a simulator, prints its address, and waits. */
  public static void main(String[] args) throws IOException, InterruptedException {
    if (System.getProperty(LOGGING) == null) {
      System.setProperty(LOGGING, "dev/admiral/simulator/logback.xml");
    }
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err)
      throws IOException, InterruptedException {
    Simulator.Builder builder = Simulator.builder();
    try {
      configure(builder, args);
    } catch (IllegalArgumentException e) {
      err.println(e.getMessage());
      err.print(USAGE);
      return 2;
    }
    try (Simulator simulator = builder.start()) {
      out.println("The simulator listens on " + simulator.uri());
      Thread.currentThread().join();
    }
    return 0;
  }

  private static void configure(Simulator.Builder builder, String[] args) {
    for (int i = 0; i < args.length; i += 2) {
      if (i + 1 == args.length) {
        throw new IllegalArgumentException("Option '" + args[i] + "' is unknown or lacks a value.");
      }
      String value = args[i + 1];
      switch (args[i]) {
        case "--port" -> builder.port((int) number(args[i], value));
        case "--seed" -> builder.seed(number(args[i], value));
        case "--time-scale" -> builder.timeScale(decimal(args[i], value));
        case "--faults" -> faults(builder, value);
        case "--key" -> builder.keys(value);
        default -> throw new IllegalArgumentException("Option '" + args[i] + "' is unknown.");
      }
    }
  }

  private static void faults(Simulator.Builder builder, String list) {
    for (String item : list.split(";", -1)) {
      String[] parts = item.split(":", 3);
      if (parts.length < 3) {
        throw new IllegalArgumentException(
            "Fault '" + item + "' must have the form model:rate:fault.");
      }
      builder.fault(parts[0].strip(), decimal("--faults", parts[1]), parts[2]);
    }
  }

  private static long number(String option, String value) {
    try {
      return Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Option '" + option + "' needs a whole number, not '" + value + "'.", e);
    }
  }

  private static double decimal(String option, String value) {
    try {
      return Double.parseDouble(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "Option '" + option + "' needs a number, not '" + value + "'.", e);
    }
  }
}
