/**
 * What Prometheus is told at {@code /metrics}: calls, money, cache, limits, health and this
 * process, in Admiral's names and in those of OpenTelemetry's GenAI convention.
 *
 * <p>Everything is read from the server's own statistics when it is asked for, so that calls pay
 * nothing; counters never fall while the server runs; labels are bounded and never hold keys, users
 * or content.
 *
 * <p>A reading runs on a virtual thread, a few at a time; the endpoint may be asked by any thread.
 */
@NullMarked
package dev.admiral.optimizer.http.metrics;

import org.jspecify.annotations.NullMarked;
