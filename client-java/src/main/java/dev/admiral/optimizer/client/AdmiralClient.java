package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.CompleteBatchRequest;
import dev.admiral.optimizer.v1.CompleteBatchResponse;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.CountTokensRequest;
import dev.admiral.optimizer.v1.CountTokensResponse;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.EmbedResponse;
import dev.admiral.optimizer.v1.FailurePage;
import dev.admiral.optimizer.v1.FailureQuery;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.FeedbackPage;
import dev.admiral.optimizer.v1.FeedbackQuery;
import dev.admiral.optimizer.v1.FeedbackSummary;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ListAliasesRequest;
import dev.admiral.optimizer.v1.ListAliasesResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.ModelAlias;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.ReportOutcomeResponse;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import dev.admiral.optimizer.v1.Verdict;
import io.grpc.MethodDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A connection to Admiral, through which an agent makes its model calls. Make one and keep it; it
 * is thread-safe, connects at its first call and connects anew by itself.
 *
 * <p>Each method of the contract is here as a blocking call; {@link #fleet}, {@link #calls}, {@link
 * #ledger}, {@link #cache} and {@link #events} hold those of the other services. Calls fail with
 * {@link AdmiralException} and nothing else. {@link #call} makes any unary method asynchronous.
 *
 * {@snippet :
 * try (AdmiralClient admiral = AdmiralClient.builder().agent("triage-1").build()) {
 *   System.out.println(admiral.ask("fast", "What is the capital of France?"));
 * }
 * }
 */
public final class AdmiralClient implements AutoCloseable {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._:/@-]{0,128}");

  private final Calls calls;

  private AdmiralClient(Calls calls) {
    this.calls = calls;
  }

  /** Returns a builder whose every setting has a default that suits a server on this machine. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Returns a client that speaks for another agent over the same connection. Closing either closes
   * both.
   *
   * @param agentId the agent's name, as {@code CallOptions.agent_id}
   * @param agentGroup its group, or empty
   * @throws IllegalArgumentException if a name is not one the contract allows
   */
  public AdmiralClient forAgent(String agentId, String agentGroup) {
    return with(calls.view.withAgent(name("agent", agentId), name("agent group", agentGroup)));
  }

  /**
   * Returns a client over the same connection whose calls have this long, over all tries. Closing
   * either closes both.
   *
   * @throws IllegalArgumentException if the deadline is not above zero
   */
  public AdmiralClient withDeadline(Duration deadline) {
    return with(calls.view.withDeadline(positive("deadline", deadline)));
  }

  /**
   * Returns a client over the same connection that tries again as told. Closing either closes both.
   */
  public AdmiralClient withRetry(RetryPolicy retry) {
    return with(calls.view.withRetry(retry));
  }

  /**
   * Asks a model one question and returns the text of its answer.
   *
   * @param model a model or alias, as {@code Prompt.model}
   * @throws AdmiralException if there is no answer
   */
  public String ask(String model, String text) {
    return Prompts.text(complete(Prompts.of(model, text)).getCompletion());
  }

  /**
   * Answers a prompt in one message.
   *
   * @throws AdmiralException if there is no answer
   */
  public CompleteResponse complete(Prompt prompt) {
    return complete(CompleteRequest.newBuilder().setPrompt(prompt).build());
  }

  /**
   * Answers a prompt in one message.
   *
   * @throws AdmiralException if there is no answer
   */
  public CompleteResponse complete(CompleteRequest request) {
    return calls.await(OptimizerServiceGrpc.getCompleteMethod(), request);
  }

  /**
   * Answers a prompt in one message, later.
   *
   * @return the answer to come, which fails with {@link AdmiralException}; cancelling it cancels
   *     the call
   */
  public CompletableFuture<CompleteResponse> completeAsync(CompleteRequest request) {
    return call(OptimizerServiceGrpc.getCompleteMethod(), request);
  }

  /** Begins a streamed answer; whatever fails is thrown by the stream. */
  public CompletionStream stream(Prompt prompt) {
    return stream(StreamRequest.newBuilder().setPrompt(prompt).build());
  }

  /** Begins a streamed answer; whatever fails is thrown by the stream. */
  public CompletionStream stream(StreamRequest request) {
    return calls.stream(request);
  }

  /**
   * Returns a streamed answer for subscribers, which need no thread while they wait: the form for
   * many streams at once. It is cold: each subscription makes one call, and begins it. Events come
   * no faster than the subscriber asks for them, on the client's executor; failure is an {@link
   * AdmiralException}, and cancelling the subscription cancels the call. The publisher is
   * thread-safe.
   */
  public Flow.Publisher<StreamResponse> publisher(StreamRequest request) {
    return calls.publisher(request);
  }

  /**
   * Answers several prompts; each result succeeds or fails by itself.
   *
   * @throws AdmiralException if the batch as a whole failed
   */
  public CompleteBatchResponse completeBatch(CompleteBatchRequest request) {
    return calls.await(OptimizerServiceGrpc.getCompleteBatchMethod(), request);
  }

  /**
   * Answers several prompts at once.
   *
   * @return an answer or a failure for each, in their order
   * @throws AdmiralException if the batch as a whole failed
   */
  public List<BatchAnswer> completeAll(List<Prompt> prompts) {
    CompleteBatchRequest.Builder batch = CompleteBatchRequest.newBuilder();
    prompts.forEach(
        prompt -> batch.addRequests(CompleteRequest.newBuilder().setPrompt(prompt).build()));
    return completeBatch(batch.build()).getResultsList().stream().map(BatchAnswer::new).toList();
  }

  /**
   * Turns texts into vectors. Tried once whatever the policy, since a repeat could be paid again.
   *
   * @throws AdmiralException if there are none
   */
  public EmbedResponse embed(EmbedRequest request) {
    return calls.await(OptimizerServiceGrpc.getEmbedMethod(), request);
  }

  /**
   * Counts the tokens of a prompt without asking for an answer.
   *
   * @throws AdmiralException if they cannot be counted
   */
  public CountTokensResponse countTokens(Prompt prompt) {
    return calls.await(
        OptimizerServiceGrpc.getCountTokensMethod(),
        CountTokensRequest.newBuilder().setPrompt(prompt).build());
  }

  /**
   * Lists models, a page at a time.
   *
   * @throws AdmiralException if the call failed
   */
  public ListModelsResponse listModels(ListModelsRequest request) {
    return calls.await(OptimizerServiceGrpc.getListModelsMethod(), request);
  }

  /**
   * Lists aliases, a page at a time.
   *
   * @throws AdmiralException if the call failed
   */
  public ListAliasesResponse listAliases(ListAliasesRequest request) {
    return calls.await(OptimizerServiceGrpc.getListAliasesMethod(), request);
  }

  /**
   * Lists models in order of provider and name.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<Model> models() {
    return Pages.all(
        token -> listModels(ListModelsRequest.newBuilder().setPageToken(token).build()),
        ListModelsResponse::getModelsList,
        ListModelsResponse::getNextPageToken);
  }

  /**
   * Lists aliases in order of name.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<ModelAlias> aliases() {
    return Pages.all(
        token -> listAliases(ListAliasesRequest.newBuilder().setPageToken(token).build()),
        ListAliasesResponse::getAliasesList,
        ListAliasesResponse::getNextPageToken);
  }

  /**
   * Tells how good an answer was; a bad one leaves the cache.
   *
   * @throws AdmiralException if the call failed
   */
  public ReportOutcomeResponse reportOutcome(ReportOutcomeRequest request) {
    return calls.await(OptimizerServiceGrpc.getReportOutcomeMethod(), request);
  }

  /**
   * Tells how good an answer was; a bad one leaves the cache.
   *
   * @param callId the answer's {@code call_id}
   * @throws AdmiralException if the call failed
   */
  public ReportOutcomeResponse reportOutcome(String callId, Verdict verdict) {
    return reportOutcome(
        ReportOutcomeRequest.newBuilder().setCallId(callId).setVerdict(verdict).build());
  }

  /**
   * Tells how good an answer was, with a grade; a bad one leaves the cache.
   *
   * @param callId the answer's {@code call_id}
   * @param score quality from 0 (worst) to 1 (best)
   * @throws AdmiralException if the call failed
   */
  public ReportOutcomeResponse reportOutcome(String callId, Verdict verdict, double score) {
    return reportOutcome(
        ReportOutcomeRequest.newBuilder()
            .setCallId(callId)
            .setVerdict(verdict)
            .setScore(score)
            .build());
  }

  /**
   * Tells how each part of the server is.
   *
   * @throws AdmiralException if the call failed
   */
  public HealthResponse health() {
    return calls.await(OptimizerServiceGrpc.getHealthMethod(), HealthRequest.getDefaultInstance());
  }

  /**
   * Tells what was served, how fast and what was saved since the server started.
   *
   * @throws AdmiralException if the call failed
   */
  public StatsResponse stats() {
    return stats(StatsRequest.getDefaultInstance());
  }

  /**
   * Tells what was served, how fast and what was saved since the server started.
   *
   * @throws AdmiralException if the call failed
   */
  public StatsResponse stats(StatsRequest request) {
    return calls.await(OptimizerServiceGrpc.getStatsMethod(), request);
  }

  /**
   * Tells what the server counted of each agent or model, busiest first.
   *
   * @return all rows, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<StatsRow> statsRows(StatsRequest request) {
    return Pages.all(
        token -> stats(request.toBuilder().setPageToken(token).build()),
        StatsResponse::getRowsList,
        StatsResponse::getNextPageToken);
  }

  /**
   * Tells what the server has learned, as the request's one query asks.
   *
   * @throws AdmiralException if the call failed
   */
  public LearningQueryResponse learning(LearningQueryRequest request) {
    return calls.await(OptimizerServiceGrpc.getLearningQueryMethod(), request);
  }

  /**
   * Lists failures that calls have met, most frequent first.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<FailureSummary> failures(FailureQuery query) {
    return Pages.all(
        token ->
            learning(
                    LearningQueryRequest.newBuilder()
                        .setFailures(query.toBuilder().setPageToken(token))
                        .build())
                .getFailures(),
        FailurePage::getFailuresList,
        FailurePage::getNextPageToken);
  }

  /**
   * Lists what was reported of answers, most reports first.
   *
   * @return all of it, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<FeedbackSummary> feedback(FeedbackQuery query) {
    return Pages.all(
        token ->
            learning(
                    LearningQueryRequest.newBuilder()
                        .setFeedback(query.toBuilder().setPageToken(token))
                        .build())
                .getFeedback(),
        FeedbackPage::getFeedbackList,
        FeedbackPage::getNextPageToken);
  }

  /** Agents, keys, budgets and limits. */
  public FleetClient fleet() {
    return new FleetClient(calls);
  }

  /** What became of the latest calls. */
  public CallClient calls() {
    return new CallClient(calls);
  }

  /** What was paid and what was saved. */
  public LedgerClient ledger() {
    return new LedgerClient(calls);
  }

  /** The response cache. */
  public CacheClient cache() {
    return new CacheClient(calls);
  }

  /** Settings that were changed while the server runs. */
  public SettingsClient settings() {
    return new SettingsClient(calls);
  }

  /** What happens in the fleet. */
  public EventClient events() {
    return new EventClient(calls);
  }

  /**
   * Calls any unary method of the contract, such as {@code FleetServiceGrpc.getListAgentsMethod()}.
   * Stages that follow run on the client's executor.
   *
   * @return the answer to come, which fails with {@link AdmiralException}; cancelling it, or
   *     completing it in another way, cancels the call
   */
  public <Q, R> CompletableFuture<R> call(MethodDescriptor<Q, R> method, Q request) {
    return calls.begin(method, request);
  }

  /**
   * Ends the connection at once; calls that run fail with {@code CALL_CANCELLED}, and so does every
   * call made after.
   */
  @Override
  public void close() {
    calls.link.close();
  }

  @Override
  public String toString() {
    return "AdmiralClient[" + calls.link.target + "]";
  }

  private AdmiralClient with(Calls.View view) {
    return new AdmiralClient(new Calls(calls.link, view));
  }

  private static String name(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "The "
              + what
              + " \""
              + name
              + "\" is no name: use at most 128 letters, digits and \"._:/@-\".");
    }
    return name;
  }

  private static Duration positive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " is " + value + ": use more than zero.");
    }
    return value;
  }

  private static int positive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + ": use 1 or more.");
    }
    return value;
  }

  /** Settings of a client. Not thread-safe. */
  public static final class Builder {
    private List<Address> addresses = List.of(new Address("127.0.0.1", Address.DEFAULT_PORT));
    private Optional<Tls> tls = Optional.empty();
    private boolean plaintextBeyondLoopback;
    private Optional<String> key = Optional.empty();
    private String agentId = "";
    private String agentGroup = "";
    private Duration deadline = Duration.ofMinutes(10);
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private int maxMessageBytes = 64 << 20;
    private int streamWindow = 32;
    private Duration keepAlive = Duration.ofMinutes(1);
    private Duration keepAliveTimeout = Duration.ofSeconds(20);
    private Executor executor = ForkJoinPool.commonPool();
    private Optional<Fallback> fallback = Optional.empty();
    private Optional<CallListener> listener = Optional.empty();

    private Builder() {}

    /**
     * Sets the servers, each {@code host}, {@code host:port} or {@code [ipv6]:port}; the port is
     * 50051 if not given. With several, calls take turns among those that can be reached and say by
     * {@code grpc.health.v1} that they serve; one that is lost, or drained for a restart, is left
     * and found again. While none says so, those that are connected are asked all the same. The
     * default is 127.0.0.1:50051.
     *
     * @throws IllegalArgumentException if one cannot be read, or none is given
     */
    public Builder address(String... servers) {
      if (servers.length == 0) {
        throw new IllegalArgumentException("No address was given: use host:port.");
      }
      List<Address> parsed = new ArrayList<>();
      for (String server : servers) {
        parsed.add(Address.parse(server));
      }
      addresses = List.copyOf(parsed);
      return this;
    }

    /** Encrypts the connection. The default is plaintext, which is taken to loopback only. */
    public Builder tls(Tls settings) {
      tls = Optional.of(settings);
      return this;
    }

    /** Allows plaintext to other machines, for networks that protect what they carry. */
    public Builder plaintextBeyondLoopback() {
      plaintextBeyondLoopback = true;
      return this;
    }

    /** Sets the key this client shows; it is not printed anywhere. The default is none. */
    public Builder key(String secret) {
      if (secret.isBlank() || !secret.chars().allMatch(c -> c > ' ' && c < 127)) {
        throw new IllegalArgumentException(
            "The key is empty or holds spaces or other than visible ASCII characters: check how it"
                + " was read.");
      }
      key = Optional.of(secret);
      return this;
    }

    /** Names the agent that calls, where a call does not; the server's default is "anonymous". */
    public Builder agent(String name) {
      agentId = AdmiralClient.name("agent", name);
      return this;
    }

    /** Names the group of the agent set by {@link #agent}, where a call does not. */
    public Builder agentGroup(String name) {
      agentGroup = AdmiralClient.name("agent group", name);
      return this;
    }

    /** Sets how long a call has, over all of its tries; above zero. The default is 10 minutes. */
    public Builder deadline(Duration time) {
      deadline = positive("deadline", time);
      return this;
    }

    /** Sets when calls are tried again. The default is {@link RetryPolicy#DEFAULT}. */
    public Builder retry(RetryPolicy policy) {
      retry = policy;
      return this;
    }

    /** Sets the largest message taken, in bytes; 1 and up. The default is 64 MiB. */
    public Builder maxMessageBytes(int bytes) {
      maxMessageBytes = positive("maxMessageBytes", bytes);
      return this;
    }

    /**
     * Sets how many events of a stream are fetched ahead of its reader, 1 and up. The default is
     * 32.
     */
    public Builder streamWindow(int events) {
      streamWindow = positive("streamWindow", events);
      return this;
    }

    /**
     * Sets after how much silence a connection with calls on it is probed, and how long the answer
     * may take before it counts as lost; both above zero, and less than 10 s of silence counts as
     * 10 s. The default is 1 minute and 20 s. A server ends connections that are probed more often
     * than it allows, which is every 10 s unless configured.
     */
    public Builder keepAlive(Duration silence, Duration timeout) {
      keepAlive = positive("silence", silence);
      keepAliveTimeout = positive("timeout", timeout);
      return this;
    }

    /**
     * Sets what runs subscribers, stages of futures and the {@link Fallback}. The default is the
     * common pool, whose few threads must not be blocked; give an executor of virtual threads to
     * code that blocks. {@code Runnable::run} uses the connection's own thread, which must not be
     * held up at all.
     */
    public Builder executor(Executor callbacks) {
      executor = callbacks;
      return this;
    }

    /** Sets who answers where Admiral is away. The default is nobody, so that such calls fail. */
    public Builder fallback(Fallback own) {
      fallback = Optional.of(own);
      return this;
    }

    /** Sets who hears of each call's end, such as a {@link MicrometerListener}. */
    public Builder listener(CallListener hearer) {
      listener = Optional.of(hearer);
      return this;
    }

    /**
     * Returns a client. Nothing is connected yet.
     *
     * @throws IllegalArgumentException if an address needs TLS, or a file of it cannot be read
     */
    public AdmiralClient build() {
      return build(Builder::later, () -> ThreadLocalRandom.current().nextDouble());
    }

    AdmiralClient build(Timer timer, DoubleSupplier jitter) {
      String target = String.join(",", addresses.stream().map(Address::toString).toList());
      Channels channels =
          new Channels(
              addresses,
              tls,
              plaintextBeyondLoopback,
              maxMessageBytes,
              keepAlive,
              keepAliveTimeout);
      Link link =
          new Link(
              channels.connect(),
              executor,
              timer,
              jitter,
              System::nanoTime,
              listener,
              fallback,
              target,
              streamWindow);
      return new AdmiralClient(
          new Calls(link, new Calls.View(key, agentId, agentGroup, deadline, retry)));
    }

    private static void later(Duration delay, Runnable task) {
      CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)
          .execute(task);
    }
  }
}
