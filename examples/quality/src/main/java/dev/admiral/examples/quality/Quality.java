package dev.admiral.examples.quality;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.JsonSchemaFormat;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ResponseFormat;
import dev.admiral.optimizer.v1.Verdict;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
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
  private static final ObjectMapper JSON = new ObjectMapper();

  @Option(names = "--address", description = "The server; else ADMIRAL_ADDRESS, or this machine.")
  private String address = System.getenv().getOrDefault("ADMIRAL_ADDRESS", "127.0.0.1:50051");

  @Option(names = "--agent", description = "Its name.")
  private String agent = "quality";

  @Option(names = "--model", description = "The model that is measured.")
  private String model = "fast";

  @Option(names = "--grader", description = "The model that grades.")
  private String grader = "smart";

  @Option(names = "--every", description = "A time such as 30s, 10m or 12h.")
  private Duration every = Duration.ofHours(12);

  @Option(names = "--once", description = "One round, then end.")
  private boolean once;

  @Option(names = "--day", description = "Play a whole day in so many seconds, then end.")
  private double day;

  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /** Runs until it is told to stop, or has done what it was asked for. */
  public static void main(String[] args) {
    System.exit(
        new CommandLine(new Quality())
            .registerConverter(Duration.class, Quality::time)
            .setExecutionExceptionHandler((e, line, parsed) -> {
              System.err.println("quality: " + told(e));
              return 1;
            })
            .execute(args));
  }

  private static String told(Exception e) {
    return e instanceof NoSuchFileException
        ? "there is no file " + e.getMessage() + "; set ADMIRAL_KEY_FILE to the one with the key"
        : String.valueOf(e.getMessage());
  }

  private static Duration time(String text) {
    if (!text.matches("[1-9][0-9]{0,8}[smh]")) {
      throw new TypeConversionException("'" + text + "' is not a time such as 30s, 10m or 12h");
    }
    return Duration.parse("PT" + text.toUpperCase(Locale.ROOT));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    long rounds = once ? 1 : day > 0 ? Duration.ofDays(1).dividedBy(every) : Long.MAX_VALUE;
    double speed = day > 0 ? Duration.ofDays(1).toSeconds() / day : 1;
    try (AdmiralClient admiral = client()) {
      // The round that runs comes to its end before the process does.
      Runtime.getRuntime().addShutdownHook(new Thread(this::end));
      for (long round = 1; round <= rounds; round++) {
        System.out.println(agent + " round " + round + ": " + round(admiral));
        if (round < rounds && stopped(Duration.ofMillis((long) (every.toMillis() / speed)))) {
          break;
        }
      }
    } finally {
      ended.countDown();
    }
    return 0;
  }

  private AdmiralClient client() throws IOException {
    AdmiralClient.Builder builder =
        AdmiralClient.builder()
            .address(address)
            .agent(agent)
            .agentGroup("quality")
            .deadline(Duration.ofMinutes(1));
    String file = System.getenv("ADMIRAL_KEY_FILE");
    String key =
        file == null ? System.getenv("ADMIRAL_KEY") : Files.readString(Path.of(file)).strip();
    return key == null ? builder.build() : builder.key(key).build();
  }

  /** Asks, has graded and reports; tells it in a line. */
  private String round(AdmiralClient admiral) throws InterruptedException {
    DoubleSummaryStatistics scores = new DoubleSummaryStatistics();
    int good = 0;
    BigDecimal paid = BigDecimal.ZERO;
    Set<String> failed = new TreeSet<>();
    for (Map.Entry<String, String> golden : GOLDEN.entrySet()) {
      if (stopped(Duration.ZERO)) {
        break;
      }
      try {
        CompleteResponse answer = ask(admiral, Prompts.of(model, golden.getKey()), "golden");
        paid = paid.add(Amounts.decimal(answer.getCost().getChargedAmount()));
        CompleteResponse graded = ask(admiral, gradingOf(golden, answer), "grade");
        paid = paid.add(Amounts.decimal(graded.getCost().getChargedAmount()));
        double score = JSON.readTree(Prompts.text(graded.getCompletion())).path("score").asDouble();
        Verdict verdict = score >= GOOD ? Verdict.VERDICT_GOOD : Verdict.VERDICT_BAD;
        admiral.reportOutcome(answer.getCallId(), verdict, score);
        good += verdict == Verdict.VERDICT_GOOD ? 1 : 0;
        scores.accept(score);
      } catch (AdmiralException e) {
        failed.add(String.valueOf(e.getMessage()));
      } catch (JsonProcessingException e) {
        failed.add("a grade that is no JSON");
      }
    }
    return String.format(
        Locale.ROOT,
        "%d answers of %s graded: %d good, mean %.3f%s; $%s",
        scores.getCount(),
        model,
        good,
        scores.getAverage(),
        failed.isEmpty() ? "" : ", failed: " + failed,
        paid.toPlainString());
  }

  /** Asks past the cache, and again as often as the server names a wait, until told to stop. */
  private CompleteResponse ask(AdmiralClient admiral, Prompt prompt, String taskType)
      throws InterruptedException {
    CachePolicy fresh = CachePolicy.newBuilder().setMode(CachePolicy.Mode.MODE_REFRESH).build();
    CompleteRequest request =
        CompleteRequest.newBuilder()
            .setPrompt(prompt)
            .setOptions(CallOptions.newBuilder().setTaskType(taskType).setCachePolicy(fresh))
            .build();
    while (true) {
      try {
        return admiral.complete(request);
      } catch (AdmiralException e) {
        if (stopped(e.retryAfter().orElseThrow(() -> e))) {
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
                .setJsonSchema(JsonSchemaFormat.newBuilder().setName("grade").setSchemaJson(GRADE)))
        .build();
  }

  /** Waits; returns true, and at once, when told to stop. */
  private boolean stopped(Duration wait) throws InterruptedException {
    return stop.await(wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void end() {
    stop.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
