package dev.admiral.optimizer.cache;

import static dev.admiral.optimizer.call.StoreWait.forEnd;
import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.cache.ResponseStore.Change;
import dev.admiral.optimizer.cache.ResponseStore.Row;
import dev.admiral.optimizer.cache.ResponseStore.Shelf;
import dev.admiral.optimizer.cache.ResponseStore.Size;
import dev.admiral.optimizer.call.CallKey;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link ResponseStore} does. A store joins by extending this and opening itself. */
public abstract class ResponseStoreKit {
  protected static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
  protected static final EntryOwner FLEET = new EntryOwner("acme", null);

  protected ResponseStore store;

  /** Returns an empty store. */
  protected abstract ResponseStore open() throws Exception;

  @BeforeEach
  void openStore() throws Exception {
    store = open();
  }

  protected static CallKey key(long n) {
    return new CallKey(n, ~n, n * 31, n * 17);
  }

  protected static Row row(long n) {
    return row(n, FLEET, "openai", "gpt", NOW, NOW.plusSeconds(600), 10);
  }

  protected static Row row(
      long n,
      EntryOwner owner,
      String provider,
      String model,
      Instant created,
      Instant expires,
      int bytes) {
    byte[] answer = new byte[bytes];
    new Random(n).nextBytes(answer);
    return new Row(key(n), owner, provider, model, null, created, expires, answer);
  }

  protected void put(Shelf shelf, Row... rows) throws IOException {
    List<Change> changes = new ArrayList<>();
    for (Row row : rows) {
      changes.add(new Change.Put(shelf, row));
    }
    forEnd(store.write(changes));
  }

  private List<CallKey> delete(String tenant, Selector selector) throws IOException {
    List<CallKey> deleted = new ArrayList<>();
    forEnd(store.delete(tenant, selector, NOW, deleted::add));
    return deleted;
  }

  protected static void assertSame(Row found, Row expected) {
    assertThat(found).usingRecursiveComparison().isEqualTo(expected);
  }

  @Test
  void emptyStore_findsNothing() throws Exception {
    for (Shelf shelf : Shelf.values()) {
      assertThat(forEnd(store.find(shelf, key(1)))).isNull();
      assertThat(forEnd(store.size(shelf))).isEqualTo(new Size(0, 0));
      assertThat(forEnd(store.keys(shelf, null, 10))).isEmpty();
      assertThat(forEnd(store.deleteExpired(shelf, NOW, 10))).isZero();
      assertThat(forEnd(store.deleteNearestExpiry(shelf, 10))).isZero();
    }
    assertThat(delete("acme", new Selector.All())).isEmpty();
  }

  @Test
  void row_comesBackAsItWasWritten() throws Exception {
    Row plain = row(1);
    Row own =
        new Row(
            key(-2),
            new EntryOwner("ümlaut", "agent 7"),
            "anthropic",
            "名",
            key(99),
            NOW.minusMillis(1),
            NOW.plusMillis(1),
            new byte[0]);

    put(Shelf.RESPONSES, plain, own);

    assertSame(forEnd(store.find(Shelf.RESPONSES, key(1))), plain);
    assertSame(forEnd(store.find(Shelf.RESPONSES, key(-2))), own);
  }

  @Test
  void expiredRow_isFoundUntilItIsDeleted() throws Exception {
    Row old = row(1, FLEET, "p", "m", NOW.minusSeconds(9), NOW.minusSeconds(1), 4);

    put(Shelf.RESPONSES, old);

    assertSame(forEnd(store.find(Shelf.RESPONSES, key(1))), old);
  }

  @Test
  void rowsByHash_areThoseWhoseKeyBeginsWithIt() throws Exception {
    for (long hash : new long[] {0, 5, -5, Long.MAX_VALUE, Long.MIN_VALUE}) {
      CallKey least = new CallKey(hash, 0, 0, 0);
      CallKey greatest = new CallKey(hash, -1, -1, -1);
      CallKey signed = new CallKey(hash, Long.MIN_VALUE, Long.MAX_VALUE, 7);
      for (CallKey key : List.of(least, greatest, signed)) {
        put(Shelf.RESPONSES, withKey(key));
        put(Shelf.REPEATS, withKey(key));
      }
      put(Shelf.RESPONSES, withKey(new CallKey(hash + 1, 0, 0, 0)));
      put(Shelf.RESPONSES, withKey(new CallKey(hash - 1, -1, -1, -1)));

      assertThat(forEnd(store.findByHash(hash)))
          .extracting(Row::key)
          .containsExactlyInAnyOrder(least, greatest, signed);
      assertSame(
          forEnd(store.findByHash(hash)).stream()
              .filter(row -> row.key().equals(signed))
              .findFirst()
              .orElseThrow(),
          withKey(signed));
    }
    assertThat(forEnd(store.findByHash(77))).isEmpty();
  }

  private static Row withKey(CallKey key) {
    Row row = row(1);
    return new Row(
        key,
        row.owner(),
        row.provider(),
        row.model(),
        null,
        row.created(),
        NOW.minusSeconds(1),
        row.answer());
  }

  @Test
  void shelves_areApart() throws Exception {
    Row one = row(1);
    Row other = row(1, FLEET, "p", "other", NOW, NOW.plusSeconds(1), 7);
    put(Shelf.RESPONSES, one);
    put(Shelf.REPEATS, other);

    assertSame(forEnd(store.find(Shelf.RESPONSES, key(1))), one);
    assertSame(forEnd(store.find(Shelf.REPEATS, key(1))), other);
    forEnd(store.write(List.of(new Change.Delete(Shelf.REPEATS, key(1)))));
    assertSame(forEnd(store.find(Shelf.RESPONSES, key(1))), one);
    assertThat(forEnd(store.find(Shelf.REPEATS, key(1)))).isNull();
  }

  @Test
  void secondPut_replacesTheFirst() throws Exception {
    put(Shelf.RESPONSES, row(1));
    Row second = row(1, FLEET, "p", "newer", NOW, NOW.plusSeconds(5), 100);
    put(Shelf.RESPONSES, second);

    assertSame(forEnd(store.find(Shelf.RESPONSES, key(1))), second);
    assertThat(forEnd(store.size(Shelf.RESPONSES))).isEqualTo(new Size(1, second.bytes()));
  }

  @Test
  void changesOfOneWrite_areMadeInOrder() throws Exception {
    Row last = row(1, FLEET, "p", "last", NOW, NOW.plusSeconds(5), 3);

    forEnd(
        store.write(
            List.of(
                new Change.Put(Shelf.RESPONSES, row(1)),
                new Change.Delete(Shelf.RESPONSES, key(1)),
                new Change.Put(Shelf.RESPONSES, last),
                new Change.Put(Shelf.RESPONSES, row(2)),
                new Change.Delete(Shelf.RESPONSES, key(2)),
                new Change.Delete(Shelf.RESPONSES, key(3)))));

    assertSame(forEnd(store.find(Shelf.RESPONSES, key(1))), last);
    assertThat(forEnd(store.find(Shelf.RESPONSES, key(2)))).isNull();
    assertThat(forEnd(store.size(Shelf.RESPONSES))).isEqualTo(new Size(1, last.bytes()));
  }

  @Test
  void size_followsEveryChange() throws Exception {
    Random random = new Random(7);
    Map<CallKey, Row> expected = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      Row row =
          row(
              random.nextInt(30),
              FLEET,
              "p",
              "m",
              NOW,
              NOW.plusSeconds(random.nextInt(100)),
              random.nextInt(5_000));
      if (random.nextInt(4) == 0) {
        forEnd(store.write(List.of(new Change.Delete(Shelf.RESPONSES, row.key()))));
        expected.remove(row.key());
      } else {
        put(Shelf.RESPONSES, row);
        expected.put(row.key(), row);
      }
      assertThat(forEnd(store.size(Shelf.RESPONSES)))
          .isEqualTo(
              new Size(expected.size(), expected.values().stream().mapToLong(Row::bytes).sum()));
    }
    assertThat(forEnd(store.size(Shelf.REPEATS))).isEqualTo(new Size(0, 0));
  }

  @Test
  void deleteExpired_takesTheLongestExpiredFirst() throws Exception {
    for (int i = 1; i <= 5; i++) {
      put(Shelf.RESPONSES, row(i, FLEET, "p", "m", NOW, NOW.minusSeconds(5).plusSeconds(i), 4));
    }
    put(Shelf.RESPONSES, row(6, FLEET, "p", "m", NOW, NOW.plusMillis(1), 4));

    assertThat(forEnd(store.deleteExpired(Shelf.RESPONSES, NOW, 2))).isEqualTo(2);
    assertThat(present(6)).containsExactlyInAnyOrder(3, 4, 5, 6);
    assertThat(forEnd(store.deleteExpired(Shelf.RESPONSES, NOW, 10))).isEqualTo(3);
    assertThat(present(6)).containsExactly(6);
    assertThat(forEnd(store.deleteExpired(Shelf.REPEATS, NOW, 10))).isZero();
  }

  @Test
  void deleteNearestExpiry_takesExpiredOnesThenTheSoonest() throws Exception {
    put(
        Shelf.RESPONSES,
        row(1, FLEET, "p", "m", NOW, NOW.plusSeconds(300), 4),
        row(2, FLEET, "p", "m", NOW, NOW.minusSeconds(1), 4),
        row(3, FLEET, "p", "m", NOW, NOW.plusSeconds(100), 4));

    assertThat(forEnd(store.deleteNearestExpiry(Shelf.RESPONSES, 2))).isEqualTo(2);
    assertThat(present(3)).containsExactly(1);
    assertThat(forEnd(store.deleteNearestExpiry(Shelf.RESPONSES, 2))).isEqualTo(1);
    assertThat(forEnd(store.size(Shelf.RESPONSES))).isEqualTo(new Size(0, 0));
  }

  private Set<Integer> present(int upTo) throws IOException {
    Set<Integer> present = new HashSet<>();
    for (int i = 1; i <= upTo; i++) {
      if (forEnd(store.find(Shelf.RESPONSES, key(i))) != null) {
        present.add(i);
      }
    }
    return present;
  }

  @Test
  void selectors_deleteWhatTheyMatchOfTheTenantAlone() throws Exception {
    EntryOwner own = new EntryOwner("acme", "alice");
    Instant later = NOW.plusSeconds(600);
    Row byModel = row(1, FLEET, "openai", "small", NOW, later, 4);
    Row byAgent = row(2, own, "openai", "gpt", NOW, later, 4);
    Row old = row(3, FLEET, "openai", "gpt", NOW.minusSeconds(100), later, 4);
    Row strange = row(4, new EntryOwner("rival", "alice"), "openai", "small", NOW, later, 4);
    Row rest = row(5, FLEET, "other", "small", NOW, later, 4);
    put(Shelf.RESPONSES, byModel, byAgent, old, strange, rest);

    assertThat(delete("acme", new Selector.ByModel("openai", "small"))).containsExactly(key(1));
    assertThat(delete("acme", new Selector.ByAgent("alice"))).containsExactly(key(2));
    assertThat(delete("acme", new Selector.OlderThan(Duration.ofSeconds(50))))
        .containsExactly(key(3));
    assertThat(delete("acme", new Selector.ByHash(key(4).hash()))).isEmpty();
    assertThat(delete("acme", new Selector.ByHash(key(5).hash()))).containsExactly(key(5));
    assertThat(present(5)).containsExactly(4);
  }

  @Test
  void selectorByHash_thatIsNoHash_matchesNothing() throws Exception {
    put(Shelf.RESPONSES, row(1));

    assertThat(delete("acme", new Selector.ByHash(""))).isEmpty();
    assertThat(delete("acme", new Selector.ByHash("zzzzzzzzzzzzzzzz"))).isEmpty();
    assertThat(delete("acme", new Selector.ByHash("' OR 1=1 --"))).isEmpty();
  }

  @Test
  void selectorAll_sparesRepeatsAndWhatIsNewer() throws Exception {
    put(Shelf.REPEATS, row(1));
    put(Shelf.RESPONSES, row(2, FLEET, "p", "m", NOW.plusMillis(1), NOW.plusSeconds(9), 4));
    put(Shelf.RESPONSES, row(3));

    assertThat(delete("acme", new Selector.All())).containsExactly(key(3));
    assertThat(forEnd(store.find(Shelf.REPEATS, key(1)))).isNotNull();
    assertThat(forEnd(store.find(Shelf.RESPONSES, key(2)))).isNotNull();
  }

  @Test
  void selectorAll_deletesMoreThanOneStep() throws Exception {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < 4_500; i++) {
      EntryOwner owner = i % 3 == 0 ? new EntryOwner("rival", null) : FLEET;
      changes.add(
          new Change.Put(Shelf.RESPONSES, row(i, owner, "p", "m", NOW, NOW.plusSeconds(9), 4)));
    }
    forEnd(store.write(changes));

    assertThat(new HashSet<>(delete("acme", new Selector.All()))).hasSize(3_000);
    assertThat(forEnd(store.size(Shelf.RESPONSES)).rows()).isEqualTo(1_500);
  }

  @Test
  void keys_pageThroughTheWholeShelfOnce() throws Exception {
    Set<CallKey> expected = new HashSet<>();
    for (int i = -50; i < 50; i++) {
      put(Shelf.RESPONSES, row(i * 0x1234_5678_9abcL));
      expected.add(key(i * 0x1234_5678_9abcL));
    }
    put(Shelf.REPEATS, row(1));

    List<CallKey> listed = new ArrayList<>();
    List<CallKey> page = forEnd(store.keys(Shelf.RESPONSES, null, 7));
    while (!page.isEmpty()) {
      listed.addAll(page);
      page = forEnd(store.keys(Shelf.RESPONSES, page.getLast(), 7));
    }

    assertThat(listed).doesNotHaveDuplicates();
    assertThat(new HashSet<>(listed)).isEqualTo(expected);
  }

  @Test
  void manyThreads_neverMixRows() throws Exception {
    int threads = 4;
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        int first = t * 1_000;
        all.add(
            executor.submit(() -> {
              start.await();
              for (int i = first; i < first + 100; i++) {
                put(Shelf.RESPONSES, row(i));
                assertSame(forEnd(store.find(Shelf.RESPONSES, key(i))), row(i));
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get();
      }
    }
    assertThat(forEnd(store.size(Shelf.RESPONSES)).rows()).isEqualTo(400);
  }
}
