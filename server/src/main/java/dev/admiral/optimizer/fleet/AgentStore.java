package dev.admiral.optimizer.fleet;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is known of agents from one run of the server to the next. Several servers may share
 * one store: each adds what it counted, and none writes over what another one did.
 *
 * <p>Nothing here blocks the caller. A write completes when it is durable, or with an {@link
 * IOException} when it certainly is not: whoever adds relies on it to add neither twice nor never.
 * Writes of one caller are made in the order in which they were asked for, if each was given after
 * the one before had ended. Implementations may be used from any thread.
 */
public interface AgentStore {

  /** Returns every agent, in no particular order; fails with an {@link IOException}. */
  CompletableFuture<List<Agent>> load();

  /**
   * Adds to what is kept of agents, all or nothing: counts and amounts are added, the earlier time
   * of creation holds and the later one of being seen, and the group of whoever was seen last if it
   * is not empty. An agent that is not kept is kept from now on.
   *
   * @param gains what came to each agent; no agent twice
   */
  CompletableFuture<@Nullable Void> add(Collection<Agent> gains);

  /** Erases an agent; does nothing if it is not kept. */
  CompletableFuture<@Nullable Void> forget(String tenant, String name);
}
