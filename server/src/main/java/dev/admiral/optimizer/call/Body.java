package dev.admiral.optimizer.call;

import dev.admiral.optimizer.v1.Prompt;

/**
 * What a call asks, everything that can change the answer. It is typed: said in the contract's
 * words. A body kept as it came in a vendor's own words would be a second kind; the doors make
 * bodies and {@code provider} writes them, and nobody between them asks which kind one is: they use
 * the views that every kind gives.
 */
public sealed interface Body permits Body.Typed {

  /** Returns the view in the contract's words. */
  Prompt prompt();

  /** A body in the contract's words. */
  record Typed(Prompt prompt) implements Body {}
}
