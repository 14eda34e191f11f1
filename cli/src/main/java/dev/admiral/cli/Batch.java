package dev.admiral.cli;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.Amounts;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Source;
import io.grpc.Status;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Many prompts, a few at once, answered in their order; each fails by itself. */
final class Batch implements AutoCloseable {
  private final Shell shell;
  private final AdmiralClient client;
  private final int parallel;
  private final boolean json;
  private final Deque<CompletableFuture<CompleteResponse>> running = new ArrayDeque<>();
  private final Waiting waiting;
  private long failed;
  private long saved;
  private BigDecimal paid = BigDecimal.ZERO;

  Batch(Shell shell, AdmiralClient client, int parallel, boolean json) {
    this.shell = shell;
    this.client = client;
    this.parallel = parallel;
    this.json = json;
    waiting = Waiting.begin(shell, "answered");
  }

  /** Asks all and returns the exit code. */
  int run(List<CompleteRequest> requests) {
    final long start = shell.ticker().nanos();
    waiting.progress(0, requests.size());
    int asked = 0;
    for (int answered = 0; answered < requests.size(); answered++) {
      for (; asked < requests.size() && running.size() < parallel; asked++) {
        running.add(client.completeAsync(requests.get(asked)));
      }
      take(answered + 1);
      waiting.progress(answered + 1L, requests.size());
      if (shell.out().checkError()) {
        return Main.DONE;
      }
    }
    waiting.close();
    shell.dim(
        String.join(
            " \u00b7 ",
            Show.count(requests.size() - failed) + " answered",
            Show.count(failed) + " failed",
            Show.count(saved) + " saved",
            Show.dollars(paid),
            Show.time(Duration.ofNanos(shell.ticker().nanos() - start))));
    return failed == 0 ? Main.DONE : Main.FAILED;
  }

  @Override
  public void close() {
    running.forEach(call -> call.cancel(true));
    waiting.close();
  }

  private void take(int number) {
    try {
      CompleteResponse answer = running.remove().join();
      saved += answer.getServed().getSource() == Source.SOURCE_UPSTREAM ? 0 : 1;
      paid = paid.add(Amounts.decimal(answer.getCost().getChargedAmount()));
      String text = CompleteCommand.said(answer);
      print(
          json ? OutputOptions.jsonLine(answer) : shell.terminalOut() ? Text.readable(text) : text);
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof AdmiralException failure)) {
        throw e;
      }
      if (failure.code() == Status.Code.UNAVAILABLE
          && failure.reason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
        // The server is gone, and all others would say the same.
        throw failure;
      }
      failed++;
      if (json) {
        print(OutputOptions.jsonLine(error(failure)));
      }
      waiting.aside(() ->
          shell.err().println("admiral-fleet: prompt " + number + ": " + failure.getMessage()));
    }
  }

  /** Has its line too, so that line and prompt go together. */
  private static Struct error(AdmiralException failure) {
    Struct.Builder error = Struct.newBuilder();
    Map.of("reason", failure.reasonName(), "message", failure.getMessage())
        .forEach(
            (name, text) -> error.putFields(name, Value.newBuilder().setStringValue(text).build()));
    return Struct.newBuilder()
        .putFields("error", Value.newBuilder().setStructValue(error).build())
        .build();
  }

  private void print(String answer) {
    waiting.aside(() -> shell.out().println(answer));
  }
}
