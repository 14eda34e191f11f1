package dev.admiral.optimizer.front;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Faults;
import dev.admiral.optimizer.pipeline.RunningCall;
import dev.admiral.optimizer.v1.ErrorReason;
import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end that comes to the calls of one caller from outside: their deadline, or the caller's
 * leaving. Calls that have ended already take no notice. Thread-safe.
 */
public final class CallEnd implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(CallEnd.class);

  /** The caller left. */
  public static final Failure CANCELLED =
      new Failure.Refused(ErrorReason.ERROR_REASON_CALL_CANCELLED, "the caller cancelled the call");

  /** The deadline passed. */
  public static final Failure LATE = new Failure.DeadlineExceeded(null);

  private final List<RunningCall> calls;
  private final Runnable thereafter;
  private volatile @Nullable Future<?> alarm;

  /**
   * @param thereafter what else to do once the deadline has passed
   */
  CallEnd(List<RunningCall> calls, Runnable thereafter) {
    this.calls = calls;
    this.thereafter = thereafter;
  }

  /** Names what is to run this at the deadline. */
  void due(Future<?> at) {
    alarm = at;
  }

  /** Ends the calls, as their deadline has passed. */
  @Override
  public void run() {
    leave(calls, LATE);
    thereafter.run();
  }

  /** Ends the calls, as their caller has left. */
  public void left() {
    over();
    leave(calls, CANCELLED);
  }

  /** Says that the caller was told all there is: no deadline is of interest any more. */
  public void over() {
    Future<?> due = alarm;
    if (due != null) {
      due.cancel(false);
    }
  }

  /** Ends calls for their caller. */
  public static void leave(List<RunningCall> calls, Failure why) {
    for (RunningCall call : calls) {
      try {
        call.leave(why);
      } catch (RuntimeException e) {
        // The others are not to be kept waiting for what went wrong with this one.
        LOG.error("a call could not be ended", Faults.withoutMessages(e));
      }
    }
  }
}
