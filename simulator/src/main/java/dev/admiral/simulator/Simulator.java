package dev.admiral.simulator;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * A fake of OpenAI, Anthropic and of providers that speak like OpenAI, on one port of this machine.
 *
 * <p><b>Paths.</b> {@code /v1/chat/completions}, {@code /v1/embeddings} and {@code /v1/models} are
 * OpenAI; {@code /v1/messages} and {@code /v1/messages/count_tokens} are Anthropic. Under a prefix,
 * such as {@code /groq/v1/chat/completions}, the first segment names the provider; {@code groq},
 * {@code mistral}, {@code deepseek}, {@code cerebras} and {@code openrouter} have the habits of
 * theirs, any other name speaks like OpenAI.
 *
 * <p><b>Answers</b> are a function of the seed and of what the request means: its unary and its
 * streamed form, and two spellings of it, have the same text and the same usage. A larger limit of
 * tokens continues the same text. Token counts follow a rule (four UTF-16 units of prompt are one
 * token; each word, or four units of JSON, of an answer is one), and so does caching: a prompt of
 * 1,024 tokens or more that holds an earlier turn of the assistant counts as cached up to there
 * (OpenAI; Anthropic up to the last {@code cache_control}).
 *
 * <p><b>Tools</b> are called when {@code tool_choice} demands it, or when the last user message
 * mentions them, that is, contains a tool's name or one of its words of four letters or more
 * ({@code get_weather} is called by "what is the weather?"). All that are mentioned are called at
 * once, unless parallel calls are declined. <b>Schemas</b> asked for are satisfied.
 *
 * <p><b>Options</b> steer one call. They stand in the header {@code x-sim} or in the last user
 * message as {@code [[sim: …]]}, separated by semicolons; or each in a header of its own, such as
 * {@code x-sim-tokens}. {@code tokens=40} (length of the visible answer), {@code reasoning=100},
 * {@code tools=2} (that many calls), {@code cached=2048}, {@code cache-write=100}, {@code
 * cache-write-1h=100} (how the prompt is billed), {@code refuse}, {@code filter}, {@code echo} (the
 * answer is the message), {@code fault=…} (see {@link #fault}).
 *
 * <p><b>Control</b> over HTTP: {@code GET /sim/invoice} (totals), {@code GET /sim/invoice.ndjson}
 * (lines, by {@code offset}, {@code limit} and {@code of=refused}), {@code GET /sim/stats}, {@code
 * GET} and {@code POST /sim/faults}, {@code POST /sim/reset}.
 *
 * <p>Safe for use by many threads.
 */
public final class Simulator implements AutoCloseable {
  private static final int MOST_THREADS = 16;
  private static final int BACKLOG = 8192;
  private static final int INPUT_BUFFER = 4096;
  private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(30);

  private final Engine engine;
  private final Wheel wheel;
  private final Server server;
  private final URI uri;

  private Simulator(Builder builder) throws IOException {
    wheel = new Wheel(builder.nanoTime);
    engine = new Engine(builder, wheel);
    QueuedThreadPool threads = new QueuedThreadPool(MOST_THREADS);
    threads.setName("simulator");
    threads.setDaemon(true);
    server = new Server(threads);
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(16 * 1024);
    HttpConnectionFactory factory = new HttpConnectionFactory(http);
    factory.setInputBufferSize(INPUT_BUFFER);
    ServerConnector connector = new ServerConnector(server, 1, builder.selectors, factory);
    connector.setHost(builder.host);
    connector.setPort(builder.port);
    connector.setAcceptQueueSize(BACKLOG);
    connector.setReuseAddress(true);
    connector.setIdleTimeout(IDLE_TIMEOUT.toMillis());
    connector.addBean(
        new Connection.Listener() {
          @Override
          public void onOpened(Connection connection) {
            engine.openConnections.increment();
          }

          @Override
          public void onClosed(Connection connection) {
            engine.openConnections.decrement();
          }
        });
    server.addConnector(connector);
    server.setHandler(new Front(engine));
    server.setStopTimeout(0);
    start();
    uri = URI.create("http://" + builder.host + ":" + connector.getLocalPort());
  }

  private void start() throws IOException {
    try {
      server.start();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("The simulator's HTTP server did not start.", e);
    }
    wheel.start();
  }

  /** Returns a builder with every default. */
  public static Builder builder() {
    return new Builder();
  }

  /** Returns the address, without a path: {@code http://127.0.0.1:41234}. */
  public URI uri() {
    return uri;
  }

  /** Returns the base address of a provider, as its SDK wants it: {@code …/groq/v1}. */
  public URI uri(String provider) {
    String version = Dialect.of(provider) == Dialect.ANTHROPIC ? "" : "/v1";
    return URI.create(uri + "/" + provider + version);
  }

  /**
   * Returns a copy of the invoice. A call whose answer was read to its end is on it; a call that
   * broke is on it once the simulator noticed, see {@link #awaitIdle}.
   */
  public Invoice invoice() {
    return engine.book.snapshot();
  }

  /** Returns counts of this moment. */
  public SimulatorStats stats() {
    return engine.stats();
  }

  /**
   * Waits until no accepted call is open.
   *
   * @return whether that happened in time
   */
  public boolean awaitIdle(Duration atMost) throws InterruptedException {
    return engine.awaitIdle(atMost);
  }

  /**
   * Injects a fault into a share of the calls from now on. Faults are separated by commas: {@code
   * status=500} (or {@code status=503/2s}, with a {@code retry-after}), {@code overloaded} (529, at
   * OpenAI 503), {@code 429=requests}, {@code 429=tokens/3s}, {@code 429=quota}, {@code
   * 429=too-large}, {@code 429=slow-down}, {@code html} (a proxy's page with a 502; {@code
   * html=200} with another status), {@code slow-first-token=2s}, {@code stall-after=5} (for ever;
   * {@code stall-after=5/2s} for two seconds), {@code cut-after=5}, {@code malformed-after=3},
   * {@code error-after=3} (an error inside the 200), {@code reset} (before any byte; {@code
   * reset=3} after three frames). With {@code times=1} only the first call of each content meets
   * it. Numbers count frames of content; a whole answer breaks in its middle. At most one fault
   * that breaks the answer applies, the last. Durations are not scaled.
   *
   * <p>The faults added first draw first, and at most one of them meets a call.
   *
   * @param model the model's name, or {@code *} for all
   * @param rate the share of calls, from 0 to 1
   * @throws IllegalArgumentException if the fault cannot be read
   */
  public void fault(String model, double rate, String fault) {
    engine.faults.add(FaultPlan.Rule.of(model, rate, fault));
  }

  /** Injects no faults any more but those that callers ask for. */
  public void clearFaults() {
    engine.faults.clear();
  }

  /** Holds back the answers of a model ({@code *} for all), from before their first byte. */
  public Hold hold(String model) {
    return hold(model, 0);
  }

  /**
   * Holds back the answers of a model ({@code *} for all) after some frames of a stream; a whole
   * answer is held only by 0. Only calls accepted later are held.
   */
  public Hold hold(String model, int afterFrames) {
    return engine.hold(model, afterFrames);
  }

  /** Forgets the invoice, the counts and what was used of rate limits. Open calls stay open. */
  public void reset() {
    engine.reset();
  }

  /** Closes every connection and frees the port. */
  @Override
  public void close() {
    engine.releaseHolds();
    wheel.close();
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The simulator's HTTP server did not stop.", e);
    }
  }

  /** Settings of a simulator. Not safe for use by many threads. */
  public static final class Builder {
    private String host = "127.0.0.1";
    private int port;
    private int selectors = 1;
    long seed = 1;
    double timeScale = 1;
    InstantSource clock = InstantSource.system();
    private LongSupplier nanoTime = System::nanoTime;
    CallListener listener = new CallListener() {};
    final List<String> keys = new ArrayList<>();
    final List<FaultPlan.Rule> faults = new ArrayList<>();
    int invoiceLines = 500_000;
    int maxBodyBytes = 32 * 1024 * 1024;
    Duration stallLimit = Duration.ofMinutes(5);
    private final Map<Invoice.ModelKey, ModelProfile> models = new LinkedHashMap<>();
    private @Nullable ModelProfile unknown;

    private Builder() {
      Catalog.defaults().forEach(this::model);
    }

    /** Listens on this address; 127.0.0.1 by default. */
    public Builder host(String newHost) {
      host = newHost;
      return this;
    }

    /** Listens on this port; 0, the default, picks a free one. */
    public Builder port(int newPort) {
      port = newPort;
      return this;
    }

    /** Seeds answers, latencies and faults; 1 by default. */
    public Builder seed(long newSeed) {
      seed = newSeed;
      return this;
    }

    /** Multiplies every latency of the models; 1 by default, 0 answers at once. */
    public Builder timeScale(double newTimeScale) {
      if (!(newTimeScale >= 0)) {
        throw new IllegalArgumentException(
            "The time scale must be at least 0, but is " + newTimeScale + '.');
      }
      timeScale = newTimeScale;
      return this;
    }

    /** Uses this clock for rate limits and for times on the invoice; the system's by default. */
    public Builder clock(InstantSource newClock) {
      clock = newClock;
      return this;
    }

    /** Paces answers by this clock of nanoseconds, which a test may turn by hand. */
    Builder nanoTime(LongSupplier newNanoTime) {
      nanoTime = newNanoTime;
      return this;
    }

    /** Tells this listener of every call. */
    public Builder listener(CallListener newListener) {
      listener = newListener;
      return this;
    }

    /** Accepts only these API keys; by default any, and none. */
    public Builder keys(String... newKeys) {
      keys.addAll(List.of(newKeys));
      return this;
    }

    /** Offers a model, in place of one of the same provider and name. */
    public Builder model(ModelProfile profile) {
      models.put(new Invoice.ModelKey(profile.provider(), profile.name()), profile);
      return this;
    }

    /** Changes every model offered so far, the built-in ones included. */
    public Builder models(UnaryOperator<ModelProfile> change) {
      models.replaceAll((key, profile) -> change.apply(profile));
      return this;
    }

    /**
     * Answers for unknown models too, like this one under the name asked for; by default they are
     * refused as unknown. Without prices in the profile their calls have no cost.
     */
    public Builder unknownModels(ModelProfile like) {
      unknown = like;
      return this;
    }

    /** Injects a fault from the start, see {@link Simulator#fault}. */
    public Builder fault(String model, double rate, String fault) {
      faults.add(FaultPlan.Rule.of(model, rate, fault));
      return this;
    }

    /** Keeps at most so many lines of invoice; 500,000 by default. Totals include the others. */
    public Builder invoiceLines(int most) {
      invoiceLines = most;
      return this;
    }

    /** Refuses larger bodies with a 413; 32 MiB by default. */
    public Builder maxBodyBytes(int most) {
      maxBodyBytes = most;
      return this;
    }

    /** Closes a stalled answer after this time; five minutes by default. */
    public Builder stallLimit(Duration limit) {
      stallLimit = limit;
      return this;
    }

    /** Uses so many threads for input and output; 1 by default, for some 10,000 connections. */
    public Builder selectors(int count) {
      selectors = count;
      return this;
    }

    /**
     * Starts the simulator.
     *
     * @throws IOException if the port is not to be had
     */
    public Simulator start() throws IOException {
      return new Simulator(this);
    }

    Catalog catalog() {
      return new Catalog(models.values(), Optional.ofNullable(unknown));
    }
  }
}
