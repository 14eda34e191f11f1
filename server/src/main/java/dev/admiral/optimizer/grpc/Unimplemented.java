package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.v1.ErrorReason;
import io.grpc.StatusRuntimeException;

/** Methods of the contract that have no engine in this version. */
final class Unimplemented {
  private Unimplemented() {}

  static StatusRuntimeException method(String name) {
    return Statuses.of(
        ErrorReason.ERROR_REASON_NOT_IMPLEMENTED,
        name + " is part of the contract but not of this version of the server");
  }
}
