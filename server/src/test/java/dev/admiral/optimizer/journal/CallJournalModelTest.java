package dev.admiral.optimizer.journal;

import static dev.admiral.optimizer.journal.FinishedCalls.TOTAL;
import static dev.admiral.optimizer.journal.FinishedCalls.answered;
import static dev.admiral.optimizer.journal.FinishedCalls.call;
import static dev.admiral.optimizer.journal.FinishedCalls.failed;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Live;
import dev.admiral.optimizer.journal.CallJournal.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Lists against a list that keeps everything, and under calls that end meanwhile. */
class CallJournalModelTest {

  /** A call that ended. */
  record Ended(String tenant, String agent, boolean failed) {}

  /** A call as the model remembers it. */
  private record Remembered(String id, Ended ended) {}

  @Property(tries = 300)
  void listsAndLookUps_equalThoseOfTheReferenceModel(
      @ForAll("calls") List<Ended> calls,
      @ForAll @IntRange(min = 1, max = 40) int kept,
      @ForAll("agents") String agent,
      @ForAll boolean failedOnly,
      @ForAll @IntRange(min = 1, max = 7) int pageSize) {
    CallJournal journal = new CallJournal(Live.of(new Settings(kept, false, 1)));
    Map<String, List<Remembered>> model = new HashMap<>();
    for (int i = 0; i < calls.size(); i++) {
      Ended ended = calls.get(i);
      String id = "call-" + i;
      end(journal, id, ended);
      model
          .computeIfAbsent(ended.tenant(), t -> new ArrayList<>())
          .addFirst(new Remembered(id, ended));
    }

    for (String tenant : List.of("acme", "globex", "nobody")) {
      List<Remembered> all = model.getOrDefault(tenant, List.of());
      List<Remembered> latest = all.subList(0, Math.min(kept, all.size()));
      List<String> expected =
          latest.stream()
              .filter(r -> agent.isEmpty() || r.ended().agent().equals(agent))
              .filter(r -> !failedOnly || r.ended().failed())
              .map(Remembered::id)
              .toList();

      assertThat(pages(journal, tenant, agent, failedOnly, pageSize, () -> {})).isEqualTo(expected);
      assertThat(all)
          .allSatisfy(r ->
              assertThat(journal.find(tenant, r.id()).isPresent()).isEqualTo(latest.contains(r)));
    }
  }

  @Property(tries = 200)
  void pagesWhileCallsGoOn_tellEachCallOfTheBeginningThatIsStillKeptOnce(
      @ForAll @IntRange(min = 1, max = 60) int before,
      @ForAll @IntRange(min = 0, max = 5) int betweenPages,
      @ForAll @IntRange(min = 1, max = 40) int kept,
      @ForAll @IntRange(min = 1, max = 7) int pageSize) {
    CallJournal journal = new CallJournal(Live.of(new Settings(kept, false, 1)));
    AtomicInteger next = new AtomicInteger();
    Runnable one = () -> end(journal, "" + next.incrementAndGet(), new Ended("acme", "ada", false));
    for (int i = 0; i < before; i++) {
      one.run();
    }

    List<String> seen =
        pages(
            journal,
            "acme",
            "",
            false,
            pageSize,
            () -> {
              for (int i = 0; i < betweenPages; i++) {
                one.run();
              }
            });

    // Each page goes on where the one before ended, down to what was forgotten by then.
    List<String> expected = new ArrayList<>();
    for (int i = before; i > before - seen.size(); i--) {
      expected.add("" + i);
    }
    assertThat(seen).isEqualTo(expected);
    int oldestAtTheEnd = Math.max(1, next.get() - kept + 1);
    assertThat(seen.size()).isGreaterThanOrEqualTo(Math.min(before, before - oldestAtTheEnd + 1));
  }

  @Test
  void listsWhileThreadsWrite_areInOrderWithoutDoubles() throws Exception {
    int writers = 3;
    int each = 20_000;
    int kept = 64;
    CallJournal journal = new CallJournal(Live.of(new Settings(kept, false, 1)));
    try (ExecutorService pool = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        String writer = "" + w;
        running.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                end(journal, writer + "-" + i, new Ended("acme", writer, i % 2 == 0));
              }
            }));
      }
      while (running.stream().anyMatch(end -> !end.isDone())) {
        List<Long> numbers =
            journal.list("acme", "", false, Long.MAX_VALUE, 1_000).stream()
                .map(KeptCall::number)
                .toList();
        for (int i = 1; i < numbers.size(); i++) {
          assertThat(numbers.get(i)).isLessThan(numbers.get(i - 1));
        }
        assertThat(numbers.size()).isLessThanOrEqualTo(kept);
      }
      for (Future<?> end : running) {
        end.get();
      }
    }

    long last = (long) writers * each;
    assertThat(journal.list("acme", "", false, Long.MAX_VALUE, 1_000))
        .extracting(KeptCall::number)
        .allMatch(number -> number > last - kept && number <= last);
    // The very last call of each writer that is kept is found by its id.
    assertThat(journal.list("acme", "", false, Long.MAX_VALUE, 1))
        .allSatisfy(call -> assertThat(journal.find("acme", call.id())).contains(call));
  }

  @Provide
  Arbitrary<List<Ended>> calls() {
    return Combinators.combine(
            Arbitraries.of("acme", "acme", "globex"),
            Arbitraries.of("ada", "bob"),
            Arbitraries.of(true, false, false))
        .as(Ended::new)
        .list()
        .ofMaxSize(120);
  }

  @Provide
  Arbitrary<String> agents() {
    return Arbitraries.of("", "ada", "eve");
  }

  private static void end(CallJournal journal, String id, Ended ended) {
    journal.finished(
        new FinishedCall(
            call(ended.tenant(), ended.agent(), id),
            ended.failed() ? failed(0) : answered(""),
            TOTAL));
  }

  private static List<String> pages(
      CallJournal journal,
      String tenant,
      String agent,
      boolean failedOnly,
      int pageSize,
      Runnable betweenPages) {
    List<String> ids = new ArrayList<>();
    List<KeptCall> page = journal.list(tenant, agent, failedOnly, Long.MAX_VALUE, pageSize);
    while (!page.isEmpty()) {
      page.forEach(call -> ids.add(call.id()));
      betweenPages.run();
      page = journal.list(tenant, agent, failedOnly, page.getLast().number(), pageSize);
    }
    return ids;
  }
}
