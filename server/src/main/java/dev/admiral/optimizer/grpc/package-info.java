/**
 * The contract over gRPC: decoding, identity, deadlines, flow control, and the mapping of failures
 * to statuses.
 *
 * <p>Every error carries exactly one ErrorInfo with a stable reason; messages that cannot be
 * decoded are answered like any other bad input. No decision about a call is made here.
 *
 * <p>Methods run on the transport's event loops and never block; what may block is handed to
 * virtual threads.
 */
@NullMarked
package dev.admiral.optimizer.grpc;

import org.jspecify.annotations.NullMarked;
