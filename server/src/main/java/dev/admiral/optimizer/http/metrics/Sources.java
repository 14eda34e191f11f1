package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.telemetry.SpanCounts;
import java.util.function.IntSupplier;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;

/**
 * Where the figures come from. Everything may be asked by any thread.
 *
 * @param engines what the pipeline drives
 * @param board the health of the parts
 * @param process what this process uses
 * @param grpcConnections open connections that speak gRPC
 * @param httpConnections open connections that speak HTTP
 * @param httpRequests HTTP requests answered so far, by the first digit of their status
 * @param spans what became of the spans of traces
 * @param version version of the server
 */
public record Sources(
    Engines engines,
    HealthBoard board,
    ProcessGauge process,
    IntSupplier grpcConnections,
    IntSupplier httpConnections,
    IntToLongFunction httpRequests,
    Supplier<SpanCounts> spans,
    String version) {}
