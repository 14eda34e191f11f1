package dev.admiral.optimizer.learning;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What every store of lessons must do. */
public abstract class LearningStoreKit {
  private static final Instant FIRST = Instant.parse("2026-03-01T12:00:00.123456789Z");

  /** Returns an empty store. */
  protected abstract LearningStore store() throws Exception;

  /** Returns a record that differs from others by its model and count. */
  protected static FailureRecord record(String model, long count) {
    return new FailureRecord(
        new FailureRecord.Key(
            "acme", "openai", model, ErrorReason.ERROR_REASON_PROVIDER_OVERLOADED),
        count,
        Set.of("ada", "team-b:bob@host/1"),
        FIRST,
        FIRST.plusNanos(count),
        529);
  }

  @Test
  public void load_emptyStore_isEmpty() throws Exception {
    assertThat(forEnd(store().load())).isEmpty();
  }

  @Test
  public void load_afterWrite_givesEveryRecordAsItWas() throws Exception {
    LearningStore store = store();
    FailureRecord bare =
        new FailureRecord(
            new FailureRecord.Key(
                "globex", "ollama", "", ErrorReason.ERROR_REASON_PROVIDER_UNREACHABLE),
            Long.MAX_VALUE,
            Set.of(),
            Instant.EPOCH,
            Instant.EPOCH,
            0);

    forEnd(store.write(gains(List.of(record("a", 1), record("b", 2), bare))));

    assertThat(forEnd(store.load()))
        .containsExactlyInAnyOrder(record("a", 1), record("b", 2), bare);
  }

  /** Returns a change that adds alone. */
  protected static LearningStore.Change gains(List<FailureRecord> gains) {
    return new LearningStore.Change(Set.of(), Set.of(), gains);
  }

  @Test
  public void write_sameKeyAgain_addsUp() throws Exception {
    LearningStore store = store();
    FailureRecord.Key key = record("a", 1).key();
    Instant later = FIRST.plusSeconds(60);
    forEnd(
        store.write(
            gains(List.of(new FailureRecord(key, 2, Set.of("ada", "bob"), FIRST, later, 500)))));

    forEnd(
        store.write(
            gains(
                List.of(
                    new FailureRecord(
                        key, 3, Set.of("bob", "eve"), FIRST.minusNanos(1), FIRST, 503)))));
    forEnd(
        store.write(
            gains(List.of(new FailureRecord(key, 1, Set.of(), later, later.plusNanos(1), 0)))));

    assertThat(forEnd(store.load()))
        .containsExactly(
            new FailureRecord(
                key, 6, Set.of("ada", "bob", "eve"), FIRST.minusNanos(1), later.plusNanos(1), 500));
  }

  @Test
  public void write_forgottenAgents_loseTheirNamesInTheirTenantAlone() throws Exception {
    LearningStore store = store();
    FailureRecord other =
        new FailureRecord(
            new FailureRecord.Key("globex", "p", "m", ErrorReason.ERROR_REASON_STREAM_BROKEN),
            1,
            Set.of("ada"),
            FIRST,
            FIRST,
            0);
    FailureRecord alike =
        new FailureRecord(record("z", 1).key(), 1, Set.of("ada.b", "a.ada"), FIRST, FIRST, 0);
    forEnd(store.write(gains(List.of(record("a", 1), record("b", 2), other, alike))));

    forEnd(
        store.write(
            new LearningStore.Change(
                Set.of(),
                Set.of(
                    new LearningStore.AgentName("acme", "ada"),
                    new LearningStore.AgentName("acme", "unknown")),
                List.of(record("b", 1)))));

    assertThat(forEnd(store.load()))
        .extracting(r -> r.key().model() + " " + r.count() + " " + new TreeSet<>(r.agents()))
        .containsExactlyInAnyOrder(
            "a 1 [team-b:bob@host/1]",
            "b 3 [ada, team-b:bob@host/1]",
            "m 1 [ada]",
            "z 1 [a.ada, ada.b]");
  }

  @Test
  public void gainsOfTwoWriters_interleaved_addUp() throws Exception {
    LearningStore store = store();
    List<CompletableFuture<?>> ends = new ArrayList<>();
    for (int i = 1; i <= 200; i++) {
      ends.add(store.write(gains(List.of(record("a", 1), record("b", i)))));
    }
    CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new)).get();

    assertThat(forEnd(store.load()))
        .extracting(r -> r.key().model() + " " + r.count())
        .containsExactlyInAnyOrder("a 200", "b 20100");
  }

  @Test
  public void write_keysThatDifferInOnePart_areKeptApart() throws Exception {
    LearningStore store = store();
    List<FailureRecord> records = new ArrayList<>();
    for (String tenant : List.of("t", "u")) {
      for (String provider : List.of("p", "q")) {
        for (ErrorReason reason :
            List.of(
                ErrorReason.ERROR_REASON_PROVIDER_FAILED, ErrorReason.ERROR_REASON_STREAM_BROKEN)) {
          FailureRecord.Key key = new FailureRecord.Key(tenant, provider, "m", reason);
          records.add(new FailureRecord(key, 1, Set.of(), FIRST, FIRST, 0));
        }
      }
    }

    forEnd(store.write(gains(records)));

    assertThat(forEnd(store.load())).containsExactlyInAnyOrderElementsOf(records);
  }

  @Test
  public void write_forgottenKinds_areGoneBeforeNewOnesComeAndUnknownOnesPassedOver()
      throws Exception {
    LearningStore store = store();
    forEnd(store.write(gains(List.of(record("a", 1), record("b", 2)))));

    forEnd(
        store.write(
            new LearningStore.Change(
                Set.of(record("a", 1).key(), record("x", 1).key()),
                Set.of(),
                List.of(record("c", 3), record("a", 9)))));

    assertThat(forEnd(store.load()))
        .containsExactlyInAnyOrder(record("a", 9), record("b", 2), record("c", 3));
  }
}
