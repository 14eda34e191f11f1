package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.events.EventBus;
import dev.admiral.optimizer.ledger.Ledger;
import java.util.function.IntSupplier;

/** Tells what is under way: calls of providers, entries of the ledger, events. */
final class FlowFigures implements Figures {
  private final IntSupplier flights;
  private final Ledger ledger;
  private final EventBus events;

  /**
   * @param flights how many calls of providers are in flight
   */
  FlowFigures(IntSupplier flights, Ledger ledger, EventBus events) {
    this.flights = flights;
    this.ledger = ledger;
    this.events = events;
  }

  @Override
  public void tell(Exposition to) {
    to.put(Metric.FLIGHTS, flights.getAsInt());
    to.put(Metric.LEDGER_BACKLOG, ledger.health().backlog());
    to.put(Metric.LEDGER_ACCEPTING, Exposition.number(ledger.accepting()));
    to.put(Metric.EVENTS_DROPPED, events.dropped());
  }
}
