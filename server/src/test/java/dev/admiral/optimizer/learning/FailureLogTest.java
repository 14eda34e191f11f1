package dev.admiral.optimizer.learning;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.call.Attempt;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.call.WriteSwitch;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What is counted, forgotten, paged and written behind. */
class FailureLogTest {
  private static final ErrorReason ANY = ErrorReason.ERROR_REASON_UNSPECIFIED;
  private static final ErrorReason FAILED = ErrorReason.ERROR_REASON_PROVIDER_FAILED;
  private static final ErrorReason OVERLOADED = ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED;

  /** Writes that are held do not end, however long one waits. */
  private static final Duration STORE_WAIT = Duration.ofMillis(5);

  private final VirtualTime time = new VirtualTime();
  private final SwitchedStore store = new SwitchedStore();
  private final FailureLog log = log(10_000, 100);

  @Test
  void failed_sameKindTwice_isCountedWithAgentsAndTimes() throws CallException {
    log.failed(agent("ada"), broken("gpt-4o", 500));
    time.advance(Duration.ofMinutes(3));
    log.failed(agent("bob"), broken("gpt-4o", 502));
    log.failed(agent("bob"), broken("gpt-4o", 0));

    assertThat(all("acme"))
        .containsExactly(
            new FailureRecord(
                new FailureRecord.Key("acme", "openai", "gpt-4o", FAILED),
                3,
                Set.of("ada", "bob"),
                VirtualTime.START,
                VirtualTime.START.plusSeconds(180),
                502));
  }

  @Test
  void failed_succeededOrCancelledTry_isPassedOver() throws CallException {
    log.failed(agent("ada"), attempt("gpt-4o", null, 200));
    log.failed(
        agent("ada"),
        attempt(
            "gpt-4o",
            new Failure.Refused(ErrorReason.ERROR_REASON_CALL_CANCELLED, "cancelled"),
            0));

    assertThat(all("acme")).isEmpty();
  }

  @Test
  void failed_moreAgentsThanToldApart_areStillCounted() throws CallException {
    FailureLog bounded = log(10, 3);
    for (int i = 0; i < 10; i++) {
      bounded.failed(agent("agent-" + i), broken("gpt-4o", 500));
    }

    FailureRecord record = bounded.query(query("acme", 0, "")).failures().getFirst();

    assertThat(record.count()).isEqualTo(10);
    assertThat(record.agents()).hasSize(3);
  }

  @Test
  void failed_moreKindsThanKept_forgetsTheOneNotSeenForLongestInTheStoreToo() throws Exception {
    FailureLog bounded = log(2, 100);
    bounded.failed(agent("ada"), broken("a", 500));
    bounded.failed(agent("ada"), broken("b", 500));
    bounded.flush();
    bounded.failed(agent("ada"), broken("a", 500));
    bounded.failed(agent("ada"), broken("c", 500));

    assertThat(models(bounded.query(query("acme", 0, "")))).containsExactly("a", "c");
    bounded.flush();
    assertThat(forEnd(store.kept.load())).extracting(r -> r.key().model()).containsOnly("a", "c");
  }

  @Test
  void failed_tenantWithMoreKindsThanKept_pushesOutNothingOfAnother() throws Exception {
    FailureLog bounded = log(2, 100);
    bounded.failed(agent("ada"), broken("a", 500));
    for (String model : List.of("b", "c", "d")) {
      bounded.failed(new Caller("globex", "eve", "", false), broken(model, 500));
    }
    bounded.flush();
    FailureLog restarted = log(2, 100);
    restarted.load();

    for (FailureLog each : List.of(bounded, restarted)) {
      assertThat(models(each.query(query("acme", 0, "")))).containsExactly("a");
      assertThat(models(each.query(query("globex", 0, "")))).containsExactlyInAnyOrder("c", "d");
    }
  }

  @Test
  void query_filters_holdTogether() throws CallException {
    log.failed(agent("ada"), broken("a", 500));
    log.failed(agent("ada"), attempt("a", new Failure.Overloaded("529", null), 529));
    log.failed(agent("ada"), broken("b", 500));
    log.failed(new Caller("globex", "eve", "", false), broken("a", 500));

    assertThat(log.query(new FailureQuery("acme", "openai", "a", OVERLOADED, 0, "")).failures())
        .singleElement()
        .satisfies(record -> assertThat(record.httpStatus()).isEqualTo(529));
    assertThat(log.query(new FailureQuery("acme", "anthropic", "", ANY, 0, "")).failures())
        .isEmpty();
    assertThat(all("acme")).hasSize(3);
    assertThat(all("globex")).hasSize(1);
  }

  @Test
  void query_pages_coverEverythingMostFrequentFirst() throws CallException {
    for (int model = 0; model < 25; model++) {
      for (int i = 0; i <= model % 5; i++) {
        log.failed(agent("ada"), broken("m" + model, 500));
      }
    }

    List<FailureRecord> paged = new ArrayList<>();
    String token = "";
    do {
      FailurePage page = log.query(query("acme", 7, token));
      paged.addAll(page.failures());
      token = page.nextPageToken();
    } while (!token.isEmpty());

    assertThat(paged).isEqualTo(all("acme")).hasSize(25);
    assertThat(paged)
        .extracting(FailureRecord::count)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
  }

  @Test
  void query_badSizeOrToken_refusedByField() {
    for (String token : List.of("nonsense!", "bm9uc2Vuc2U", "MQphCmIKbm9uZQ")) {
      assertThatExceptionOfType(CallException.class)
          .isThrownBy(() -> log.query(query("acme", 0, token)))
          .satisfies(e ->
              assertThat(((Failure.Invalid) e.failure()).violations().getFirst().field())
                  .isEqualTo("page_token"));
    }
    assertThatExceptionOfType(CallException.class)
        .isThrownBy(() -> log.query(query("acme", -1, "")))
        .satisfies(e ->
            assertThat(e.failure().message())
                .isEqualTo("page_size is -1; it must not be negative"));
  }

  @Test
  void forget_agent_leavesNoName() throws Exception {
    log.failed(agent("ada"), broken("a", 500));
    log.failed(agent("bob"), broken("a", 500));
    log.flush();

    log.forget("acme", "ada");
    log.flush();

    assertThat(forEnd(store.kept.load()))
        .singleElement()
        .satisfies(record -> assertThat(record.agents()).containsExactly("bob"))
        .satisfies(record -> assertThat(record.count()).isEqualTo(2));
  }

  @Test
  void load_afterARestart_goesOnCounting() throws Exception {
    log.failed(agent("ada"), broken("a", 500));
    log.flush();
    FailureLog restarted = log(10_000, 100);
    restarted.load();

    restarted.failed(agent("bob"), broken("a", 500));

    assertThat(restarted.query(query("acme", 0, "")).failures())
        .singleElement()
        .satisfies(record -> assertThat(record.count()).isEqualTo(2))
        .satisfies(record -> assertThat(record.agents()).containsExactlyInAnyOrder("ada", "bob"));
  }

  @Test
  void flush_nothingChanged_writesNothing() throws Exception {
    log.failed(agent("ada"), broken("a", 500));
    log.flush();
    log.flush();

    assertThat(store.writes.asked()).isEqualTo(1);
  }

  @Test
  void flush_storeFails_countsGoOnAndAreWrittenLater() throws Exception {
    FailureLog bounded = log(2, 100);
    bounded.failed(agent("ada"), broken("a", 500));
    bounded.flush();
    store.writes.breakWrites(true);
    bounded.failed(agent("ada"), broken("b", 500));
    bounded.failed(agent("ada"), broken("c", 500));

    assertThatThrownBy(bounded::flush).isInstanceOf(IOException.class);
    assertThat(bounded.storeProblem()).contains("the disk is full");
    bounded.failed(agent("ada"), broken("c", 500));
    store.writes.breakWrites(false);
    bounded.flush();

    assertThat(bounded.storeProblem()).isEmpty();
    assertThat(forEnd(store.kept.load()))
        .extracting(r -> r.key().model() + r.count())
        .containsExactlyInAnyOrder("b1", "c2");
  }

  @Test
  void failed_racingFlush_losesNothing() throws Exception {
    int threads = 3;
    int each = 5_000;
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Caller caller = agent("agent-" + t);
        running.add(
            pool.submit(() -> {
              for (int i = 0; i < each; i++) {
                log.failed(caller, broken("m" + i % 7, 500));
              }
            }));
      }
      for (int i = 0; i < 200; i++) {
        log.flush();
      }
      for (Future<?> end : running) {
        end.get();
      }
    }
    log.flush();

    assertThat(forEnd(store.kept.load()).stream().mapToLong(FailureRecord::count).sum())
        .isEqualTo((long) threads * each);
  }

  @Test
  void flushThatTakesLonger_isNeitherLostNorMadeTwice() throws Exception {
    log.failed(agent("ada"), broken("gpt-4o", 500));
    store.writes.hold();
    assertThatThrownBy(log::flush).isInstanceOf(IOException.class);
    log.failed(agent("bob"), broken("gpt-4o", 500));
    assertThatThrownBy(log::flush).isInstanceOf(IOException.class);
    store.writes.letGo();

    log.flush();

    assertThat(log.storeProblem()).isEmpty();
    assertThat(forEnd(store.kept.load())).containsExactlyElementsOf(all("acme"));
    assertThat(all("acme")).extracting(FailureRecord::count).containsExactly(2L);
  }

  @Test
  void flushThatFailsLate_isMadeUpForByTheNext_withoutNamesForgottenMeanwhile() throws Exception {
    log.failed(agent("ada"), broken("gpt-4o", 500));
    log.failed(agent("bob"), broken("gpt-4o", 500));
    store.writes.hold();
    assertThatThrownBy(log::flush).isInstanceOf(IOException.class);
    log.forget("acme", "ada");
    store.writes.breakWrites(true);
    store.writes.letGo();
    store.writes.breakWrites(false);

    log.flush();

    assertThat(forEnd(store.kept.load())).containsExactlyElementsOf(all("acme"));
    assertThat(all("acme").getFirst().count()).isEqualTo(2);
    assertThat(all("acme").getFirst().agents()).containsExactly("bob");
  }

  @Test
  void kindForgottenWhileItIsWritten_leavesTheStore() throws Exception {
    FailureLog bounded = log(1, 100);
    bounded.failed(agent("ada"), broken("a", 500));
    store.writes.hold();
    assertThatThrownBy(bounded::flush).isInstanceOf(IOException.class);
    bounded.failed(agent("ada"), broken("b", 500));
    bounded.failed(agent("ada"), broken("a", 500));
    store.writes.letGo();

    bounded.flush();

    assertThat(forEnd(store.kept.load()))
        .extracting(record -> record.key().model() + " " + record.count())
        .containsExactly("a 1");
  }

  /** Two logs share a store that works, breaks, and holds writes back; each step is a number. */
  @Property(tries = 200)
  void twoLogsOnOneStore_addUp(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = 79) Integer> steps) throws Exception {
    SwitchedStore shared = new SwitchedStore();
    List<FailureLog> logs = List.of(sharing(shared), sharing(shared));
    Map<String, Long> counts = new TreeMap<>();
    Map<String, Set<String>> agents = new TreeMap<>();
    for (int step : steps) {
      FailureLog one = logs.get(step % 2);
      String model = "model-" + step / 2 % 3;
      switch (step / 8) {
        case 0 -> shared.writes.hold();
        case 1 -> shared.writes.letGo();
        case 2 -> shared.writes.breakWrites(step % 4 == 0);
        case 3, 4, 5 -> flushIfItCan(one);
        default -> {
          one.failed(agent("agent-" + step), broken(model, 500));
          counts.merge(model, 1L, Long::sum);
          agents.computeIfAbsent(model, m -> new HashSet<>()).add("agent-" + step);
        }
      }
    }
    shared.writes.breakWrites(false);
    shared.writes.letGo();
    for (FailureLog each : logs) {
      each.flush();
    }

    Map<String, Long> kept = new TreeMap<>();
    for (FailureRecord record : forEnd(shared.load())) {
      kept.put(record.key().model(), record.count());
      assertThat(record.agents()).isEqualTo(agents.get(record.key().model()));
    }
    assertThat(kept).isEqualTo(counts);
  }

  private FailureLog sharing(LearningStore shared) {
    return new FailureLog(shared, Duration.ZERO, FailureLog.Settings.DEFAULT, time);
  }

  private static void flushIfItCan(FailureLog one) {
    try {
      one.flush();
    } catch (IOException e) {
      // It goes with a later one.
    }
  }

  private FailureLog log(int maxKinds, int maxAgents) {
    return new FailureLog(store, STORE_WAIT, new FailureLog.Settings(maxKinds, maxAgents), time);
  }

  private List<FailureRecord> all(String tenant) throws CallException {
    return log.query(query(tenant, 1_000, "")).failures();
  }

  private static List<String> models(FailurePage page) {
    return page.failures().stream().map(record -> record.key().model()).toList();
  }

  private static FailureQuery query(String tenant, int size, String token) {
    return new FailureQuery(tenant, "", "", ANY, size, token);
  }

  private static Caller agent(String name) {
    return new Caller("acme", name, "", false);
  }

  private static Attempt broken(String model, int status) {
    return attempt(model, new Failure.Broken(FAILED, "secret text of a provider", null), status);
  }

  private static Attempt attempt(String model, Failure failure, int status) {
    return new Attempt(
        "openai", model, VirtualTime.START, Duration.ofSeconds(1), null, failure, status);
  }

  /** A store whose disk can fill up. */
  private static final class SwitchedStore implements LearningStore {
    private final InMemoryLearningStore kept = new InMemoryLearningStore();
    private final WriteSwitch writes = new WriteSwitch();

    @Override
    public CompletableFuture<List<FailureRecord>> load() {
      return kept.load();
    }

    @Override
    public CompletableFuture<Void> write(Change change) {
      return writes.end(() -> kept.write(change));
    }
  }
}
