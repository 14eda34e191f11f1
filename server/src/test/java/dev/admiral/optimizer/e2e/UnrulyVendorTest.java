package dev.admiral.optimizer.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.AdmiralException;
import dev.admiral.optimizer.client.CompletionStream;
import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.LedgerEntry;
import dev.admiral.optimizer.v1.Prompt;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two tenants over a vendor whose connections carry surplus answers, cut ones, false lengths and
 * early ends: nobody reads another's bytes, and the ledger knows exactly what the vendor took.
 */
class UnrulyVendorTest {
  /** Each way to be unruly meets some hundred; {@code -Dadmiral.unruly.calls=1000000} for more. */
  private static final int CALLS = Integer.getInteger("admiral.unruly.calls", 4_000);

  private static final int AT_ONCE = 48;
  private static final List<String> TENANTS = List.of("reds", "blues");

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void answers_areTheCallersOwn_andTheLedgerHasWhatWasTaken(boolean talkative) throws Exception {
    LongAdder answered = new LongAdder();
    Queue<String> foreign = new ConcurrentLinkedQueue<>();
    Map<String, String> entered = new HashMap<>();
    try (UnrulyVendor vendor = UnrulyVendor.start(talkative);
        Harness harness = Harness.start(config(vendor))) {
      try (AdmiralClient reds = harness.client("reds-key");
          AdmiralClient blues = harness.client("blues-key")) {
        // With its first answer a talkative vendor is caught; what no check can see comes after it.
        reds.complete(Prompts.of("unruly/m", "reds first"));
        load(List.of(reds, blues), answered, foreign);
        reds.ledger().entries().forEach(entry -> enter(entry, "reds", entered));
        blues.ledger().entries().forEach(entry -> enter(entry, "blues", entered));
      }

      assertThat(foreign).as("answers that are not their caller's").isEmpty();
      assertThat(answered.sum()).isGreaterThan(CALLS * 8L / 10);
      if (!talkative) {
        assertThat(vendor.connections()).as("connections are used again").isLessThan(CALLS / 3);
      }
      assertThat(entered).containsKeys(vendor.taken().keySet().toArray(String[]::new));
      assertThat(entered.size() - vendor.taken().size())
          .as("entries of what was not taken")
          .isLessThanOrEqualTo(vendor.heldUp());
      vendor
          .taken()
          .forEach((attempt, text) -> assertThat(text).startsWith(entered.get(attempt) + " "));
    }
  }

  private static String config(UnrulyVendor vendor) {
    return """
      - {name: unruly, dialect: openai, base_url: '%s', api_key: k, requests_per_minute: 0}
    circuit_breaker: {window_size: 10000, minimum_calls: 10000, failure_rate_percent: 100}
    retry: {initial_backoff: 1ms}
    keys:
      - {label: reds, tenant: reds, key: reds-key, operator: true}
      - {label: blues, tenant: blues, key: blues-key, operator: true}
    """
        .formatted(vendor.address());
  }

  private static void enter(LedgerEntry entry, String tenant, Map<String, String> tenants) {
    assertThat(tenants.put(entry.getEntryId(), tenant)).as("%s", entry).isNull();
  }

  private static void load(List<AdmiralClient> tenants, LongAdder answered, Queue<String> foreign)
      throws InterruptedException {
    Semaphore room = new Semaphore(AT_ONCE);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CALLS; i++) {
        String text = TENANTS.get(i % 2) + " " + i;
        AdmiralClient tenant = tenants.get(i % 2);
        boolean streamed = i % 3 == 0;
        room.acquire();
        threads.execute(() -> {
          try {
            String answer = answer(tenant, Prompts.of("unruly/m", text), streamed);
            answered.increment();
            if (!answer.equals(text)) {
              foreign.add(text + " was answered: " + answer);
            }
          } catch (AdmiralException e) {
            // One of the broken answers; what it had said before was looked at.
          } finally {
            room.release();
          }
        });
      }
    }
  }

  private static String answer(AdmiralClient client, Prompt prompt, boolean streamed) {
    if (!streamed) {
      return Prompts.text(client.complete(prompt).getCompletion());
    }
    StringBuilder text = new StringBuilder();
    try (CompletionStream stream = client.stream(prompt)) {
      stream.forEachRemaining(event -> text.append(event.getDelta().getText().getText()));
    }
    return text.toString();
  }
}
