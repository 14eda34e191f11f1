package dev.admiral.optimizer.http.metrics;

import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.pipeline.Engines;
import java.util.function.IntSupplier;

/**
 * Where the figures come from. Everything may be asked by any thread.
 *
 * @param engines what the pipeline drives
 * @param board the health of the parts
 * @param process what this process uses
 * @param grpcConnections open connections that speak gRPC
 * @param httpConnections open connections that speak HTTP
 * @param version version of the server
 */
public record Sources(
    Engines engines,
    HealthBoard board,
    ProcessGauge process,
    IntSupplier grpcConnections,
    IntSupplier httpConnections,
    String version) {}
