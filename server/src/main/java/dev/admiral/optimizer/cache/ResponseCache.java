package dev.admiral.optimizer.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.RemovalCause;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.Candidate;
import dev.admiral.optimizer.v1.FinishReason;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps answers for equal calls, in memory over a disk tier, and with them two smaller memories:
 * failures that would only happen again, and the first answer to each request_id.
 *
 * <p>An answer is in memory as soon as it is put, and on disk a little later. The disk tier may be
 * slow, full or gone: look-ups then miss, writes wait and are dropped past a bound, and {@link
 * #metrics()} says what is wrong. An answer found on disk comes to memory for the time it has left.
 *
 * <p>What was invalidated does not come back. Whoever begins work that ends in a {@link #put} takes
 * the {@link #epoch()} first; a later invalidation that matches the answer keeps it out.
 *
 * <p>Safe for use from any thread. Methods block only where they say so; those may wait for the
 * store within the bounds of the settings.
 */
public final class ResponseCache implements AutoCloseable {
  /** Longest wait for what is left to be written at closing. */
  private static final Duration CLOSING_WAIT = Duration.ofSeconds(10);

  /** Longest wait for an invalidation to clear the disk tier, which may have to be read whole. */
  private static final Duration CLEARING_WAIT = Duration.ofMinutes(1);

  /** Longest wait for the disk tier to tell what it holds of an answer reported to be bad. */
  private static final Duration EVICTING_WAIT = Duration.ofSeconds(5);

  /**
   * Failures are remembered for their time more or less this part, so that they do not all end at
   * once.
   */
  private static final double FAILURE_JITTER = 0.2;

  /** Reads that may wait for each reader of the disk tier. */
  private static final int READS_PER_READER = 64;

  /** Marks for hashes evicted lately; two seldom share one, and then an answer is lost at worst. */
  private static final int EVICTION_MARKS = 1_024;

  private static final int HASH_DIGITS = 16;

  private final CacheSettings settings;
  private final Time time;
  private final RandomGenerator random;
  private final ResponseStore store;
  private final Presence presence;
  private final WriteBehind writes;
  private final DiskReads reads;
  private final ThreadFactory threads;
  private final Runnable stopReaders;
  private volatile @Nullable Thread writer;

  /**
   * By the first 64 bits of the key, so that an answer is found by its hash too. Keys that share
   * them, which hardly ever happens, take each other's place.
   */
  private final Cache<Long, Entry> memory;

  private final Cache<CallKey, KnownFailure> failures;
  private final Cache<CallKey, KnownRepeat> repeats;

  private final Invalidations invalidations = new Invalidations();
  private final AtomicIntegerArray evictionMarks = new AtomicIntegerArray(EVICTION_MARKS);

  private final LongAdder memoryHits = new LongAdder();
  private final LongAdder memoryMisses = new LongAdder();
  private final LongAdder memoryEvictions = new LongAdder();
  private final LongAdder diskHits = new LongAdder();
  private final LongAdder diskMisses = new LongAdder();
  private final LongAdder unreadable = new LongAdder();

  /** A memory entry. Compared by identity, so that one is never removed in place of another. */
  private static final class Entry implements Weighed {
    final CallKey key;
    final EntryOwner owner;
    final Answer answer;
    final int bytes;
    final long lifeNanos;

    Entry(CallKey key, EntryOwner owner, Answer answer, Duration life) {
      this.key = key;
      this.owner = owner;
      this.answer = PackedTexts.of(answer);
      this.bytes = weight(answer);
      this.lifeNanos = nanos(life);
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

  private record KnownFailure(String tenant, Failure failure, long lifeNanos) implements Lived {}

  private static final class KnownRepeat implements Weighed {
    final CallKey body;
    final Answer answer;
    final int bytes;
    final long lifeNanos;

    /** True once it is on disk, false if it will not be. */
    final CompletableFuture<Boolean> durable;

    KnownRepeat(CallKey body, Answer answer, Duration life, CompletableFuture<Boolean> durable) {
      this.body = body;
      this.answer = answer;
      this.bytes = weight(answer);
      this.lifeNanos = nanos(life);
      this.durable = durable;
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

  private interface Lived {
    long lifeNanos();
  }

  private interface Weighed extends Lived {
    int bytes();
  }

  /**
   * Assembles; reads and writes nothing before {@link #start()}.
   *
   * @param store the disk tier
   * @param random spreads the end of remembered failures
   * @param threads makes the threads that use the store: platform threads, as native code would pin
   *     the carriers of virtual ones
   */
  public ResponseCache(
      CacheSettings settings,
      ResponseStore store,
      Time time,
      RandomGenerator random,
      ThreadFactory threads) {
    this(settings, store, time, random, threads, readers(settings, threads));
  }

  private ResponseCache(
      CacheSettings settings,
      ResponseStore store,
      Time time,
      RandomGenerator random,
      ThreadFactory threads,
      ThreadPoolExecutor readers) {
    this(settings, store, time, random, threads, readers, readers::shutdownNow);
  }

  /** For tests: reads are run by the executor given, writes by {@link #writes()}. */
  ResponseCache(
      CacheSettings settings,
      ResponseStore store,
      Time time,
      RandomGenerator random,
      ThreadFactory threads,
      Executor readers,
      Runnable stopReaders) {
    this.settings = settings;
    this.store = store;
    this.time = time;
    this.random = random;
    this.threads = threads;
    this.stopReaders = stopReaders;
    this.presence = new Presence(settings.filterBytes());
    this.writes = new WriteBehind(store, settings, time, presence);
    this.reads = new DiskReads(store, readers, settings.diskWait(), time);
    this.memory = weighed(settings.memoryBytes(), memoryEvictions);
    this.repeats = weighed(settings.repeatMemoryBytes(), new LongAdder());
    this.failures =
        Caffeine.newBuilder()
            .maximumSize(settings.failureEntries())
            .expireAfter(lives())
            .ticker(time::nanos)
            .executor(Runnable::run)
            .<CallKey, KnownFailure>build();
  }

  private static ThreadPoolExecutor readers(CacheSettings settings, ThreadFactory threads) {
    int count = settings.diskReaders();
    return new ThreadPoolExecutor(
        count,
        count,
        0,
        TimeUnit.SECONDS,
        new ArrayBlockingQueue<>(count * READS_PER_READER),
        threads);
  }

  private <K, V extends Weighed> Cache<K, V> weighed(long limit, LongAdder evictions) {
    return Caffeine.newBuilder()
        .maximumWeight(limit)
        .<K, V>weigher((_, entry) -> entry.bytes())
        .expireAfter(ResponseCache.<K, V>lives())
        .ticker(time::nanos)
        .executor(Runnable::run)
        .evictionListener((_, _, cause) -> {
          if (cause == RemovalCause.SIZE) {
            evictions.increment();
          }
        })
        .build();
  }

  private static <K, V extends Lived> Expiry<K, V> lives() {
    return Expiry.writing((_, entry) -> Duration.ofNanos(entry.lifeNanos()));
  }

  /** Starts writing to the disk tier. */
  public void start() {
    Thread thread = threads.newThread(writes);
    writer = thread;
    thread.start();
  }

  /** Writes what waits, for a bounded time, and stops the threads. Blocks. */
  @Override
  public void close() {
    writes.close();
    Thread thread = writer;
    if (thread != null) {
      try {
        if (!thread.join(CLOSING_WAIT)) {
          thread.interrupt();
        }
      } catch (InterruptedException e) {
        // For the caller; the threads are told to stop all the same.
        thread.interrupt();
        Thread.currentThread().interrupt();
      }
    }
    stopReaders.run();
  }

  // Answers to equal calls.

  /**
   * Returns true if an answer may be given to other calls: it and its alternatives came to their
   * end by themselves or with tool calls, say something, and refuse nothing.
   */
  public static boolean cacheable(Answer answer) {
    if (!finished(answer.completion().getFinishReason(), answer.completion().getMessage())) {
      return false;
    }
    for (Candidate candidate : answer.completion().getAlternativesList()) {
      if (!finished(candidate.getFinishReason(), candidate.getMessage())) {
        return false;
      }
    }
    return true;
  }

  private static boolean finished(FinishReason reason, ChatMessage message) {
    if (reason != FinishReason.FINISH_REASON_STOP
        && reason != FinishReason.FINISH_REASON_TOOL_CALLS) {
      return false;
    }
    for (ContentPart part : message.getPartsList()) {
      if (part.hasRefusal()) {
        return false;
      }
    }
    return message.getPartsCount() > 0;
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
    int mark = evictionMarks.get(markOf(key.a()));
    EntryOwner owner;
    Answer answer;
    Instant expires;
    switch (writes.find(key)) {
      case WriteBehind.Delete _ -> {
        return null;
      }
      case WriteBehind.Put put -> {
        owner = put.owner;
        answer = put.answer;
        expires = put.expires;
      }
      case null -> {
        Row row = presence.mayHold(key) ? reads.find(Shelf.RESPONSES, key) : null;
        if (row == null || invalidations.forbidsRow(row)) {
          return null;
        }
        answer = decode(Shelf.RESPONSES, row);
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
    if (forbidsPut(epoch, key, owner, answer) || evictionMarks.get(markOf(key.a())) != mark) {
      removeFromMemory(entry);
      return null;
    }
    return hit(answer, Source.SOURCE_DISK, maxAge);
  }

  private @Nullable Answer decode(Shelf shelf, Row row) {
    try {
      return AnswerCodec.decode(row.key(), row.answer());
    } catch (IOException e) {
      unreadable.increment();
      writes.delete(shelf, row.key());
      return null;
    }
  }

  private @Nullable Hit hit(Answer answer, Source source, @Nullable Duration maxAge) {
    Duration age = age(answer);
    return maxAge == null || age.compareTo(maxAge) <= 0 ? new Hit(answer, source, age) : null;
  }

  private Duration age(Answer answer) {
    Duration age = Duration.between(answer.created(), time.now());
    return age.isNegative() ? Duration.ZERO : age;
  }

  /**
   * Keeps an answer, in place of an older one. Does nothing if the answer is not {@link
   * #cacheable}, is larger than the settings allow, or was invalidated since the epoch. Never
   * blocks.
   *
   * @param owner whom the answer belongs to
   * @param ttl how long it may be served
   * @param epoch {@link #epoch()} from before the answer was asked for
   */
  public void put(CallKey key, EntryOwner owner, Answer answer, Duration ttl, long epoch) {
    if (!ttl.isPositive() || !cacheable(answer) || forbidsPut(epoch, key, owner, answer)) {
      return;
    }
    Entry entry = new Entry(key, owner, answer, ttl);
    if (entry.bytes > settings.answerBytes()) {
      return;
    }
    memory.put(key.a(), entry);
    Instant expires = time.now().plus(ttl);
    writes.put(new WriteBehind.Put(Shelf.RESPONSES, key, owner, answer, null, expires), false);
    if (forbidsPut(epoch, key, owner, answer)) {
      removeFromMemory(entry);
      writes.delete(Shelf.RESPONSES, key);
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
   * those were given already. Remembered failures go with {@link Selector.All}, and with {@link
   * Selector.ByHash} that of the call. Blocks.
   *
   * @return how many different answers were removed
   * @throws IOException if the disk tier could not be cleared; its answers are still not served
   *     while this process lives
   */
  public long invalidate(String tenant, Selector selector)
      throws IOException, InterruptedException {
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
        writes.deleteIf(put -> matches(selector, tenant, put.key, put.owner, put.answer, now)));
    forgetFailures(tenant, selector);
    AtomicLong onDiskOnly = new AtomicLong();
    Callable<Boolean> clear =
        () -> {
          Set<CallKey> counted = Set.copyOf(removed);
          store.delete(
              tenant,
              selector,
              now,
              key -> {
                if (!counted.contains(key)) {
                  onDiskOnly.incrementAndGet();
                }
              });
          return true;
        };
    var _ = reads.call(clear, CLEARING_WAIT);
    return removed.size() + onDiskOnly.get();
  }

  private static boolean matches(
      Selector selector, String tenant, CallKey key, EntryOwner owner, Answer answer, Instant now) {
    return owner.tenant().equals(tenant)
        && selector.matches(key, owner, answer.provider(), answer.model(), answer.created(), now);
  }

  private void forgetFailures(String tenant, Selector selector) {
    switch (selector) {
      case Selector.All() -> forgetFailures(tenant, _ -> true);
      case Selector.ByHash(String hash) -> forgetFailures(tenant, key -> key.hash().equals(hash));
      case Selector.ByModel _, Selector.ByAgent _, Selector.OlderThan _ -> {}
    }
  }

  private void forgetFailures(String tenant, Predicate<CallKey> which) {
    failures
        .asMap()
        .entrySet()
        .removeIf(known -> known.getValue().tenant().equals(tenant) && which.test(known.getKey()));
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
    evictionMarks.incrementAndGet(markOf(bits));
    Entry entry = memory.getIfPresent(bits);
    if (entry != null && entry.owner.tenant().equals(tenant)) {
      removeFromMemory(entry);
      writes.delete(Shelf.RESPONSES, entry.key);
      return true;
    }
    List<CallKey> waiting =
        writes.deleteIf(put ->
            put.key.a() == bits && put.owner.tenant().equals(tenant) && put.expires.isAfter(now));
    return !waiting.isEmpty() || evictFromDisk(tenant, bits, now);
  }

  private boolean evictFromDisk(String tenant, long bits, Instant now)
      throws IOException, InterruptedException {
    boolean found = false;
    for (Row row : rowsOf(bits)) {
      // What waits to be written has taken the row's place, or took it while the row was read.
      if (row.owner().tenant().equals(tenant)
          && writes.find(row.key()) == null
          && rowsOf(bits).stream().anyMatch(still -> still.key().equals(row.key()))) {
        found |= row.expires().isAfter(now) && !invalidations.forbidsRow(row);
        writes.delete(Shelf.RESPONSES, row.key());
      }
    }
    return found;
  }

  private List<Row> rowsOf(long bits) throws IOException, InterruptedException {
    return reads.call(() -> store.findByHash(bits), EVICTING_WAIT);
  }

  /** Returns the first 64 bits of the keys with a hash; null if the text is no hash. */
  private static @Nullable Long bits(String hash) {
    try {
      return hash.length() == HASH_DIGITS ? HexFormat.fromHexDigitsToLong(hash) : null;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static int markOf(long hash) {
    return (int) hash & (EVICTION_MARKS - 1);
  }

  // Failures.

  /** Returns why an equal call failed a short while ago and would fail again. Never blocks. */
  public @Nullable Failure findFailure(CallKey key) {
    KnownFailure known = failures.getIfPresent(key);
    return known == null ? null : known.failure();
  }

  /**
   * Remembers a failure for a short while, if it is {@link Failure#deterministic()}.
   *
   * @param owner whom it belongs to
   */
  public void putFailure(CallKey key, EntryOwner owner, Failure failure) {
    if (failure.deterministic()) {
      double part = 1 + FAILURE_JITTER * (2 * random.nextDouble() - 1);
      long life = (long) (settings.failureTimeToLive().toNanos() * part);
      failures.put(key, new KnownFailure(owner.tenant(), failure, life));
    }
  }

  // First answers to a request_id.

  /** Returns the first answer to a request_id if it is in memory. Never blocks. */
  public @Nullable Repeat findRepeatInMemory(CallKey repeatKey) {
    KnownRepeat known = repeats.getIfPresent(repeatKey);
    if (known != null) {
      return new Repeat(known.body, known.answer, age(known.answer));
    }
    return writes.find(repeatKey) instanceof WriteBehind.Put put && put.body != null
        ? new Repeat(put.body, put.answer, age(put.answer))
        : null;
  }

  /**
   * Returns false if {@link #findRepeat} would certainly find nothing more than {@link
   * #findRepeatInMemory}: then nobody needs to leave the event loop to ask. Never blocks.
   */
  public boolean repeatMayBeOnDisk(CallKey repeatKey) {
    return presence.mayHold(repeatKey);
  }

  /** Returns the first answer to a request_id, from memory or disk. Blocks. */
  public @Nullable Repeat findRepeat(CallKey repeatKey) {
    Repeat known = findRepeatInMemory(repeatKey);
    if (known != null || !presence.mayHold(repeatKey)) {
      return known;
    }
    Row row = reads.find(Shelf.REPEATS, repeatKey);
    if (row == null) {
      return null;
    }
    Duration left = Duration.between(time.now(), row.expires());
    Answer answer = left.isPositive() ? decode(Shelf.REPEATS, row) : null;
    CallKey body = row.body();
    if (answer == null || body == null) {
      return null;
    }
    repeats.put(
        repeatKey, new KnownRepeat(body, answer, left, CompletableFuture.completedFuture(true)));
    return new Repeat(body, answer, age(answer));
  }

  /**
   * Notes the first answer to a request_id; a later one does not take its place. Blocks until it is
   * durable, the wait of the settings is over, or the disk tier is known to be in trouble.
   *
   * @param body the key of the call that was answered
   * @return true if it is durable; false if a repeat after a crash would be paid for again. The
   *     note is in memory either way, and may yet reach the disk
   */
  public boolean putRepeat(CallKey repeatKey, CallKey body, EntryOwner owner, Answer answer)
      throws InterruptedException {
    CompletableFuture<Boolean> durable = note(repeatKey, body, owner, answer, true);
    if (writes.trouble() != null) {
      return durable.getNow(false);
    }
    try {
      return durable.get(settings.repeatWait().toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException("a write tells its end and never fails", e);
    }
  }

  /** As {@link #putRepeat}, for answers that cost nothing: never blocks, durable a little later. */
  public void putRepeatBehind(CallKey repeatKey, CallKey body, EntryOwner owner, Answer answer) {
    var _ = note(repeatKey, body, owner, answer, false);
  }

  private CompletableFuture<Boolean> note(
      CallKey repeatKey, CallKey body, EntryOwner owner, Answer answer, boolean soon) {
    Duration window = settings.repeatWindow();
    WriteBehind.Put put =
        new WriteBehind.Put(Shelf.REPEATS, repeatKey, owner, answer, body, time.now().plus(window));
    KnownRepeat first =
        repeats.asMap().putIfAbsent(repeatKey, new KnownRepeat(body, answer, window, put.done));
    if (first != null) {
      return first.durable;
    }
    writes.put(put, soon);
    return put.done;
  }

  // Figures.

  /** Returns the cache's figures; cheap, and never blocks for long. */
  public CacheMetrics metrics() {
    ResponseStore.Size disk = writes.size(Shelf.RESPONSES);
    String trouble = writes.trouble();
    return new CacheMetrics(
        new CacheMetrics.Tier(
            memory.estimatedSize(),
            memory.policy().eviction().orElseThrow().weightedSize().orElseThrow(),
            settings.memoryBytes(),
            memoryHits.sum(),
            memoryMisses.sum(),
            memoryEvictions.sum()),
        new CacheMetrics.Tier(
            disk.rows(),
            disk.bytes(),
            settings.diskBytes(),
            diskHits.sum(),
            diskMisses.sum(),
            writes.evicted()),
        failures.estimatedSize(),
        writes.size(Shelf.REPEATS).rows(),
        writes.waiting(),
        writes.dropped(),
        unreadable.sum(),
        trouble == null ? reads.trouble() : trouble);
  }

  /** The disk tier's writer, which tests run step by step. */
  WriteBehind writes() {
    return writes;
  }

  private static int weight(Answer answer) {
    return (int) Math.min(Integer.MAX_VALUE, Footprint.of(answer));
  }

  private static long nanos(Duration duration) {
    // Durations beyond 292 years do not fit.
    return duration.compareTo(Duration.ofDays(36_500)) < 0
        ? duration.toNanos()
        : TimeUnit.DAYS.toNanos(36_500);
  }
}
