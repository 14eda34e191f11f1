/**
 * Traces of finished calls, sent by OTLP in the names of OpenTelemetry's GenAI convention.
 *
 * <p>A trace is made after its call from the steps the call noted anyway; a collector that is slow
 * or gone costs spans, which are counted, and never a call; content is sent only where the operator
 * asked for it, and nothing of OpenTelemetry is loaded where traces are off.
 *
 * <p>Spans are made on the threads that end calls and sent by one thread of their own.
 */
@NullMarked
package dev.admiral.optimizer.telemetry;

import org.jspecify.annotations.NullMarked;
