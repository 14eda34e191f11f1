package dev.admiral.examples.quality;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Verdict;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/**
 * Asks a model a fixed set of questions every twelve hours, has another model grade the answers by
 * what they must say, and reports the grades. It wants today's answers, so it neither reads the
 * cache nor joins a call; what it got fresh is stored for the others.
 */
@Command(name = "quality", mixinStandardHelpOptions = true)
public final class Quality implements Callable<Integer> {
  private static final Map<String, String> GOLDEN =
      Map.of(
          "Which HTTP status says that a resource is gone for good?", "410, and not 404",
          "Is 0.1 + 0.2 equal to 0.3 in IEEE 754 doubles?", "no, and why",
          "What does fsync promise that write does not?", "durability through a loss of power",
          "How long is the longest label of a DNS name?", "63 octets",
          "Name the isolation level of SQL that forbids phantom reads.", "SERIALIZABLE");

  private static final String GRADER =
      "Grade the answer from 0 (wrong or useless) to 1 (right and complete).";
  private static final String GRADE =
      """
      {"type": "object", "properties": {"score": {"type": "number", "minimum": 0, "maximum": 1}},
       "required": ["score"], "additionalProperties": false}\
      """;
  private static final double GOOD = 0.5;
  private static final int PICO_DIGITS = 12;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(
      names = "--address",
      description = "The server. Default: ADMIRAL_ADDRESS, or this machine.")
  private String address = System.getenv().getOrDefault("ADMIRAL_ADDRESS", "127.0.0.1:50051");

  @Option(names = "--agent", defaultValue = "quality", description = "Its name.")
  private String agent = "";

  @Option(names = "--model", defaultValue = "fast", description = "The model that is measured.")
  private String model = "";

  @Option(names = "--grader", defaultValue = "smart", description = "The model that grades.")
  private String grader = "";

  @Option(names = "--every", defaultValue = "12h", description = "A time such as 30s, 10m or 12h.")
  private Duration every = Duration.ZERO;

  @Option(names = "--once", description = "One round, then end.")
  private boolean once;

  @Option(names = "--day", description = "Play a whole day in so many seconds, then end.")
  private double day;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();

  /** Runs until it is told to stop, or has done what it was asked for. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Quality())
            .registerConverter(Duration.class, Quality::time)
            .execute(args));
  }

  private static Duration time(String text) {
    if (!text.matches("[1-9][0-9]{0,8}[smh]")) {
      throw new TypeConversionException("'" + text + "' is not a time such as 30s, 10m or 12h");
    }
    return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    // The round that runs comes to its end before the process does.
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(() -> {
              stop.countDown();
              ended.join();
            }));
    long rounds = once ? 1 : day > 0 ? Duration.ofDays(1).dividedBy(every) : Long.MAX_VALUE;
    double speed = day > 0 ? Duration.ofDays(1).toSeconds() / day : 1;
    AdmiralClient.Builder builder =
        AdmiralClient.builder()
            .address(address)
            .agent(agent)
            .agentGroup("quality")
            .deadline(Duration.ofMinutes(1));
    String key = key();
    if (key != null) {
      builder.key(key);
    }
    try (AdmiralClient admiral = builder.build()) {
      for (long round = 1; round <= rounds; round++) {
        System.out.println(agent + " round " + round + ": " + round(admiral));
        if (round < rounds
            && stop.await((long) (every.toMillis() / speed), TimeUnit.MILLISECONDS)) {
          break;
        }
      }
    } finally {
      ended.complete(null);
    }
    return 0;
  }

  /** Asks, has graded and reports; tells it in a line. */
  private String round(AdmiralClient admiral) throws InterruptedException {
    int good = 0;
    long paid = 0;
    List<Double> scores = new ArrayList<>();
    Set<String> sources = new TreeSet<>();
    Set<String> notes = new TreeSet<>();
    for (Map.Entry<String, String> golden : GOLDEN.entrySet()) {
      if (stop.getCount() == 0) {
        break;
      }
      try {
        CompleteResponse answer = ask(admiral, Prompts.of(model, golden.getKey()), "golden");
        paid += answer.getCost().getChargedPicoUsd();
        sources.add(answer.getServed().getSource().name().replace("SOURCE_", ""));
        CompleteResponse graded = ask(admiral, gradingOf(golden, answer), "grade");
        paid += graded.getCost().getChargedPicoUsd();
        double score = JSON.readTree(Prompts.text(graded.getCompletion())).path("score").asDouble();
        Verdict verdict = score >= GOOD ? Verdict.VERDICT_GOOD : Verdict.VERDICT_BAD;
        admiral.reportOutcome(answer.getCallId(), verdict, score);
        good += verdict == Verdict.VERDICT_GOOD ? 1 : 0;
        scores.add(score);
      } catch (AdmiralException e) {
        notes.add(String.valueOf(e.getMessage()));
      } catch (JsonProcessingException e) {
        notes.add("a grade that is no JSON");
      }
    }
    double mean = scores.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    return String.format(
        Locale.ROOT,
        "graded %d of %s from %s: %d good, mean %.3f%s; $%s",
        scores.size(),
        model,
        sources.toString().toLowerCase(Locale.ROOT),
        good,
        mean,
        notes.isEmpty() ? "" : ", failed: " + notes,
        BigDecimal.valueOf(paid, PICO_DIGITS).toPlainString());
  }

  /** Asks, and asks again as often as the server names a wait, until told to stop. */
  private CompleteResponse ask(AdmiralClient admiral, Prompt prompt, String taskType)
      throws InterruptedException {
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(prompt)
            .setOptions(
                CallOptions.newBuilder()
                    .setTaskType(taskType)
                    .setCachePolicy(
                        CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_REFRESH)))
            .build();
    while (true) {
      try {
        return admiral.complete(request);
      } catch (AdmiralException e) {
        Duration wait = e.retryAfter().orElseThrow(() -> e);
        if (stop.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
          throw e;
        }
      }
    }
  }

  private Prompt gradingOf(Map.Entry<String, String> golden, CompleteResponse answer) {
    String text =
        "Question: %s\nIt must say: %s\nAnswer: %s"
            .formatted(golden.getKey(), golden.getValue(), Prompts.text(answer.getCompletion()));
    return Prompts.of(grader, GRADER, text).toBuilder()
        .setResponseFormat(
            ResponseFormat.newBuilder()
                .setKind(ResponseFormat.Kind.KIND_JSON_SCHEMA)
                .setName("grade")
                .setSchemaJson(GRADE))
        .build();
  }

  private static @Nullable String key() throws IOException {
    String file = System.getenv("ADMIRAL_KEY_FILE");
    return file == null ? System.getenv("ADMIRAL_KEY") : Files.readString(Path.of(file)).strip();
  }
}
