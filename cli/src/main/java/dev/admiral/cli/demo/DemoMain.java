package dev.admiral.cli.demo;

import dev.admiral.cli.Statistics;
import dev.admiral.cli.Terminal;
import dev.admiral.cli.Text;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.FailureQuery;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.simulator.Invoice;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code ./admiral demo}: 28 agents make real gRPC calls through a real server to simulated
 * providers, and what that saved is shown.
 */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "28 simulated agents over 16 models, and what Admiral saved them.")
public final class DemoMain implements Callable<Integer> {
  private static final String LOG_SETTINGS = "dev/admiral/cli/demo/logback.xml";
  private static final Duration SHOW_EVERY = Duration.ofMillis(500);
  private static final Duration BOOKS_LIMIT = Duration.ofSeconds(5);

  /** Held here, since a logger that nobody holds forgets its level. */
  private static final Logger TRANSPORT = Logger.getLogger("io");

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "20",
      description = "How long the agents work, 1 to 3600. Default: ${DEFAULT-VALUE}.")
  private int seconds;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Draws other questions, answers and troubles. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(names = "--keep", description = "Leave the server running until Ctrl-C.")
  private boolean keep;

  @Spec private CommandSpec spec = CommandSpec.create();

  private final PrintStream out;
  private final boolean live;
  private final int columns;
  private final Cleanup cleanup = new Cleanup();

  private DemoMain(PrintStream out, boolean live, int columns) {
    this.out = out;
    this.live = live;
    this.columns = columns;
  }

  /** Runs the demo and ends the process: 0 if it ran, 1 if not, 64 if the command line is wrong. */
  public static void main(String[] args) {
    System.setProperty("logback.configurationFile", LOG_SETTINGS);
    TRANSPORT.setLevel(Level.OFF);
    PrintStream out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.exit(run(out, Terminal.is(1), Math.clamp(Terminal.columns(), 40, 80), args));
  }

  /**
   * Runs the demo and returns the exit code.
   *
   * @param out where everything is printed
   * @param live whether to show how it goes on, over and over on one line
   * @param columns how wide the report may be, 40 or more
   */
  static int run(PrintStream out, boolean live, int columns, String... args) {
    DemoMain demo = new DemoMain(out, live, columns);
    CommandLine line =
        new CommandLine(demo)
            .setParameterExceptionHandler((e, wrong) -> {
              out.println("admiral demo: " + e.getMessage());
              return 64;
            })
            .setExecutionExceptionHandler((e, failed, parsed) -> {
              // Of a demo that is stopped from outside, everything fails for that alone.
              if (!demo.cleanup.isEnding()) {
                out.println();
                out.println("admiral demo: " + e.getMessage());
              }
              return 1;
            });
    return line.execute(args);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1 || seconds > 3_600) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--seconds is not between 1 and 3600.");
    }
    try (cleanup) {
      cleanup.alsoOnExit();
      Path folder = cleanup.delete(Files.createTempDirectory("admiral-demo-"));
      out.println("Starting the simulated providers and a server of its own...");
      DemoStack stack = cleanup.close(DemoStack.start(folder, seed));
      ServerProcess server = stack.server();
      AdmiralClient operator =
          cleanup.close(AdmiralClient.builder().address(server.address()).build());
      // The first call of a server loads much of it; the agents shall not wait for that.
      operator.health();
      out.println("Server on " + server.address() + "; 28 agents begin.");
      out.println("Dashboard: " + server.dashboard());
      Tally tally = new Tally();
      work(stack.providers(), server, operator, tally);
      report(operator, tally, stack.invoice()).lines(columns).forEach(out::println);
      out.println();
      if (keep) {
        out.println("The server goes on. Look at it, ask it, and end it with Ctrl-C:");
        out.println("  " + server.dashboard());
        out.println("  ./admiral fleet --help");
        out.println("  ADMIRAL_ADDRESS=" + server.address() + " ./admiral fleet stats");
        new CountDownLatch(1).await();
      }
      Text.wrap(
              "Go on: ./admiral serve starts your own server; README.md shows the first call."
                  + " ./admiral demo --keep leaves the dashboard open.",
              columns)
          .forEach(out::println);
    }
    return 0;
  }

  private void work(Providers providers, ServerProcess server, AdmiralClient operator, Tally tally)
      throws InterruptedException {
    Questions questions = new Questions();
    SplittableRandom random = new SplittableRandom(seed);
    long start = System.nanoTime();
    long length = Duration.ofSeconds(seconds).toNanos();
    List<Thread> threads = new ArrayList<>();
    List<AdmiralClient> clients = new ArrayList<>();
    for (Cast.Agent agent : Cast.agents()) {
      // A connection each, as agents in processes of their own would have.
      AdmiralClient client =
          AdmiralClient.builder()
              .address(server.address())
              .agent(agent.name())
              .agentGroup(agent.group().name())
              .deadline(Duration.ofSeconds(60))
              .build();
      clients.add(client);
      threads.add(
          Thread.ofVirtual()
              .name(agent.name())
              .start(
                  new AgentLoop(
                      agent, client, questions, tally, random.split(), start, start + length)));
    }
    try {
      long outage = start + length * 2 / 5;
      long repair = start + length * 3 / 5;
      boolean broken = false;
      for (Thread thread : threads) {
        while (!thread.join(SHOW_EVERY)) {
          long now = System.nanoTime();
          if (now >= outage && now < repair && !broken) {
            providers.outageBegins();
            broken = true;
          } else if (now >= repair && broken) {
            providers.outageEnds();
            broken = false;
          }
          progress(operator.stats(), Duration.ofNanos(now - start), broken);
        }
      }
    } finally {
      threads.forEach(Thread::interrupt);
      clients.forEach(AdmiralClient::close);
    }
    if (live) {
      out.print("\r\u001b[K");
    }
    out.println();
  }

  private void progress(StatsResponse stats, Duration time, boolean broken) {
    if (!live) {
      return;
    }
    CallStats total = stats.getTotal();
    out.print(
        String.format(
            Locale.ROOT,
            "\r\u001b[K%3d s  %,d calls  %.0f %% saved  $%.3f spent  $%.3f saved  %d in flight%s",
            time.toSeconds(),
            total.getCallCount(),
            total.getSavedRate() * 100,
            Amounts.decimal(total.getSpentAmount()),
            Amounts.decimal(total.getSavedAmount()),
            stats.getInFlightCount(),
            broken ? "  outage" : ""));
    out.flush();
  }

  private DemoReport report(AdmiralClient operator, Tally tally, Invoice invoice)
      throws InterruptedException {
    StatsResponse stats = Statistics.ask(operator);
    // What was paid is in the ledger already; what was saved follows within a second.
    long limit = System.nanoTime() + BOOKS_LIMIT.toNanos();
    GetReportResponse ledger = operator.ledger().report(GetReportRequest.getDefaultInstance());
    while (ledger.getTotal().getSavedCallCount() < stats.getTotal().getSavedCallCount()
        && System.nanoTime() < limit) {
      Thread.sleep(SHOW_EVERY);
      ledger = operator.ledger().report(GetReportRequest.getDefaultInstance());
    }
    List<FailureSummary> learned = operator.failures(FailureQuery.getDefaultInstance()).toList();
    List<Agent> agents = operator.fleet().agents().toList();
    return new DemoReport(seconds, stats, ledger, learned, agents, tally, invoice);
  }

  /** Ends what was begun, last first, once: at the end of the demo or of the process. */
  private static final class Cleanup implements AutoCloseable {
    private final Deque<AutoCloseable> things = new ArrayDeque<>();
    private final Thread hook = Thread.ofPlatform().unstarted(this::end);
    private volatile boolean ending;

    void alsoOnExit() {
      Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether the process is being stopped before the demo is over. */
    boolean isEnding() {
      return ending;
    }

    private void end() {
      ending = true;
      closeAll();
    }

    synchronized <T extends AutoCloseable> T close(T thing) {
      things.push(thing);
      return thing;
    }

    synchronized Path delete(Path folder) {
      things.push(() -> deleteAll(folder));
      return folder;
    }

    @Override
    public void close() {
      closeAll();
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException ending) {
        // The process ends, and the hook with it.
        return;
      }
    }

    private synchronized void closeAll() {
      while (!things.isEmpty()) {
        try {
          things.pop().close();
        } catch (Exception e) {
          System.err.println("admiral demo: " + e.getMessage());
        }
      }
    }

    private static void deleteAll(Path folder) {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(folder + " could not be deleted.", e);
      }
    }
  }
}
