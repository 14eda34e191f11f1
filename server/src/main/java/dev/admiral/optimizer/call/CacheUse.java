package dev.admiral.optimizer.call;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one call uses the response cache, after the server's defaults were filled in.
 *
 * @param mode how the cache is used
 * @param timeToLive how long a stored answer may be served
 * @param maxAge oldest stored answer the caller takes; null for any that has not expired
 * @param agentOnly true if only the asking agent may be given the stored answer
 * @param includeSampled true to cache and join calls whose answers are drawn at random
 */
public record CacheUse(
    Mode mode,
    Duration timeToLive,
    @Nullable Duration maxAge,
    boolean agentOnly,
    boolean includeSampled) {

  /** How the cache is used. */
  public enum Mode {
    /** Read, join and store. */
    USE,
    /** Neither read, nor join, nor store. */
    BYPASS,
    /** Store only, in place of an older answer. */
    REFRESH,
    /** Read only; never call a provider. */
    ONLY
  }

  /** Returns how the cache is used for a caller that does not say. */
  public static CacheUse unsaid(Duration timeToLive) {
    return new CacheUse(Mode.USE, timeToLive, null, false, false);
  }
}
