package dev.admiral.optimizer.events;

import java.time.Instant;

/**
 * An event in its place.
 *
 * @param sequence its number among the tenant's events, from 1, strictly rising
 * @param time when it happened
 * @param event what happened
 */
public record Stamped(long sequence, Instant time, Event event) {}
