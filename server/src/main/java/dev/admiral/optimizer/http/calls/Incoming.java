package dev.admiral.optimizer.http.calls;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.admiral.optimizer.call.Call;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.front.CallFaults;
import dev.admiral.optimizer.front.Interruptible;
import dev.admiral.optimizer.front.Sender;
import dev.admiral.optimizer.http.exchange.Exchange;
import dev.admiral.optimizer.http.exchange.Reply;
import dev.admiral.optimizer.pipeline.CallIntake.Accepted;
import dev.admiral.optimizer.pipeline.TokenCounts.Counted;
import dev.admiral.optimizer.pipeline.VectorRequest;
import dev.admiral.optimizer.v1.CallOptions;
import dev.admiral.optimizer.v1.Prompt;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * A request that was read.
 *
 * @param calls what brought it
 * @param api in whose words it is answered
 * @param exchange how it is replied to
 * @param sender who sends it
 * @param options what its headers wish
 * @param requestId the client's idempotency key; empty if none
 * @param deadlineNanos when the client stops waiting
 * @param body the body; empty for a request without one
 */
public record Incoming(
    HttpCalls calls,
    Api api,
    Exchange exchange,
    Sender sender,
    CallOptions options,
    String requestId,
    long deadlineNanos,
    ObjectNode body) {

  /** Returns the first value of a header; null if there is none. */
  public @Nullable String header(String name) {
    return exchange.header(name);
  }

  /** Checks a prompt that nobody is to answer. */
  public Accepted accept(Prompt prompt) {
    return calls.accept(this, prompt);
  }

  /** Counts the tokens of a call's prompt. Blocks. */
  public Counted countTokens(Call call) throws InterruptedException {
    return calls.countTokens(call);
  }

  /**
   * Starts a call for vectors, and replies when it has ended.
   *
   * @throws CallException with what is wrong with the call
   */
  public void embed(VectorRequest request, VectorFormat format) throws CallException {
    calls.embed(this, request, format);
  }

  /** Makes a reply. */
  @FunctionalInterface
  public interface Work {
    Reply reply() throws CallException, InterruptedException;
  }

  /**
   * Replies from another thread; for work that blocks. The client's leaving interrupts it.
   *
   * @param id what the client is told to ask about
   */
  public void reply(String id, Executor virtualThreads, Work work) {
    Interruptible task =
        new Interruptible(() -> {
          try {
            exchange.reply(work.reply().with(ServedHeaders.requestId(id)));
          } catch (CallException | InterruptedException | RuntimeException e) {
            fail(id, CallFaults.of(e));
          }
        });
    virtualThreads.execute(task);
    exchange.onGone(task::interrupt);
  }

  private void fail(String id, Failure failure) {
    HttpFailure told = new HttpFailure(failure, id);
    exchange.reply(HttpCalls.withHeaders(api.error(told), told, Map.of()));
  }
}
