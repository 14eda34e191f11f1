package dev.admiral.bench;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs benchmarks: {@code bench [NAME...] [--json FILE]}. */
public final class Main {
  private static final Map<String, Supplier<Benchmark>> BENCHMARKS = new LinkedHashMap<>();

  static {
    BENCHMARKS.put("hit", HitBenchmark::new);
    BENCHMARKS.put("http-hit", HttpHitBenchmark::new);
    BENCHMARKS.put("miss", MissBenchmark::new);
    BENCHMARKS.put("added-latency", AddedLatencyBenchmark::new);
    BENCHMARKS.put("join", JoinBenchmark::new);
    BENCHMARKS.put("streams-heap", StreamsBenchmark::new);
    BENCHMARKS.put("http-streams", HttpStreamsBenchmark::new);
    BENCHMARKS.put("start", StartBenchmark::new);
    BENCHMARKS.put("cancel", CancelBenchmark::new);
    BENCHMARKS.put("ledger-writes", LedgerBenchmark::new);
  }

  private Main() {}

  /**
   * Runs the named benchmarks, or all; exits with 0 if all ran, whether or not a target was met.
   */
  public static void main(String[] args) throws Exception {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> args) throws Exception {
    List<String> names = new ArrayList<>();
    Path json = null;
    for (int i = 0; i < args.size(); i++) {
      String arg = args.get(i);
      if (arg.equals("--json") && i + 1 < args.size()) {
        json = Path.of(args.get(++i));
      } else if (BENCHMARKS.containsKey(arg)) {
        names.add(arg);
      } else {
        boolean help = arg.equals("--help") || arg.equals("help");
        (help ? System.out : System.err)
            .println(
                (help ? "" : "Unknown argument '" + arg + "'. ")
                    + "Usage: ./admiral bench [NAME...] [--json FILE], where NAME is one of "
                    + String.join(", ", BENCHMARKS.keySet())
                    + "; all without one.");
        return help ? 0 : 2;
      }
    }
    return run(names.isEmpty() ? List.copyOf(BENCHMARKS.keySet()) : names, json);
  }

  private static int run(List<String> names, @Nullable Path json) throws Exception {
    System.out.println(
        Runtime.version()
            + ", "
            + Runtime.getRuntime().availableProcessors()
            + " processors shared by load, server and simulator");
    List<Figure> figures = new ArrayList<>();
    for (String name : names) {
      List<Figure> measured = requireNonNull(BENCHMARKS.get(name)).get().run();
      measured.forEach(figure -> System.out.println(figure.line()));
      figures.addAll(measured);
    }
    if (json != null) {
      List<Map<String, Object>> rows =
          figures.stream()
              .map(figure ->
                  Map.<String, Object>of(
                      "name", figure.name(),
                      "value", figure.value(),
                      "unit", figure.unit(),
                      "floor", figure.floor(),
                      "ratio", figure.ratio()))
              .toList();
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(json.toFile(), rows);
    }
    return 0;
  }
}
