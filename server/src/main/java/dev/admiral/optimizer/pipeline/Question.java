package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.VectorInput;
import dev.admiral.optimizer.provider.Provider;
import dev.admiral.optimizer.provider.ProviderCall;
import dev.admiral.optimizer.provider.ProviderException;
import dev.admiral.optimizer.provider.Reply;
import dev.admiral.optimizer.provider.ReplySink;
import dev.admiral.optimizer.provider.VectorCall;
import dev.admiral.optimizer.provider.VectorReply;
import dev.admiral.optimizer.routing.Route;
import dev.admiral.optimizer.routing.Router;
import dev.admiral.optimizer.v1.Completion;
import dev.admiral.optimizer.v1.Embedding;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a provider is asked. */
sealed interface Question {

  /** Returns what is wrong with the prompt; null if nothing is. Never blocks. */
  Failure.@Nullable Invalid check(PromptRules rules, Call call);

  /** Says which models may be asked. */
  Route route(Router router, Call call);

  /** Asks once; blocks. */
  Reply ask(Provider provider, Call call, Asked asked, ReplySink sink)
      throws ProviderException, InterruptedException;

  /**
   * What of a try is not the call's.
   *
   * @param model the vendor's name of it
   * @param patience longest wait for the first piece, if the provider's own is not shorter
   */
  record Asked(String attemptId, String model, ModelTraits traits, Duration patience) {}

  /** Asks for an answer to the call's prompt. */
  record ForCompletion() implements Question {
    @Override
    public Failure.@Nullable Invalid check(PromptRules rules, Call call) {
      return rules.check(call.prompt());
    }

    @Override
    public Route route(Router router, Call call) {
      return router.route(call.prompt(), call.routing());
    }

    @Override
    public Reply ask(Provider provider, Call call, Asked asked, ReplySink sink)
        throws ProviderException, InterruptedException {
      return provider.complete(
          new ProviderCall(
              asked.attemptId(),
              asked.model(),
              call.prompt(),
              call.streamed(),
              asked.traits(),
              asked.patience()),
          sink);
    }
  }

  /** Asks for vectors; one instance for each call, which takes them along. */
  final class ForVectors implements Question {
    private final VectorRequest request;
    private volatile List<Embedding> vectors = List.of();

    ForVectors(VectorRequest request) {
      this.request = request;
    }

    /** Its texts were checked when it was accepted, and of the prompt only the model counts. */
    @Override
    public Failure.@Nullable Invalid check(PromptRules rules, Call call) {
      return null;
    }

    @Override
    public Route route(Router router, Call call) {
      Route route =
          router.routeEmbedding(
              call.prompt().getModel(), request.input().upperTokens(), call.routing());
      // Tokens of one model mean nothing to another.
      return route instanceof Route.Candidates(var list)
              && request.input() instanceof VectorInput.Numbers
          ? new Route.Candidates(list.subList(0, 1))
          : route;
    }

    @Override
    public Reply ask(Provider provider, Call call, Asked asked, ReplySink sink)
        throws ProviderException, InterruptedException {
      VectorReply reply =
          provider.embed(
              new VectorCall(
                  asked.attemptId(),
                  asked.model(),
                  request.input(),
                  request.dimensions(),
                  request.options(),
                  asked.patience()));
      vectors = reply.embeddings();
      return new Reply(
          Completion.getDefaultInstance(), reply.usage(), reply.requestId(), reply.httpStatus());
    }

    /** Returns the vectors of the last reply, one for each text; empty if none came. */
    List<Embedding> vectors() {
      return vectors;
    }
  }
}
