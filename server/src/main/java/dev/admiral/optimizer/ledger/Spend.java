package dev.admiral.optimizer.ledger;

import dev.admiral.optimizer.call.Money;

/**
 * What one agent spent, estimates included.
 *
 * @param agent the agent
 * @param today spent since midnight UTC
 * @param total spent since the beginning
 * @param saved not paid since the beginning, because an answer was cached or joined
 */
public record Spend(String agent, Money today, Money total, Money saved) {}
