package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Picos;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.simulator.InvoiceLine;
import dev.admiral.simulator.Simulator;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server's process is killed in the middle of a load and started again on the same data. */
class KilledServerTest {
  private static final int CALLERS = 32;
  private static final int CALLS_BEFORE_KILL = 2_000;

  @TempDir Path folder;

  @Test
  void killedInMidLoad_losesNoPaidEntryAndDoublesNone() throws Exception {
    try (Simulator simulator = Simulator.builder().timeScale(0).start()) {
      Set<String> paid = ConcurrentHashMap.newKeySet();
      try (ServerProcess first = ServerProcess.start(folder, simulator);
          AdmiralClient client = first.client(RetryPolicy.NONE)) {
        loadUntil(client, paid, first::kill);
      }

      try (ServerProcess second = ServerProcess.start(folder, simulator);
          AdmiralClient client = second.client(RetryPolicy.NONE)) {
        assertThat(simulator.awaitIdle(Duration.ofSeconds(30))).isTrue();
        List<LedgerEntry> entries = client.ledger().entries().toList();
        Map<String, InvoiceLine> billed =
            simulator.invoice().lines().stream()
                .collect(
                    Collectors.toMap(
                        line -> line.clientRequestId().orElseThrow(), Function.identity()));
        assertThat(entries)
            .extracting(LedgerEntry::getEntryId)
            .doesNotHaveDuplicates()
            .containsAll(paid);
        assertThat(billed.keySet())
            .containsAll(entries.stream().map(LedgerEntry::getEntryId).toList());
        // What was lost at most: the calls that were upstream at that moment, whose callers saw no
        // end.
        assertThat(billed.size() - entries.size()).isLessThanOrEqualTo(CALLERS);
        for (LedgerEntry entry : entries) {
          InvoiceLine line = billed.get(entry.getEntryId());
          if (line.usageReported()) {
            assertThat(Picos.of(entry.getCost().getListAmount()))
                .as("%s", line)
                .isEqualTo(line.costPicos().orElseThrow());
          }
        }
        assertThat(
                Picos.of(
                    client.complete(Prompts.of("gpt-4o", "after")).getCost().getChargedAmount()))
            .isPositive();
      }
    }
  }

  private static void loadUntil(AdmiralClient client, Set<String> paid, Runnable kill)
      throws InterruptedException {
    AtomicInteger calls = new AtomicInteger();
    AtomicBoolean killed = new AtomicBoolean();
    Queue<AdmiralException> failedBefore = new ConcurrentLinkedQueue<>();
    CountDownLatch enough = new CountDownLatch(CALLS_BEFORE_KILL);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLERS; i++) {
        boolean streamed = i % 2 == 0;
        threads.execute(() -> {
          while (!killed.get()) {
            try {
              paid.add(
                  call(client, Prompts.of("gpt-4o", "call " + calls.incrementAndGet()), streamed));
              enough.countDown();
            } catch (AdmiralException e) {
              if (enough.getCount() > 0) {
                failedBefore.add(e);
              }
              return;
            }
          }
        });
      }
      boolean loaded = enough.await(2, TimeUnit.MINUTES);
      kill.run();
      killed.set(true);
      assertThat(failedBefore).isEmpty();
      assertThat(loaded).isTrue();
    }
  }

  private static String call(AdmiralClient client, Prompt prompt, boolean streamed) {
    if (!streamed) {
      return client.complete(prompt).getLedgerEntryId();
    }
    try (CompletionStream stream = client.stream(prompt)) {
      return stream.finish().getLedgerEntryId();
    }
  }
}
