/**
 * The demonstration: simulated providers, a real server in a process of its own, and a fleet of
 * agents that call it over gRPC.
 *
 * <p>Every figure it prints comes from the server's own answers, from the simulator's invoice, or,
 * where it says so, from the agents' clocks. Nothing it started outlives it.
 *
 * <p>Each agent has a virtual thread; what they share is safe for use by many threads.
 */
@NullMarked
package dev.admiral.cli.demo;

import org.jspecify.annotations.NullMarked;
