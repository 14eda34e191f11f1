package dev.admiral.optimizer.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Answer;
import dev.admiral.optimizer.call.CallKey;
import dev.admiral.optimizer.call.Samples;
import dev.admiral.optimizer.call.VirtualTime;
import dev.admiral.optimizer.v1.FinishReason;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares the cache, after every step of random schedules, with a map. */
class ResponseCacheModelTest {
  private static final List<String> TENANTS = List.of("acme", "rival");
  private static final List<String> MODELS = List.of("small", "large");

  @Property(tries = 1_000)
  void cacheWithRoom_holdsWhatAMapWould(
      @ForAll @Size(max = 60) List<@IntRange(max = 999_999) Integer> schedule) throws Exception {
    World world = new World();
    for (int step : schedule) {
      world.step(step % 100, step / 100);
    }
    world.checkAll();
  }

  private record Kept(EntryOwner owner, Answer answer, Instant expires) {}

  private static final class World {
    final VirtualTime time = VirtualTime.atZero();
    final InMemoryResponseStore store = new InMemoryResponseStore();
    final Map<CallKey, Kept> model = new HashMap<>();
    ResponseCache cache = open();
    long hits;
    long misses;
    int texts;

    ResponseCache open() {
      hits = 0;
      misses = 0;
      return new ResponseCache(
          CacheSettings.defaults(1L << 30),
          store,
          time,
          new Random(1),
          Thread.ofPlatform().daemon().factory());
    }

    void step(int what, int which) throws Exception {
      CallKey key = Samples.key(which % 8);
      if (what < 30) {
        put(key, which);
      } else if (what < 60) {
        find(key);
      } else if (what < 70) {
        cache.writes().write();
      } else if (what < 75) {
        cache.writes().tidy();
      } else if (what < 83) {
        time.advance(Duration.ofSeconds(which % 400));
      } else if (what < 88) {
        evict(key, TENANTS.get(which / 8 % 2));
      } else if (what < 96) {
        invalidate(which);
      } else {
        restart();
      }
      assertThat(cache.metrics().memory().hits() + cache.metrics().disk().hits()).isEqualTo(hits);
      assertThat(cache.metrics().disk().misses()).isEqualTo(misses);
    }

    void put(CallKey key, int which) {
      EntryOwner owner =
          new EntryOwner(TENANTS.get(which / 8 % 2), which / 16 % 3 == 0 ? "alice" : null);
      Answer answer =
          Samples.answer(
              "text " + texts++,
              which / 96 % 8 == 0
                  ? FinishReason.FINISH_REASON_LENGTH
                  : FinishReason.FINISH_REASON_STOP,
              "openai",
              MODELS.get(which / 48 % 2),
              time.now());
      Duration ttl = Duration.ofSeconds(which / 100 % 700);
      cache.answers().put(key, owner, answer, ttl, cache.answers().epoch());
      if (ttl.isPositive() && CacheRules.cacheable(answer)) {
        model.put(key, new Kept(owner, answer, time.now().plus(ttl)));
      }
    }

    void find(CallKey key) {
      Hit hit = cache.answers().findInMemory(key, null);
      if (hit == null) {
        hit = cache.answers().findOnDisk(key, null);
      }
      Kept kept = alive(key);
      if (kept == null) {
        misses++;
        assertThat(hit).isNull();
      } else {
        hits++;
        assertThat(hit).isNotNull();
        assertThat(hit.answer()).isEqualTo(kept.answer());
        assertThat(hit.age()).isEqualTo(Duration.between(kept.answer().created(), time.now()));
      }
    }

    void evict(CallKey key, String tenant) throws Exception {
      Kept kept = alive(key);
      boolean owned = kept != null && kept.owner().tenant().equals(tenant);
      assertThat(cache.answers().evict(tenant, key.hash())).isEqualTo(owned);
      if (owned) {
        model.remove(key);
      }
    }

    Kept alive(CallKey key) {
      Kept kept = model.get(key);
      return kept == null || !kept.expires().isAfter(time.now()) ? null : kept;
    }

    void invalidate(int which) throws Exception {
      String tenant = TENANTS.get(which % 2);
      Selector selector =
          switch (which / 2 % 5) {
            case 0 -> new Selector.ByHash(Samples.key(which % 8).hash());
            case 1 -> new Selector.ByModel("openai", MODELS.get(which / 10 % 2));
            case 2 -> new Selector.ByAgent("alice");
            case 3 -> new Selector.OlderThan(Duration.ofSeconds(which / 10 % 300));
            default -> new Selector.All();
          };
      Instant now = time.now();
      // Rows that have expired but are not purged yet would be counted.
      cache.writes().write();
      cache.writes().tidy();
      long expected = 0;
      for (CallKey key : List.copyOf(model.keySet())) {
        Kept kept = model.get(key);
        boolean matches =
            kept.owner().tenant().equals(tenant)
                && selector.matches(
                    key,
                    kept.owner(),
                    kept.answer().provider(),
                    kept.answer().model(),
                    kept.answer().created(),
                    now);
        if (matches) {
          expected += alive(key) == null ? 0 : 1;
          model.remove(key);
        }
      }
      assertThat(cache.invalidate(tenant, selector)).isEqualTo(expected);
    }

    void restart() {
      while (cache.writes().waiting() > 0) {
        cache.writes().write();
      }
      cache = open();
      cache.writes().tidy();
    }

    void checkAll() {
      for (int i = 0; i < 8; i++) {
        find(Samples.key(i));
      }
      restart();
      for (int i = 0; i < 8; i++) {
        find(Samples.key(i));
      }
      cache.writes().tidy();
      cache.writes().tidy();
      cache.writes().tidy();
      long alive = model.keySet().stream().filter(key -> alive(key) != null).count();
      assertThat(cache.metrics().disk().entries()).isEqualTo(alive);
      assertThat(cache.metrics().memory().entries()).isEqualTo(alive);
    }
  }
}
