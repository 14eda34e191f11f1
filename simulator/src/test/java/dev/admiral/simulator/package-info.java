/**
 * What the simulator promises, tried over its own HTTP port.
 *
 * <p>Wire shapes are compared with recordings when those are at hand, and always with shapes
 * written down here; money and rate limits with reference models.
 *
 * <p>Each test starts a simulator of its own.
 */
@NullMarked
package dev.admiral.simulator;

import org.jspecify.annotations.NullMarked;
