/**
 * What probes and operators are told of the server's health by HTTP.
 *
 * <p>It is the same truth as by gRPC: the same board is asked, and readiness turns with the answer
 * to {@code grpc.health.v1}.
 *
 * <p>Parts are asked on virtual threads, since they may look at files.
 */
@NullMarked
package dev.admiral.optimizer.http.health;

import org.jspecify.annotations.NullMarked;
