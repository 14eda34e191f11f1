package dev.admiral.optimizer.config;

import dev.admiral.optimizer.ledger.Price;
import dev.admiral.optimizer.routing.KnownModel;
import java.util.Optional;

/**
 * A configured model.
 *
 * @param known what the router is to know of it
 * @param price what it costs; empty if the configuration does not say
 */
record ModelEntry(KnownModel known, Optional<Price> price) {}
