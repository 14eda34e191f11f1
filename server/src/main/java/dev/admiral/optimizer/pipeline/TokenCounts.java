package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Route;
import dev.admiral.optimizer.routing.Router;
import java.util.Map;

/**
 * Counts the tokens of prompts: by the vendor where it can, by estimate where it cannot. Blocks;
 * thread-safe.
 */
public final class TokenCounts {
  private final Router router;
  private final Map<String, Provider> providers;
  private final PromptRules promptRules = new PromptRules();

  /**
   * @param providers vendors by configured name
   */
  public TokenCounts(Router router, Map<String, Provider> providers) {
    this.router = router;
    this.providers = providers;
  }

  /** A count, or why there is none. */
  public sealed interface Counted {
    /**
     * A count.
     *
     * @param exact true if the vendor counted
     */
    record Tokens(long count, boolean exact, String provider, String model) implements Counted {}

    /** No model could be chosen, or the prompt is malformed. */
    record Failed(Failure failure) implements Counted {}
  }

  /** Counts for the first candidate of the call's model. */
  public Counted count(Call call) throws InterruptedException {
    Failure.Invalid invalid = promptRules.check(call.prompt());
    if (invalid != null) {
      return new Counted.Failed(invalid);
    }
    return switch (router.route(call.prompt(), call.routing())) {
      case Route.Failed failed -> new Counted.Failed(failed.failure());
      case Route.Candidates candidates -> count(call, candidates.list().getFirst());
    };
  }

  private Counted count(Call call, Candidate candidate) throws InterruptedException {
    Provider provider = providers.get(candidate.provider());
    if (provider != null) {
      try {
        long count =
            provider.countTokens(
                new ProviderCall(
                    call.id(),
                    candidate.model(),
                    call.prompt(),
                    false,
                    router.traits(candidate),
                    ProviderCall.UNBOUNDED));
        return new Counted.Tokens(count, true, candidate.provider(), candidate.model());
      } catch (ProviderException e) {
        // The vendor cannot count, or not now: an estimate marked as one serves better than a
        // failure.
      }
    }
    return new Counted.Tokens(
        dev.admiral.optimizer.call.Tokens.likely(call.prompt()),
        false,
        candidate.provider(),
        candidate.model());
  }
}
