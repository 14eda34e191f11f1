package dev.admiral.simulator;

import java.util.Map;

/**
 * Counts at one moment.
 *
 * @param openConnections TCP connections open now
 * @param openCalls accepted calls that have not ended
 * @param openStreams the streams among them
 * @param acceptedCalls calls accepted since the start or the last reset
 * @param refusedCalls calls refused, by HTTP status
 * @param cancelledCalls accepted calls whose caller closed the connection before the end
 * @param faults faults injected, by keyword
 */
public record SimulatorStats(
    long openConnections,
    long openCalls,
    long openStreams,
    long acceptedCalls,
    Map<Integer, Long> refusedCalls,
    long cancelledCalls,
    Map<String, Long> faults) {}
