/**
 * A fake of the model providers that speaks their wire formats over HTTP and bills like them.
 *
 * <p>What it answers is a function of the request and a seed, and its invoice is exact to the
 * pico-dollar whatever fault was injected.
 *
 * <p>{@link dev.admiral.simulator.Simulator} may be used from any thread; inside, each call is
 * driven by one thread at a time and none ever blocks.
 */
@NullMarked
package dev.admiral.simulator;

import org.jspecify.annotations.NullMarked;
