package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.GetReportRequest;
import dev.admiral.optimizer.v1.GetReportResponse;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.simulator.InvoiceLine;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * A large mixed load with faults: the ledger against what the vendor bills. Calls whose usage was
 * reported must agree to the pico-dollar; broken ones must be there one to one, marked estimated.
 */
class LedgerAgainstInvoiceTest {
  /** Each kind of fault meets some two hundred of them; a longer run is a property away. */
  private static final int CALLS = Integer.getInteger("admiral.invoice.calls", 30_000);

  private static final int AT_ONCE = 64;
  private static final List<String> MODELS =
      List.of("gpt-5.4-mini", "gpt-4o", "claude-haiku-4-5", "claude-sonnet-4-6");

  @Test
  void mixedLoadWithFaults_agreesToThePicoDollar() throws Exception {
    try (Harness harness = Harness.start()) {
      // A fault each for about one call in twenty; retries meet new draws.
      for (String fault :
          List.of(
              "status=500",
              "429=requests/0s",
              "reset",
              "cut-after=3",
              "malformed-after=2",
              "error-after=2",
              "html")) {
        harness.simulator().fault("*", 0.05 / 7, fault);
      }

      AtomicLong failed = new AtomicLong();
      load(harness.client().withRetry(RetryPolicy.NONE), failed);
      assertThat(harness.simulator().awaitIdle(Duration.ofSeconds(30))).isTrue();

      List<InvoiceLine> lines = harness.simulator().invoice().lines();
      Map<String, LedgerEntry> entries =
          harness
              .client()
              .ledger()
              .entries()
              .collect(Collectors.toMap(LedgerEntry::getEntryId, Function.identity()));
      assertThat(failed.get()).isPositive();
      assertThat(lines).hasSameSizeAs(entries.values());
      long exact = 0;
      long estimated = 0;
      for (InvoiceLine line : lines) {
        LedgerEntry entry = entries.get(line.clientRequestId().orElseThrow());
        assertThat(entry).as("entry of %s", line).isNotNull();
        assertThat(entry.getUsage().getEstimated()).as("%s", line).isEqualTo(!line.usageReported());
        if (line.usageReported()) {
          assertThat(Picos.of(entry.getCost().getListAmount()))
              .as("%s", line)
              .isEqualTo(line.costPicos().orElseThrow());
          exact += Picos.of(entry.getCost().getListAmount());
        } else {
          estimated++;
        }
      }
      GetReportResponse report =
          harness.client().ledger().report(GetReportRequest.getDefaultInstance());
      assertThat(Picos.of(report.getTotal().getExactAmount())).isEqualTo(exact);
      assertThat(exact).isEqualTo(harness.simulator().invoice().total().reportedCostPicos());
      assertThat(report.getTotal().getEstimatedCallCount()).isEqualTo(estimated).isPositive();
      assertThat(report.getTotal().getSavedCallCount()).isPositive();
    }
  }

  private static void load(AdmiralClient client, AtomicLong failed) throws InterruptedException {
    Random random = new Random(11);
    Semaphore room = new Semaphore(AT_ONCE);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLS; i++) {
        // One call in five repeats one of a few hundred prompts.
        String text = random.nextInt(5) == 0 ? "common " + random.nextInt(300) : "call " + i;
        Prompt prompt =
            Prompts.of(
                MODELS.get(random.nextInt(MODELS.size())),
                text + " [[sim: tokens=" + (4 + random.nextInt(8)) + "]]");
        boolean streamed = random.nextBoolean();
        room.acquire();
        threads.execute(() -> {
          try {
            call(client, prompt, streamed);
          } catch (AdmiralException e) {
            failed.incrementAndGet();
          } finally {
            room.release();
          }
        });
      }
    }
  }

  private static void call(AdmiralClient client, Prompt prompt, boolean streamed) {
    if (streamed) {
      try (CompletionStream stream = client.stream(prompt)) {
        stream.finish();
      }
    } else {
      client.complete(prompt);
    }
  }
}
