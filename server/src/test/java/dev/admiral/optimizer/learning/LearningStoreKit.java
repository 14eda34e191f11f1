package dev.admiral.optimizer.learning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
    assertThat(store().load()).isEmpty();
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

    store.write(List.of(record("a", 1), record("b", 2), bare), List.of());

    assertThat(store.load()).containsExactlyInAnyOrder(record("a", 1), record("b", 2), bare);
  }

  @Test
  public void write_sameKeyAgain_replaces() throws Exception {
    LearningStore store = store();
    store.write(List.of(record("a", 1)), List.of());

    store.write(List.of(record("a", 7)), List.of());

    assertThat(store.load()).containsExactly(record("a", 7));
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

    store.write(records, List.of());

    assertThat(store.load()).containsExactlyInAnyOrderElementsOf(records);
  }

  @Test
  public void write_removedKeys_areGoneAndUnknownOnesPassedOver() throws Exception {
    LearningStore store = store();
    store.write(List.of(record("a", 1), record("b", 2)), List.of());

    store.write(List.of(record("c", 3)), List.of(record("a", 1).key(), record("x", 1).key()));

    assertThat(store.load()).containsExactlyInAnyOrder(record("b", 2), record("c", 3));
  }
}
