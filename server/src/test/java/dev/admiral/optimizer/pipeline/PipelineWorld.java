package dev.admiral.optimizer.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.cache.InMemoryResponseStore;
import dev.admiral.optimizer.cache.ResponseCache;
import dev.admiral.optimizer.cache.TestCaches;
import dev.admiral.optimizer.call.CacheUse;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.events.Event;
import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.events.Watch;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.fleet.InMemoryAgentStore;
import dev.admiral.optimizer.flight.FlightSettings;
import dev.admiral.optimizer.flight.SingleFlight;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.InMemoryLearningStore;
import dev.admiral.optimizer.ledger.Ledger;
import dev.admiral.optimizer.ledger.Price;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Backoff;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.ConfiguredProvider;
import dev.admiral.optimizer.routing.Estimates;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.routing.Router;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.CachePolicy;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentDelta;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Role;
import dev.admiral.optimizer.v1.Source;
import dev.admiral.optimizer.v1.TextPart;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * The pipeline over engines in memory and three fake vendors, in virtual time and on one thread:
 * what would run on a thread of its own runs on the test's, when it is told to by {@link #run}. So
 * what a vendor's script does happens in the middle of a flight, and nothing races.
 */
final class PipelineWorld {
  /** How long a call may last unless it says otherwise. */
  static final Duration DEADLINE = Duration.ofMinutes(1);

  /** After the last caller left, a flight that others could find goes on for so long. */
  static final Duration GRACE = Duration.ofMillis(150);

  /** The wait before another try where the vendor asks for none. */
  static final Duration BACKOFF = Duration.ofMillis(100);

  static final Failure OVERLOADED = new Failure.Overloaded("too much to do", null);

  final VirtualTime time = new VirtualTime();
  final Deque<Runnable> tasks = new ArrayDeque<>();

  /** Who was asked, in order. */
  final List<String> asked = new ArrayList<>();

  final FakeProvider red = new FakeProvider("red", asked);
  final FakeProvider blue = new FakeProvider("blue", asked);
  final FakeProvider green = new FakeProvider("green", asked);
  final FakeLimiter limiter = new FakeLimiter();
  final FakeLedgerStore ledgerStore = new FakeLedgerStore();
  final Ledger ledger =
      new Ledger(
          ledgerStore, new Ledger.Settings(Duration.ofSeconds(1), 1, Duration.ofSeconds(1)), time);
  final Events events = new Events();
  final CallStatistics statistics = new CallStatistics(CallStatistics.Settings.DEFAULT, time);
  final CallJournal journal = new CallJournal(Live.of(CallJournal.Settings.DEFAULT));
  final FailureLog lessons =
      new FailureLog(
          new InMemoryLearningStore(), Duration.ofSeconds(1), FailureLog.Settings.DEFAULT, time);
  final ModelHealth health =
      new ModelHealth(
          Live.of(
              new ModelHealth.Settings(
                  4, 2, 50, Duration.ofSeconds(10), Duration.ofMinutes(5), 100)),
          time,
          (_, _, _) -> {});

  /** Every call that ended, as the last observer was told of it. */
  final List<FinishedCall> finished = new ArrayList<>();

  private final Executor executor = tasks::add;
  final SingleFlight flights =
      new SingleFlight(new FlightSettings(4L << 20, 100, GRACE, 2), executor, time.timer(), time);
  private final Fleet fleet =
      new Fleet(new InMemoryAgentStore(), Duration.ofSeconds(1), 100, time, _ -> {});
  private final CallIntake intake =
      new CallIntake(fleet, Live.of(CacheUse.unsaid(Duration.ofMinutes(10))), time);
  private final InMemoryResponseStore store = new InMemoryResponseStore();
  private final List<CallObserver> extras;
  private final PipelineSettings settings;
  ResponseCache cache = TestCaches.over(store, time);
  CallPipeline pipeline;

  /**
   * @param extras told of the end of calls before all others
   */
  PipelineWorld(CallObserver... extras) {
    this(PipelineSettings.DEFAULTS, extras);
  }

  PipelineWorld(PipelineSettings settings, CallObserver... extras) {
    this.settings = settings;
    this.extras = List.of(extras);
    this.pipeline = pipeline();
  }

  /** The events published, kept for the test. */
  static final class Events implements EventBus {
    final List<Event> published = new ArrayList<>();

    @Override
    public long publish(String tenant, Event event) {
      published.add(event);
      return published.size();
    }

    @Override
    public void publishToAll(Event event) {
      published.add(event);
    }

    @Override
    public Watch watch(String tenant, List<String> patterns, OptionalLong after, Runnable wake) {
      throw new UnsupportedOperationException("nobody watches here");
    }

    @Override
    public long dropped() {
      return 0;
    }
  }

  private List<CallObserver> observers() {
    CallObserver last =
        new CallObserver() {
          @Override
          public String name() {
            return "test";
          }

          @Override
          public void finished(FinishedCall call) {
            finished.add(call);
          }
        };
    List<CallObserver> usual =
        List.of(
            statistics,
            fleet,
            ledger.savings(),
            cache.firstAnswers(),
            events.callEnds(),
            journal,
            last);
    return Stream.concat(extras.stream(), usual.stream()).toList();
  }

  private CallPipeline pipeline() {
    Backoff backoff =
        new Backoff(
            Live.of(new Backoff.Settings(BACKOFF.multipliedBy(2), Duration.ofSeconds(10))),
            () -> 0);
    return new PipelineBuilder(time, executor)
        .gate(statistics, ledger)
        .lookUp(cache)
        .admission(limiter)
        .flight(flights)
        .route(router(), health)
        .retry(Live.of(settings), backoff)
        .attempt(Map.of("red", red, "blue", blue, "green", green), statistics, lessons, events)
        .settle(new PriceBook(List.of(price("red"), price("blue"))), ledger)
        .finish(observers())
        .build();
  }

  /** Knows the vendor "ghost" too, which has no provider. */
  private static Router router() {
    Estimates unknown =
        new Estimates() {
          @Override
          public Optional<Money> upperCost(Candidate candidate, long input, long output) {
            return Optional.empty();
          }

          @Override
          public Optional<Duration> firstToken(Candidate candidate) {
            return Optional.empty();
          }
        };
    List<ConfiguredProvider> providers =
        Stream.of("red", "blue", "green", "ghost").map(ConfiguredProvider::of).toList();
    return new Router(Catalogue.of(providers, List.of(), Map.of()), unknown);
  }

  /** A dollar for a million tokens of input, two for as many of output. */
  private static Price price(String provider) {
    return new Price(
        provider,
        "m",
        List.of(),
        null,
        null,
        null,
        0,
        BigDecimal.ONE,
        null,
        null,
        null,
        BigDecimal.TWO,
        0,
        "2026-01-01");
  }

  /** Starts anew over what was written to disk, with nothing in memory. */
  void restart() {
    TestCaches.write(cache);
    cache = TestCaches.over(store, time);
    pipeline = pipeline();
  }

  /** Runs all that waits for a thread, until nothing does. */
  void run() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** Returns a call of a text to red's model, to be completed and started. */
  Ask ask(String text) {
    return new Ask(text);
  }

  /** Makes a call, runs what it needs, and returns it. */
  Client call(String text) {
    Client client = ask(text).start();
    run();
    return client;
  }

  /** A call that is about to be made. */
  final class Ask {
    private final Prompt.Builder prompt = Prompt.newBuilder().setModel("red/m");
    private final CallOptions.Builder options = CallOptions.newBuilder().setAgentId("ada");
    private String tenant = "acme";
    private String requestId = "";
    private boolean streamed;
    private Duration deadline = DEADLINE;

    private Ask(String text) {
      prompt.addMessages(
          ChatMessage.newBuilder()
              .setRole(Role.ROLE_USER)
              .addParts(ContentPart.newBuilder().setText(TextPart.newBuilder().setText(text))));
    }

    Ask model(String model) {
      prompt.setModel(model);
      return this;
    }

    /** Red, then blue, then green. */
    Ask ofThree() {
      options.getRoutingBuilder().addFallbackModels("blue/m").addFallbackModels("green/m");
      return this;
    }

    Ask orBlue() {
      options.getRoutingBuilder().addFallbackModels("blue/m");
      return this;
    }

    Ask agent(String agent) {
      options.setAgentId(agent);
      return this;
    }

    Ask tenant(String name) {
      tenant = name;
      return this;
    }

    Ask streamed() {
      streamed = true;
      return this;
    }

    Ask repeatable(String id) {
      requestId = id;
      return this;
    }

    Ask within(Duration time) {
      deadline = time;
      return this;
    }

    Ask cache(CachePolicy.Mode mode) {
      options.getCachePolicyBuilder().setMode(mode);
      return this;
    }

    Ask noOlderThan(Duration age) {
      options
          .getCachePolicyBuilder()
          .setMaxAge(com.google.protobuf.Duration.newBuilder().setSeconds(age.toSeconds()));
      return this;
    }

    Ask forMeAlone() {
      options.getCachePolicyBuilder().setScope(CachePolicy.Scope.SCOPE_AGENT);
      return this;
    }

    Ask schema(String json) {
      prompt.addToolsBuilder().getFunctionBuilder().setName("tool").setParametersSchemaJson(json);
      return this;
    }

    private Call accepted(CallIntake.Accepted accepted) {
      assertThat(accepted).isInstanceOf(CallIntake.Accepted.Fine.class);
      return ((CallIntake.Accepted.Fine) accepted).call();
    }

    Client start() {
      Call call =
          accepted(
              intake.accept(
                  new Identity(tenant, false, "key"),
                  "",
                  prompt.build(),
                  options.build(),
                  requestId,
                  streamed,
                  time.nanos() + deadline.toNanos()));
      Client client = new Client();
      client.running = pipeline.start(call, client::wake);
      return client;
    }

    /** Asks for vectors of texts instead. */
    RunningVectors startVectors(String... texts) {
      VectorRequest request =
          new VectorRequest(prompt.getModel(), List.of(texts), OptionalInt.empty());
      Call call =
          accepted(
              intake.acceptVectors(
                  new Identity(tenant, false, "key"),
                  "ada",
                  request,
                  options.build(),
                  time.nanos() + deadline.toNanos()));
      return pipeline.startVectors(call, request, () -> {});
    }
  }

  /** A caller with its call. */
  static final class Client {
    RunningCall running;
    int wakes;

    /** Runs whenever the caller is woken. */
    Runnable onWake = () -> {};

    private void wake() {
      wakes++;
      onWake.run();
    }

    /** Returns the pieces that came since it was last asked. */
    List<String> pieces() {
      List<String> texts = new ArrayList<>();
      ContentDelta piece = running.poll();
      while (piece != null) {
        if (piece.hasText()) {
          texts.add(piece.getText().getText());
        }
        piece = running.poll();
      }
      return texts;
    }

    Outcome.Answered answered() {
      pieces();
      assertThat(running.outcome()).isInstanceOf(Outcome.Answered.class);
      return (Outcome.Answered) running.outcome();
    }

    String text() {
      return answered().answer().completion().getMessage().getParts(0).getText().getText();
    }

    Source source() {
      return answered().source();
    }

    Failure failure() {
      return failed().failure();
    }

    Outcome.Failed failed() {
      assertThat(running.outcome()).isInstanceOf(Outcome.Failed.class);
      return (Outcome.Failed) running.outcome();
    }

    boolean ended() {
      return running.outcome() != null;
    }

    void leave() {
      running.leave(
          new Failure.Refused(
              dev.admiral.optimizer.v1.ErrorReason.ERROR_REASON_CALL_CANCELLED, "the caller left"));
    }
  }
}
