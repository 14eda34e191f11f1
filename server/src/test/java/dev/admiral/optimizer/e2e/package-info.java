/** The whole server, over gRPC, against the simulator: what users see. */
@NullMarked
package dev.admiral.optimizer.e2e;

import org.jspecify.annotations.NullMarked;
