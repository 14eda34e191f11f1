package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Estimates;
import dev.admiral.optimizer.routing.ModelHealth;
import java.time.Duration;
import java.util.Optional;

/**
 * What the router expects of models: prices from the ledger's list, first pieces as measured.
 *
 * @param prices the price list
 * @param health what was measured
 * @param time tells which price holds
 */
record Expectations(PriceBook prices, ModelHealth health, Time time) implements Estimates {
  @Override
  public Optional<Money> upperCost(Candidate candidate, long inputTokens, long outputTokens) {
    return prices.upperEstimate(
        candidate.provider(), candidate.model(), inputTokens, outputTokens, time.now());
  }

  @Override
  public Optional<Duration> firstToken(Candidate candidate) {
    return health.firstToken(candidate);
  }
}
