package dev.admiral.optimizer.routing;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Which models work now, and how quickly they begin to answer. One circuit breaker per model of a
 * provider, all tenants together.
 *
 * <p>While a model works, every call may try it. When too many of its latest tries failed for
 * reasons of its own ({@link Failure#unhealthy()}; a limit reached or a call rejected is no ill
 * health) its circuit opens: no call is sent for a while. Then it is half open, and one call at a
 * time may try the model: a success closes the circuit, a failure opens it for longer, up to a
 * bound. A try that began before the circuit opened says nothing any more.
 *
 * <p>Other settings hold from a model's next try on. One that works is judged anew if the rules of
 * judging changed; one whose circuit is open stays so until it is back.
 *
 * <p>At most {@code maxModels} are remembered; beyond that the least used are forgotten and count
 * as working. Safe for concurrent use; nothing waits.
 */
public final class ModelHealth {
  private final Live<Settings> settings;
  private final Time time;
  private final Listener listener;
  private final Cache<Name, WatchedModel> models;

  /**
   * When a model's circuit opens, and for how long.
   *
   * @param latestTries number of latest tries judged, 1 to 10,000
   * @param leastTries tries there must have been before a model is judged, 1 to {@code latestTries}
   * @param failedPercent part of the judged tries that failed at which the circuit opens, 1 to 100
   * @param openDuration how long it is open at first, 1 ms and up
   * @param maxOpenDuration how long at most: the time doubles with each try of a half open one that
   *     fails
   * @param maxModels most models remembered, 1 and up
   */
  public record Settings(
      int latestTries,
      int leastTries,
      int failedPercent,
      Duration openDuration,
      Duration maxOpenDuration,
      int maxModels) {

    /**
     * Half of the latest 20 tries, judged from the fifth; 10 seconds, up to 5 minutes; 1,000
     * models.
     */
    public static final Settings DEFAULT =
        new Settings(20, 5, 50, Duration.ofSeconds(10), Duration.ofMinutes(5), 1_000);

    /**
     * @throws IllegalArgumentException if a value is out of its range; the message names it
     */
    public Settings {
      check(
          latestTries >= 1 && latestTries <= 10_000, "latestTries must be 1 to 10000", latestTries);
      check(
          leastTries >= 1 && leastTries <= latestTries,
          "leastTries must be 1 to latestTries",
          leastTries);
      check(
          failedPercent >= 1 && failedPercent <= 100,
          "failedPercent must be 1 to 100",
          failedPercent);
      check(openDuration.toMillis() >= 1, "openDuration must be at least 1 ms", openDuration);
      check(
          maxOpenDuration.compareTo(openDuration) >= 0,
          "maxOpenDuration must not be below openDuration",
          maxOpenDuration);
      check(maxModels >= 1, "maxModels must be at least 1", maxModels);
    }

    private static void check(boolean holds, String law, Object value) {
      if (!holds) {
        throw new IllegalArgumentException(law + ", not " + value);
      }
    }
  }

  /** Whether a model is asked. */
  public enum State {
    /** It works: every call may try it. */
    CLOSED,
    /** No call is sent. */
    OPEN,
    /** One call at a time may try it, to see whether it works again. */
    HALF_OPEN
  }

  /** Is told of every change, by the thread whose call caused it; must not block. */
  @FunctionalInterface
  public interface Listener {
    /** A model changed its state. */
    void changed(String provider, String model, State state);
  }

  /**
   * A model as it is now.
   *
   * @param provider its provider
   * @param model the provider's own name of it
   * @param state whether it is asked
   * @param since when it came into this state
   * @param failedPercent part of the judged tries that failed, 0 to 100; 0 while there are too few
   *     tries to judge
   * @param tries latest tries looked at
   * @param failedTries those of them that failed
   * @param openFor how long no call is sent; null unless it is open
   * @param firstToken usual time to the first piece of its answers; null if none was measured
   */
  public record ModelState(
      String provider,
      String model,
      State state,
      Instant since,
      int failedPercent,
      int tries,
      int failedTries,
      @Nullable Duration openFor,
      @Nullable Duration firstToken) {}

  record Name(String provider, String model) {}

  /**
   * @param settings when a circuit opens; {@code maxModels} is as it was at first
   * @param time the time it goes by
   * @param listener is told of changes
   */
  public ModelHealth(Live<Settings> settings, Time time, Listener listener) {
    this.settings = settings;
    this.time = time;
    this.listener = listener;
    this.models =
        Caffeine.newBuilder()
            .maximumSize(settings.get().maxModels())
            .executor(Runnable::run)
            .build();
  }

  /** Returns a try of a model, which the caller must end; empty if its circuit is open. */
  public Optional<Try> tryAcquire(Candidate candidate) {
    WatchedModel model =
        models.get(
            new Name(candidate.provider(), candidate.model()),
            name -> new WatchedModel(name, settings, time, listener));
    return model.tryAcquire() ? Optional.of(new Try(model)) : Optional.empty();
  }

  /** Returns true unless the model's circuit is open now. Asking changes nothing. */
  public boolean available(String provider, String model) {
    WatchedModel watched = models.getIfPresent(new Name(provider, model));
    return watched == null || watched.state() != State.OPEN;
  }

  /**
   * Returns how long the model's circuit is still open; empty if it is not, zero if the next call
   * may try it.
   */
  public Optional<Duration> openFor(Candidate candidate) {
    WatchedModel watched = models.getIfPresent(new Name(candidate.provider(), candidate.model()));
    return watched == null ? Optional.empty() : watched.openFor();
  }

  /**
   * Returns the usual time to the first piece of a model's streamed answers; empty if none was
   * measured.
   */
  public Optional<Duration> firstToken(Candidate candidate) {
    WatchedModel watched = models.getIfPresent(new Name(candidate.provider(), candidate.model()));
    return watched == null ? Optional.empty() : Optional.ofNullable(watched.firstToken());
  }

  /** Returns a model as it is now; empty if it was never tried, or was forgotten. */
  public Optional<ModelState> find(String provider, String model) {
    return Optional.ofNullable(models.getIfPresent(new Name(provider, model)))
        .map(WatchedModel::snapshot);
  }

  /** Returns every model tried so far, in order of name. */
  public List<ModelState> snapshot() {
    return models.asMap().values().stream()
        .map(WatchedModel::snapshot)
        .sorted(Comparator.comparing(ModelState::provider).thenComparing(ModelState::model))
        .toList();
  }

  /**
   * A try of a model. It ends with the first call of any method; later ones do nothing. Safe for
   * concurrent use.
   */
  public static final class Try {
    private final WatchedModel model;
    private final int period;
    private final AtomicBoolean ended = new AtomicBoolean();

    private Try(WatchedModel model) {
      this.model = model;
      this.period = model.period();
    }

    /**
     * The model answered.
     *
     * @param firstToken time to the first piece; null if the answer was not streamed
     * @param total time to the last piece
     */
    public void succeeded(@Nullable Duration firstToken, Duration total) {
      if (ended.compareAndSet(false, true)) {
        model.succeeded(period, firstToken, total);
      }
    }

    /**
     * The model did not answer.
     *
     * @param failure why; it counts only if {@link Failure#unhealthy()}
     * @param total time until it failed
     */
    public void failed(Failure failure, Duration total) {
      if (!failure.unhealthy()) {
        ignored();
      } else if (ended.compareAndSet(false, true)) {
        model.failed(period, total);
      }
    }

    /** The try says nothing of the model: it was not made, or its caller left. */
    public void ignored() {
      if (ended.compareAndSet(false, true)) {
        model.ignored(period);
      }
    }
  }
}
