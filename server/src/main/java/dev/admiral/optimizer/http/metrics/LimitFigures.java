package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.admission.Limiter;

/** Tells the limits of providers, and what was refused. */
final class LimitFigures implements Figures {
  /** Has no agents, so that only the providers' limits are told of. */
  private static final String NO_TENANT = "";

  private static final String PROVIDER = "provider/";

  private final Limiter limiter;

  LimitFigures(Limiter limiter) {
    this.limiter = limiter;
  }

  @Override
  public void tell(Exposition to) {
    Limiter.Refusals refusals = limiter.refusals();
    to.put(Metric.REFUSALS, refusals.agents(), "agent", "none");
    refusals
        .providers()
        .forEach((provider, refused) -> to.put(Metric.REFUSALS, refused, "provider", provider));
    limiter
        .levels(NO_TENANT)
        .forEach(level -> {
          String provider = level.subject().substring(PROVIDER.length());
          to.put(Metric.LIMIT, level.limit(), provider);
          to.put(Metric.LIMIT_LEFT, level.available(), provider);
          to.put(Metric.LIMIT_BURST, level.burst(), provider);
        });
  }
}
