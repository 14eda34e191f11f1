package dev.admiral.optimizer.app;

import dev.admiral.optimizer.call.Time;
import java.time.Instant;

/**
 * The running program.
 *
 * @param version its version
 * @param started when it was started
 * @param time its clock
 */
record Program(String version, Instant started, Time time) {}
