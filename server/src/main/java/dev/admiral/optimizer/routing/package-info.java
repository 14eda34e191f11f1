/**
 * Which model answers: the {@link dev.admiral.optimizer.routing.Catalogue} of names, the {@link
 * dev.admiral.optimizer.routing.Router} that orders candidates, and the {@link
 * dev.admiral.optimizer.routing.ModelHealth} that says which of them work now.
 *
 * <p>A name is either resolved or refused with the nearest names; a provider's own name passes
 * through though nobody knows it; a model that fails is not asked for a while and then tried by one
 * call at a time.
 *
 * <p>Catalogue and router are immutable, model health is safe for concurrent use; nothing here does
 * I/O or waits.
 */
@NullMarked
package dev.admiral.optimizer.routing;

import org.jspecify.annotations.NullMarked;
