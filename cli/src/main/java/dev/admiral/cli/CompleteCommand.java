package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Cost;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Sampling;
import dev.admiral.optimizer.v1.Served;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "complete",
    mixinStandardHelpOptions = true,
    description = {
      "Asks a model.",
      "The answer goes to the standard output; where it came from, what it cost and how long it"
          + " took, to the standard error.",
      ""
    },
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:answered",
      "1:the call, or one of a batch, failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class CompleteCommand extends FleetCommand {
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @Parameters(
      paramLabel = "PROMPT",
      arity = "0..*",
      description =
          "What to ask; words are joined. Without any, or where a word is -, the standard input.")
  private List<String> words = List.of();

  @Option(
      names = {"-m", "--model"},
      paramLabel = "MODEL",
      description = "provider/name, name or alias. Default: ADMIRAL_MODEL, else auto.")
  private @Nullable String model;

  @Option(names = "--system", paramLabel = "TEXT", description = "Instructions to the model.")
  private @Nullable String system;

  @Option(
      names = "--stream",
      negatable = true,
      description = "Print the answer as it comes; the default on a terminal.")
  private @Nullable Boolean stream;

  @Option(names = "--max-tokens", paramLabel = "N", description = "Most tokens of the answer.")
  private @Nullable Long maxTokens;

  @Option(names = "--temperature", paramLabel = "T", description = "Randomness, 0 to 2.")
  private @Nullable Double temperature;

  @Option(names = "--agent", paramLabel = "NAME", description = "The agent that asks.")
  private String agent = "";

  @Option(names = "--group", paramLabel = "NAME", description = "The agent's group.")
  private String group = "";

  @Option(names = "--task", paramLabel = "KIND", description = "Kind of work, such as triage.")
  private String task = "";

  @Option(names = "--no-cache", description = "Neither read nor store nor join.")
  private boolean noCache;

  @Option(names = "--refresh", description = "Do not read the cache, but store the answer.")
  private boolean refresh;

  @Option(
      names = "--batch",
      paramLabel = "FILE",
      description =
          "Ask every line of a file (- is the standard input); the answers come in the same order."
              + " Those of several lines are told apart with --json, one line each.")
  private @Nullable String batch;

  @Option(
      names = "--parallel",
      paramLabel = "N",
      defaultValue = "4",
      description = "Calls of a batch at once, 1 to 1000. Default: ${DEFAULT-VALUE}.")
  private int parallel;

  CompleteCommand(Shell shell) {
    super(shell);
  }

  @Override
  Duration patience() {
    return PATIENCE;
  }

  @Override
  boolean asksAtOnce() {
    // The prompt may be typed first.
    return false;
  }

  @Override
  int run(AdmiralClient client) {
    if (batch != null) {
      return batch(client, batch);
    }
    CompleteRequest request = request(text());
    long start = shell().ticker().nanos();
    await("waiting for the answer");
    boolean streamed = stream == null ? shell().terminalOut() && !isJson() : stream;
    CompleteResponse answer = streamed ? stream(client, request) : whole(client, request);
    summarize(answer, Duration.ofNanos(shell().ticker().nanos() - start));
    return Main.DONE;
  }

  private int batch(AdmiralClient client, String file) {
    if (!words.isEmpty() || stream != null) {
      throw new UsageException(
          "--batch takes its prompts from a file: leave out words and --stream.");
    }
    if (parallel < 1 || parallel > 1_000) {
      throw new UsageException("--parallel is not between 1 and 1000.");
    }
    List<CompleteRequest> requests =
        lines(file).lines().filter(line -> !line.isBlank()).map(this::request).toList();
    if (requests.isEmpty()) {
      throw new UsageException("There is nothing to ask: no line of " + file + " holds a prompt.");
    }
    try (Batch asked = new Batch(shell(), client, parallel, isJson())) {
      return asked.run(requests);
    }
  }

  private CompleteRequest request(String text) {
    return CompleteRequest.newBuilder().setPrompt(prompt(text)).setOptions(options()).build();
  }

  private CompleteResponse whole(AdmiralClient client, CompleteRequest request) {
    CompleteResponse answer = client.complete(request);
    out().println(isJson() ? OutputOptions.json(answer) : shown(said(answer)));
    return answer;
  }

  private CompleteResponse stream(AdmiralClient client, CompleteRequest request) {
    CompleteResponse.Builder answer = CompleteResponse.newBuilder();
    StreamRequest streamed =
        StreamRequest.newBuilder()
            .setPrompt(request.getPrompt())
            .setOptions(request.getOptions())
            .build();
    try (CompletionStream events = client.stream(streamed)) {
      while (events.hasNext()) {
        StreamResponse event = events.next();
        if (isJson()) {
          out().println(OutputOptions.jsonLine(event));
        } else if (event.getDelta().getCandidateIndex() == 0) {
          show(event.getDelta().getText().getText() + event.getDelta().getRefusal().getText());
        }
        if (event.hasStarted()) {
          answer.setCallId(event.getStarted().getCallId());
          answer.setProvider(event.getStarted().getProvider());
          answer.setModel(event.getStarted().getModel());
        }
      }
      var finished = events.finish();
      answer
          .getCompletionBuilder()
          .setFinishReason(finished.getFinishReason())
          .addAllOmittedFields(finished.getOmittedFieldsList());
      answer.setCost(finished.getCost()).setServed(finished.getServed());
    }
    if (!isJson()) {
      out().println();
    }
    return answer.build();
  }

  private void show(String piece) {
    if (!piece.isEmpty()) {
      out().print(shown(piece));
      out().flush();
    }
  }

  /** What a model says must not command a terminal; a file gets it as it is. */
  private String shown(String text) {
    return shell().terminalOut() ? Text.readable(text) : text;
  }

  private void summarize(CompleteResponse answer, Duration time) {
    Served served = answer.getServed();
    shell()
        .dim(
            String.join(
                " · ",
                Show.source(served.getSource()),
                answer.getProvider() + "/" + answer.getModel(),
                money(answer.getCost()),
                Show.time(time)));
    FinishReason reason = answer.getCompletion().getFinishReason();
    if (reason == FinishReason.FINISH_REASON_LENGTH) {
      shell().err().println("The answer is cut: the most tokens were reached.");
    } else if (reason == FinishReason.FINISH_REASON_CONTEXT_WINDOW) {
      shell().err().println("The answer is cut: the model's context is full.");
    }
    if (answer.getCompletion().getOmittedFieldsCount() > 0) {
      shell()
          .err()
          .println(
              "The model has no place for, and was not told: "
                  + String.join(", ", answer.getCompletion().getOmittedFieldsList())
                  + ".");
    }
  }

  /** Returns what a call cost, in a word or two. */
  static String money(Cost cost) {
    if (cost.getState() == Cost.State.STATE_UNKNOWN) {
      return "price unknown";
    }
    String about = cost.getState() == Cost.State.STATE_ESTIMATED ? "about " : "";
    return Amounts.decimal(cost.getSavedAmount()).signum() > 0
        ? "saved " + about + Show.dollars(cost.getSavedAmount())
        : about + Show.dollars(cost.getChargedAmount());
  }

  /** Returns the text of an answer. */
  static String said(CompleteResponse answer) {
    return answer.getCompletion().getMessage().getPartsList().stream()
        .map(CompleteCommand::said)
        .collect(Collectors.joining());
  }

  private static String said(ContentPart part) {
    return part.hasRefusal() ? part.getRefusal().getText() : part.getText().getText();
  }

  private Prompt prompt(String text) {
    String named = model != null ? model : shell().env("ADMIRAL_MODEL");
    String chosen = named.isBlank() ? "auto" : named;
    Prompt.Builder prompt =
        (system == null ? Prompts.of(chosen, text) : Prompts.of(chosen, system, text)).toBuilder();
    Sampling.Builder sampling = Sampling.newBuilder();
    if (maxTokens != null) {
      sampling.setMaxOutputTokenCount(maxTokens);
    }
    if (temperature != null) {
      sampling.setTemperature(temperature);
    }
    if (!sampling.build().equals(Sampling.getDefaultInstance())) {
      prompt.setSampling(sampling);
    }
    return prompt.build();
  }

  private String text() {
    String text =
        words.isEmpty()
            ? standardInput()
            : words.stream()
                .map(word -> word.equals("-") ? standardInput() : word)
                .collect(Collectors.joining(" "));
    if (text.isBlank()) {
      throw new UsageException("There is nothing to ask: give a prompt, or pipe one in.");
    }
    return text;
  }

  private String lines(String file) {
    if (file.equals("-")) {
      return standardInput();
    }
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      throw new UsageException("The file " + file + " cannot be read as UTF-8 text.");
    }
  }

  private String standardInput() {
    if (shell().terminalIn()) {
      shell().dim("Type the prompt; end it with Ctrl-D on a line of its own.");
    }
    try {
      return new String(shell().in().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UsageException("The standard input cannot be read.");
    }
  }

  private CallOptions options() {
    if (noCache && refresh) {
      throw new UsageException("--no-cache stores nothing, so --refresh cannot be with it.");
    }
    CallOptions.Builder options =
        CallOptions.newBuilder().setAgentId(agent).setAgentGroup(group).setTaskType(task);
    if (noCache || refresh) {
      options.setCachePolicy(
          CachePolicy.newBuilder()
              .setMode(noCache ? CachePolicy.Mode.MODE_BYPASS : CachePolicy.Mode.MODE_REFRESH));
    }
    return options.build();
  }
}
