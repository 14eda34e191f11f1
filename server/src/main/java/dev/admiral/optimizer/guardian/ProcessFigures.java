package dev.admiral.optimizer.guardian;

import java.util.OptionalDouble;

/**
 * What this process uses of its machine.
 *
 * @param heapUsedBytes bytes of the heap in use, those no longer needed included
 * @param heapLimitBytes most bytes the heap may take
 * @param residentBytes bytes of memory the process holds in all; 0 where the system does not say
 * @param processorRate part of all processors that it used of late, 0 to 1; empty where the system
 *     does not say, and in the first moments
 */
public record ProcessFigures(
    long heapUsedBytes, long heapLimitBytes, long residentBytes, OptionalDouble processorRate) {}
