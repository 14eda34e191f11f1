package dev.admiral.optimizer.front;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.v1.ErrorReason;
import java.io.IOException;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a caller is told of whatever was thrown while it waited. */
public final class CallFaults {
  private static final Logger LOG = LoggerFactory.getLogger(CallFaults.class);

  private CallFaults() {}

  /**
   * Returns the failure to tell. What is no failure of a call but a fault of a store or of this
   * program is logged; of a fault of this program the caller is given an id alone, as its text may
   * quote content. An interruption is taken for the caller's leaving, and stays set.
   */
  public static Failure of(Exception thrown) {
    return switch (thrown) {
      case CallException failed -> failed.failure();
      case IOException store -> {
        LOG.warn("a store failed while a caller waited: {}", store.getClass().getName());
        yield new Failure.Refused(
            ErrorReason.ERROR_REASON_STORE_UNAVAILABLE,
            "a store of this server failed; Health tells which and why");
      }
      case InterruptedException _ -> {
        Thread.currentThread().interrupt();
        yield CallEnd.CANCELLED;
      }
      default -> internal(thrown);
    };
  }

  private static Failure internal(Exception fault) {
    String id = Long.toHexString(ThreadLocalRandom.current().nextLong());
    LOG.atError()
        .addKeyValue("fault_id", id)
        .setCause(Faults.withoutMessages(fault))
        .log("a fault of this server ended a call");
    return new Failure.Internal(id);
  }
}
