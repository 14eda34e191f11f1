package dev.admiral.optimizer.cache;

import com.github.benmanes.caffeine.cache.Cache;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Keeps answers for equal calls, in memory over a disk tier. An answer is in memory as soon as it
 * is put, and on disk a little later; one found on disk comes to memory for the time it has left.
 *
 * <p>What was invalidated does not come back. Whoever begins work that ends in a {@link #put} takes
 * the {@link #epoch()} first; a later invalidation that matches the answer keeps it out.
 *
 * <p>Safe for use from any thread. Methods block only where they say so; those may wait for the
 * store within the bounds of the settings.
 */
public final class Answers {
  /** Longest wait for an invalidation to clear the disk tier, which may have to be read whole. */
  private static final Duration CLEARING_WAIT = Duration.ofMinutes(1);

  /** Longest wait for the disk tier to tell what it holds of an answer reported to be bad. */
  private static final Duration EVICTING_WAIT = Duration.ofSeconds(5);

  private static final int HASH_DIGITS = 16;

  private final long memoryBytes;
  private final long diskBytes;
  private final long answerBytes;
  private final DiskTier disk;
  private final Time time;

  /**
   * By the first 64 bits of the key, so that an answer is found by its hash too. Keys that share
   * them, which hardly ever happens, take each other's place.
   */
  private final Cache<Long, Entry> memory;

  private final Invalidations invalidations = new Invalidations();
  private final EvictionMarks marks = new EvictionMarks();

  private final LongAdder memoryHits = new LongAdder();
  private final LongAdder memoryMisses = new LongAdder();
  private final LongAdder memoryEvictions = new LongAdder();
  private final LongAdder diskHits = new LongAdder();
  private final LongAdder diskMisses = new LongAdder();

  /** A memory entry. Compared by identity, so that one is never removed in place of another. */
  private static final class Entry implements Lived.Weighed {
    final CallKey key;
    final EntryOwner owner;
    final Answer answer;
    final int bytes;
    final long lifeNanos;

    Entry(CallKey key, EntryOwner owner, Answer answer, Duration life) {
      this.key = key;
      this.owner = owner;
      this.answer = PackedTexts.of(answer);
      this.bytes = Lived.weight(answer);
      this.lifeNanos = Lived.nanos(life);
    }

    @Override
    public int bytes() {
      return bytes;
    }

    @Override
    public long lifeNanos() {
      return lifeNanos;
    }
  }

  Answers(CacheSettings settings, DiskTier disk, Time time) {
    this.memoryBytes = settings.memoryBytes();
    this.diskBytes = settings.diskBytes();
    this.answerBytes = settings.answerBytes();
    this.disk = disk;
    this.time = time;
    this.memory = Lived.weighed(memoryBytes, time, memoryEvictions);
  }

  /** Returns a mark of this moment, to be taken before work begins that ends in a {@link #put}. */
  public long epoch() {
    return invalidations.latest();
  }

  /**
   * Returns an answer from memory. Never blocks.
   *
   * @param maxAge oldest answer wanted; null for any
   */
  public @Nullable Hit findInMemory(CallKey key, @Nullable Duration maxAge) {
    Entry entry = memory.getIfPresent(key.a());
    Hit hit =
        entry == null || !entry.key.equals(key)
            ? null
            : hit(entry.answer, Source.SOURCE_MEMORY, maxAge);
    (hit == null ? memoryMisses : memoryHits).increment();
    return hit;
  }

  /**
   * Returns an answer from disk, and brings it to memory for the time it has left. Blocks, but not
   * if the key is certainly not on disk. A thread interrupted meanwhile finds nothing and stays
   * interrupted.
   *
   * @param maxAge oldest answer wanted; null for any
   */
  public @Nullable Hit findOnDisk(CallKey key, @Nullable Duration maxAge) {
    Hit hit = lookOnDisk(key, maxAge);
    (hit == null ? diskMisses : diskHits).increment();
    return hit;
  }

  private @Nullable Hit lookOnDisk(CallKey key, @Nullable Duration maxAge) {
    long epoch = epoch();
    int mark = marks.of(key.a());
    EntryOwner owner;
    Answer answer;
    Instant expires;
    switch (disk.writes().find(key)) {
      case WriteBehind.Delete _ -> {
        return null;
      }
      case WriteBehind.Put put -> {
        owner = put.owner;
        answer = put.answer;
        expires = put.expires;
      }
      case null -> {
        Row row = disk.find(Shelf.RESPONSES, key);
        if (row == null || invalidations.forbidsRow(row)) {
          return null;
        }
        answer = disk.decode(Shelf.RESPONSES, row);
        if (answer == null) {
          return null;
        }
        owner = row.owner();
        expires = row.expires();
      }
    }
    Duration left = Duration.between(time.now(), expires);
    if (!left.isPositive()) {
      return null;
    }
    Entry entry = new Entry(key, owner, answer, left);
    memory.put(key.a(), entry);
    if (forbidsPut(epoch, key, owner, answer) || marks.of(key.a()) != mark) {
      removeFromMemory(entry);
      return null;
    }
    return hit(answer, Source.SOURCE_DISK, maxAge);
  }

  private @Nullable Hit hit(Answer answer, Source source, @Nullable Duration maxAge) {
    Duration age = Hit.age(answer, time.now());
    return maxAge == null || age.compareTo(maxAge) <= 0 ? new Hit(answer, source, age) : null;
  }

  /**
   * Keeps an answer, in place of an older one. Does nothing if the answer is not {@link
   * CacheRules#cacheable}, is larger than the settings allow, or was invalidated since the epoch.
   * Never blocks.
   *
   * @param owner whom the answer belongs to
   * @param ttl how long it may be served
   * @param epoch {@link #epoch()} from before the answer was asked for
   */
  public void put(CallKey key, EntryOwner owner, Answer answer, Duration ttl, long epoch) {
    if (!ttl.isPositive()
        || !CacheRules.cacheable(answer)
        || forbidsPut(epoch, key, owner, answer)) {
      return;
    }
    Entry entry = new Entry(key, owner, answer, ttl);
    if (entry.bytes > answerBytes) {
      return;
    }
    memory.put(key.a(), entry);
    Instant expires = time.now().plus(ttl);
    disk.writes()
        .put(new WriteBehind.Put(Shelf.RESPONSES, key, owner, answer, null, expires), false);
    if (forbidsPut(epoch, key, owner, answer)) {
      removeFromMemory(entry);
      disk.writes().delete(Shelf.RESPONSES, key);
    }
  }

  private boolean removeFromMemory(Entry entry) {
    return memory.asMap().remove(entry.key.a(), entry);
  }

  private boolean forbidsPut(long epoch, CallKey key, EntryOwner owner, Answer answer) {
    return invalidations.forbidsPut(
        epoch, key, owner, answer.provider(), answer.model(), answer.created());
  }

  /**
   * Removes a tenant's answers from both tiers. From this call on none of them is served, nor put
   * by whoever took its {@link #epoch()} before. Answers kept for repeats of a request_id stay:
   * those were given already. Blocks.
   *
   * @return how many different answers were removed
   * @throws IOException if the disk tier could not be cleared; its answers are still not served
   *     while this process lives
   */
  long invalidate(String tenant, Selector selector) throws IOException, InterruptedException {
    Instant now = time.now();
    invalidations.add(tenant, selector, now);
    Set<CallKey> removed = new HashSet<>();
    for (Entry entry : memory.asMap().values()) {
      if (matches(selector, tenant, entry.key, entry.owner, entry.answer, now)
          && removeFromMemory(entry)) {
        removed.add(entry.key);
      }
    }
    removed.addAll(
        disk.writes()
            .deleteIf(put -> matches(selector, tenant, put.key, put.owner, put.answer, now)));
    AtomicLong onDiskOnly = new AtomicLong();
    Set<CallKey> counted = Set.copyOf(removed);
    DiskReads.await(
        disk.store()
            .delete(
                tenant,
                selector,
                now,
                key -> {
                  if (!counted.contains(key)) {
                    onDiskOnly.incrementAndGet();
                  }
                }),
        CLEARING_WAIT);
    return removed.size() + onDiskOnly.get();
  }

  private static boolean matches(
      Selector selector, String tenant, CallKey key, EntryOwner owner, Answer answer, Instant now) {
    return owner.tenant().equals(tenant)
        && selector.matches(key, owner, answer.provider(), answer.model(), answer.created(), now);
  }

  /**
   * Removes one answer of a tenant from both tiers, because it was reported to be bad. Blocks for a
   * moment if the answer may be on disk only.
   *
   * @param hash {@link CallKey#hash()} of the call; a text that is none finds nothing
   * @return true if it was there
   * @throws IOException if it is not in memory and the disk tier did not tell; it may be there
   *     still
   */
  public boolean evict(String tenant, String hash) throws IOException, InterruptedException {
    Long bits = bits(hash);
    if (bits == null) {
      return false;
    }
    Instant now = time.now();
    // First, so that whoever brings the answer from disk meanwhile sees it after it has done so.
    marks.change(bits);
    Entry entry = memory.getIfPresent(bits);
    if (entry != null && entry.owner.tenant().equals(tenant)) {
      removeFromMemory(entry);
      disk.writes().delete(Shelf.RESPONSES, entry.key);
      return true;
    }
    List<CallKey> waiting =
        disk.writes()
            .deleteIf(put ->
                put.key.a() == bits
                    && put.owner.tenant().equals(tenant)
                    && put.expires.isAfter(now));
    return !waiting.isEmpty() || evictFromDisk(tenant, bits, now);
  }

  private boolean evictFromDisk(String tenant, long bits, Instant now)
      throws IOException, InterruptedException {
    boolean found = false;
    for (Row row : rowsOf(bits)) {
      // What waits to be written has taken the row's place, or took it while the row was read.
      if (row.owner().tenant().equals(tenant)
          && disk.writes().find(row.key()) == null
          && rowsOf(bits).stream().anyMatch(still -> still.key().equals(row.key()))) {
        found |= row.expires().isAfter(now) && !invalidations.forbidsRow(row);
        disk.writes().delete(Shelf.RESPONSES, row.key());
      }
    }
    return found;
  }

  private List<Row> rowsOf(long bits) throws IOException, InterruptedException {
    return DiskReads.await(disk.store().findByHash(bits), EVICTING_WAIT);
  }

  /** Returns the first 64 bits of the keys with a hash; null if the text is no hash. */
  private static @Nullable Long bits(String hash) {
    try {
      return hash.length() == HASH_DIGITS ? HexFormat.fromHexDigitsToLong(hash) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** Returns the figures of the memory tier; never blocks for long. */
  CacheMetrics.Tier memoryTier() {
    return new CacheMetrics.Tier(
        memory.estimatedSize(),
        memory.policy().eviction().orElseThrow().weightedSize().orElseThrow(),
        memoryBytes,
        memoryHits.sum(),
        memoryMisses.sum(),
        memoryEvictions.sum());
  }

  /** Returns the figures of the disk tier; cheap. */
  CacheMetrics.Tier diskTier() {
    ResponseStore.Size size = disk.writes().size(Shelf.RESPONSES);
    return new CacheMetrics.Tier(
        size.rows(),
        size.bytes(),
        diskBytes,
        diskHits.sum(),
        diskMisses.sum(),
        disk.writes().evicted());
  }
}
