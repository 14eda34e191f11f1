package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The window against a list of everything that was ever used. */
class SlidingWindowTest {
  private static final long WINDOW = 1000;
  private static final long[] LIMITS = {5, 100};

  record Wish(long pauseMillis, long tokens) {}

  private record Use(long millis, long tokens) {}

  @Provide
  Arbitrary<List<Wish>> wishes() {
    Arbitrary<Wish> wish =
        Combinators.combine(
                Arbitraries.longs().between(0, 400), Arbitraries.longs().between(0, 120))
            .as(Wish::new);
    return wish.list().ofMaxSize(80);
  }

  @Property
  void take_agreesWithAListOfAllUses(@ForAll("wishes") List<Wish> wishes) {
    SlidingWindow window = new SlidingWindow(WINDOW, LIMITS);
    List<Use> uses = new ArrayList<>();
    long now = 1_000_000;
    for (Wish wish : wishes) {
      now += wish.pauseMillis();
      boolean fits = fits(uses, now, wish.tokens());
      long wait = wait(uses, now, wish.tokens());

      SlidingWindow.Verdict verdict = window.take(now, 1, wish.tokens());

      assertThat(verdict.granted()).isEqualTo(fits);
      assertThat(verdict.waitMillis()).isEqualTo(wait);
      if (fits) {
        uses.add(new Use(now, wish.tokens()));
      }
      List<Use> live = live(uses, now);
      assertThat(verdict.used(0)).isEqualTo(live.size());
      assertThat(verdict.used(1)).isEqualTo(live.stream().mapToLong(Use::tokens).sum());
      assertThat(verdict.resetMillis())
          .isEqualTo(live.isEmpty() ? 0 : live.getLast().millis() + WINDOW - now);
    }
  }

  private static List<Use> live(List<Use> uses, long now) {
    return uses.stream().filter(use -> use.millis() + WINDOW > now).toList();
  }

  private static boolean fits(List<Use> uses, long now, long tokens) {
    List<Use> live = live(uses, now);
    return live.size() < LIMITS[0]
        && live.stream().mapToLong(Use::tokens).sum() + tokens <= LIMITS[1];
  }

  /** Tries every millisecond to come. */
  private static long wait(List<Use> uses, long now, long tokens) {
    if (tokens > LIMITS[1]) {
      return fits(uses, now, tokens) ? 0 : -1;
    }
    for (long wait = 0; wait <= WINDOW; wait++) {
      if (fits(uses, now + wait, tokens)) {
        return wait;
      }
    }
    return -1;
  }
}
