package dev.admiral.optimizer.journal;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * The latest finished calls of each tenant. A tenant's calls take a ring of {@code kept} places; a
 * hit takes about 400 bytes of memory there and a call that went upstream about 1 KB, so 10,000 of
 * them take 4 to 10 MB. Nothing outlives the process.
 *
 * <p>Tenants come from the configuration, so their number is bounded. Thread-safe; see {@link
 * LatestCalls} for how.
 */
public final class CallJournal implements CallObserver {
  /** Most tries kept of one call, the first ones. */
  public static final int MOST_ATTEMPTS = 16;

  private final Live<Settings> settings;
  private final ConcurrentMap<String, Tenant> tenants = new ConcurrentHashMap<>();

  /**
   * Bounds, for each tenant.
   *
   * @param kept latest calls kept, 1 to 1,000,000
   * @param content true to keep prompts and answers too
   * @param contentBytes most bytes of prompts and answers kept, as they are sent, 1 and up
   */
  public record Settings(int kept, boolean content, long contentBytes) {
    private static final int MOST_KEPT = 1_000_000;

    /** 10,000 calls without their content. */
    public static final Settings DEFAULT = new Settings(10_000, false, 64 << 20);

    /**
     * @throws IllegalArgumentException if a bound is out of its range; the message names it
     */
    public Settings {
      if (kept < 1 || kept > MOST_KEPT) {
        throw new IllegalArgumentException("kept must be 1 to " + MOST_KEPT + ", not " + kept);
      }
      if (contentBytes < 1) {
        throw new IllegalArgumentException("contentBytes must be at least 1, not " + contentBytes);
      }
    }
  }

  private record Tenant(LatestCalls calls, ContentShelf content) {}

  /**
   * Assembles; nothing is kept yet.
   *
   * @param settings the bounds, which stay as they are; whether content is kept may change, for
   *     calls that end later
   */
  public CallJournal(Live<Settings> settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "journal";
  }

  /** Notes a call that ended. */
  @Override
  public void finished(FinishedCall finished) {
    Call call = finished.call();
    Outcome outcome = finished.outcome();
    Tenant tenant = ofTenant(call.caller().tenant());
    tenant.calls.put(kept(tenant.calls.next(), call, outcome, finished.total().toNanos()));
    if (settings.get().content()) {
      tenant.content.put(
          call.id(),
          new Content(
              call.prompt(),
              outcome instanceof Outcome.Answered answered
                  ? answered.answer().completion()
                  : null));
    }
  }

  /**
   * Returns calls of a tenant, newest first.
   *
   * @param agent only this agent's; empty for all
   * @param failedOnly only those that failed
   * @param before only calls with a lower {@link KeptCall#number()}; {@link Long#MAX_VALUE} for all
   * @param limit most calls to return, 1 and up
   */
  public List<KeptCall> list(
      String tenant, String agent, boolean failedOnly, long before, int limit) {
    return ofTenant(tenant)
        .calls
        .list(
            call ->
                (agent.isEmpty() || agent.equals(call.agent())) && (!failedOnly || call.failed()),
            before,
            limit);
  }

  /** Returns a call of a tenant; empty if it is not among those kept. */
  public Optional<KeptCall> find(String tenant, String callId) {
    return ofTenant(tenant).calls.find(callId);
  }

  /**
   * Returns what was said in a call of a tenant; empty if it is not kept. To be shown to operators
   * alone.
   */
  public Optional<Content> content(String tenant, String callId) {
    return ofTenant(tenant).content.find(callId);
  }

  /** Returns the bounds. */
  public Settings settings() {
    return settings.get();
  }

  private Tenant ofTenant(String name) {
    Tenant tenant = tenants.get(name);
    return tenant != null
        ? tenant
        : tenants.computeIfAbsent(
            name,
            n -> {
              Settings bounds = settings.get();
              return new Tenant(
                  new LatestCalls(bounds.kept()),
                  new ContentShelf(bounds.kept(), bounds.contentBytes()));
            });
  }

  private static KeptCall kept(long number, Call call, Outcome outcome, long totalNanos) {
    CallKey key = call.shareable() ? call.key() : null;
    return switch (outcome) {
      case Outcome.Answered answered -> {
        Answer answer = answered.answer();
        yield new KeptCall(
            number,
            call.id(),
            call.caller().agent(),
            call.taskType(),
            call.prompt().getModel(),
            answer.provider(),
            answer.model(),
            call.streamed(),
            call.arrival(),
            call.arrivalNanos(),
            totalNanos,
            ErrorReason.ERROR_REASON_UNSPECIFIED,
            answered.source(),
            key,
            answered.timing(),
            bounded(answered.attempts()),
            answer.usage(),
            answer.cost(),
            answered.ledgerEntryId(),
            answered.steps());
      }
      case Outcome.Failed failed ->
          new KeptCall(
              number,
              call.id(),
              call.caller().agent(),
              call.taskType(),
              call.prompt().getModel(),
              "",
              "",
              call.streamed(),
              call.arrival(),
              call.arrivalNanos(),
              totalNanos,
              failed.failure().reason(),
              Source.SOURCE_UNSPECIFIED,
              key,
              null,
              bounded(failed.attempts()),
              null,
              null,
              "",
              failed.steps());
    };
  }

  private static List<Attempt> bounded(List<Attempt> attempts) {
    return attempts.size() <= MOST_ATTEMPTS
        ? attempts
        : List.copyOf(attempts.subList(0, MOST_ATTEMPTS));
  }
}
