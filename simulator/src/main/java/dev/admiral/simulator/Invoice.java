package dev.admiral.simulator;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An immutable copy of the invoice.
 *
 * @param lines billed calls, in the order in which they ended
 * @param refused calls refused without cost, in the same order
 * @param totals sums over every billed call, by provider and model
 * @param droppedLines lines (of both lists) that were counted but not kept, because the bound set
 *     by {@link Simulator.Builder#invoiceLines} was reached; {@code totals} includes them
 */
public record Invoice(
    List<InvoiceLine> lines,
    List<InvoiceLine> refused,
    Map<ModelKey, Totals> totals,
    long droppedLines) {

  /**
   * Names a model of a provider.
   *
   * @param provider the provider's name
   * @param model the model's name
   */
  public record ModelKey(String provider, String model) {
    @Override
    public String toString() {
      return provider + "/" + model;
    }
  }

  /**
   * What a model was used for.
   *
   * @param calls billed calls
   * @param unreportedCalls the calls among them whose usage never reached the caller
   * @param unpricedCalls the calls among them that have no price
   * @param tokens all tokens
   * @param costPicos pico-dollars of all calls that have a price
   * @param reportedCostPicos pico-dollars of the calls whose usage reached the caller
   */
  public record Totals(
      long calls,
      long unreportedCalls,
      long unpricedCalls,
      Tokens tokens,
      long costPicos,
      long reportedCostPicos) {

    static final Totals NONE = new Totals(0, 0, 0, Tokens.NONE, 0, 0);

    Totals plus(Totals other) {
      return new Totals(
          calls + other.calls,
          unreportedCalls + other.unreportedCalls,
          unpricedCalls + other.unpricedCalls,
          tokens.plus(other.tokens),
          Math.addExact(costPicos, other.costPicos),
          Math.addExact(reportedCostPicos, other.reportedCostPicos));
    }

    Totals negated() {
      return new Totals(
          -calls,
          -unreportedCalls,
          -unpricedCalls,
          Tokens.NONE.minus(tokens),
          -costPicos,
          -reportedCostPicos);
    }

    static Totals of(InvoiceLine line) {
      long cost = line.costPicos().orElse(0);
      return new Totals(
          1,
          line.usageReported() ? 0 : 1,
          line.costPicos().isPresent() ? 0 : 1,
          line.tokens(),
          cost,
          line.usageReported() ? cost : 0);
    }
  }

  /** Returns the sum over all models. */
  public Totals total() {
    return totals.values().stream().reduce(Totals.NONE, Totals::plus);
  }

  /** Returns the pico-dollars of all billed calls. */
  public long costPicos() {
    return total().costPicos();
  }

  /** Returns the billed line that was answered with a request id. */
  public Optional<InvoiceLine> line(String requestId) {
    return lines.stream().filter(line -> line.requestId().equals(requestId)).findFirst();
  }
}
