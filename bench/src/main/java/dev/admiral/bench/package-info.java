/**
 * Benchmarks of the whole server. Each prints its figure beside a floor that was measured in the
 * same run, in turns with it, so that the ratio holds on any machine.
 *
 * <p>Servers and simulators are processes of their own on loopback, bounded in time, and ended by
 * the one that started them.
 */
@NullMarked
package dev.admiral.bench;

import org.jspecify.annotations.NullMarked;
