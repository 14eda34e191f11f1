package dev.admiral.optimizer.ledger;

import com.google.protobuf.ByteString;
import dev.admiral.optimizer.call.Cost;
import dev.admiral.optimizer.call.DurableRecord;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Usage;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Entries for tests. */
public final class LedgerEntries {
  /** Noon of an ordinary day. */
  public static final Instant NOON = Instant.parse("2026-05-04T12:00:00Z");

  private LedgerEntries() {}

  /** Returns a priced entry of agent "a" in tenant "t". */
  public static LedgerEntry entry(String id, long picoUsd) {
    return entry(id, "call-" + id, "a", NOON, Usage.reported(10, 5), known(picoUsd, false));
  }

  public static LedgerEntry entry(
      String id, String callId, String agent, Instant created, Usage usage, Cost cost) {
    return new LedgerEntry(
        id, callId, 0, "t", agent, "g", "review", "openai", "gpt-4o", usage, cost, "req", created);
  }

  /** Returns a record of agent "a" in tenant "t" whose body no text could hold. */
  public static DurableRecord record(DurableRecord.Log log, String id, String kind) {
    byte[] body = {0, -1, 'x', (byte) id.length()};
    return new DurableRecord(log, id, kind, "t", "a", NOON.plusNanos(7), ByteString.copyFrom(body));
  }

  public static Cost known(long picoUsd, boolean estimated) {
    return known(new Money(picoUsd), estimated);
  }

  public static Cost known(Money amount, boolean estimated) {
    return new Cost.Known(amount, "openai/gpt-4o@2026-09-23", estimated);
  }

  /** Returns entries of few tenants, agents, models and days, so that they meet in sums. */
  static Arbitrary<LedgerEntry> any() {
    Arbitrary<String> tenants = Arbitraries.of("t", "t", "other");
    Arbitrary<String> agents = Arbitraries.of("a", "b", "c'; --");
    Arbitrary<String> models = Arbitraries.of("gpt-4o", "m/with/slashes");
    Arbitrary<Long> seconds = Arbitraries.longs().between(0, Duration.ofDays(4).toSeconds());
    Arbitrary<Usage> usages =
        Arbitraries.longs()
            .between(0, 2_000_000)
            .list()
            .ofSize(6)
            .map(n ->
                new Usage(
                    n.get(0), n.get(1), n.get(2), n.get(3), n.get(4), n.get(5), n.get(0) > 9e5));
    Arbitrary<Cost> costs =
        Arbitraries.longs()
            .between(0, 3_000_000_000_000L)
            .map(pico -> pico % 7 == 0 ? new Cost.Unknown() : known(pico, false));
    return Combinators.combine(tenants, agents, models, seconds, usages, costs)
        .as((tenant, agent, model, second, usage, cost) ->
            new LedgerEntry(
                // Few enough ids that some come twice.
                "id-" + tenant + second % 50,
                "call-" + second % 7,
                (int) (second % 3),
                tenant,
                agent,
                "",
                "",
                "openai",
                model,
                usage,
                cost instanceof Cost.Known known && usage.estimated()
                    ? known(known.amount().picoUsd(), true)
                    : cost,
                "",
                NOON.plusSeconds(second).plusNanos(second)));
  }
}
