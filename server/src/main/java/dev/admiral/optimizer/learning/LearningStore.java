package dev.admiral.optimizer.learning;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps lessons from one run of the server to the next. Several servers may share one store: each
 * adds what it counted, and none writes over what another one did.
 *
 * <p>Nothing here blocks the caller. A write completes when it is durable, or with an {@link
 * IOException} when it certainly is not: whoever adds relies on it to add neither twice nor never.
 * Implementations may be used from any thread.
 */
public interface LearningStore {

  /**
   * What is to be written, in the order of the fields.
   *
   * @param forgotten kinds to erase; those not kept are passed over
   * @param forgottenAgents agents whose names are to be erased from all kinds of their tenant; what
   *     they met stays counted
   * @param gains what came to each kind, no kind twice: counts are added and agents joined, the
   *     earlier first time and the later last time hold, and the status of the later one if it has
   *     any
   */
  record Change(
      Set<FailureRecord.Key> forgotten, Set<AgentName> forgottenAgents, List<FailureRecord> gains) {
    public Change {
      forgotten = Set.copyOf(forgotten);
      forgottenAgents = Set.copyOf(forgottenAgents);
      gains = List.copyOf(gains);
    }
  }

  /** An agent of a tenant. */
  record AgentName(String tenant, String agent) {}

  /** Returns every record, in no particular order; fails with an {@link IOException}. */
  CompletableFuture<List<FailureRecord>> load();

  /** Writes a change, all or nothing. */
  CompletableFuture<@Nullable Void> write(Change change);
}
