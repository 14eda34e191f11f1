package dev.admiral.optimizer.pipeline;

import dev.admiral.optimizer.admission.Admission;
import dev.admiral.optimizer.admission.Demand;
import dev.admiral.optimizer.admission.LimitLevel;
import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.admission.Permit;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.Usage;
import dev.admiral.optimizer.v1.ErrorReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** Lets everybody pass, unless told otherwise, and keeps what became of each permit. */
final class FakeLimiter implements Limiter {
  static final Failure.LimitReached USED_UP =
      new Failure.LimitReached(
          ErrorReason.ERROR_REASON_RATE_LIMITED,
          "requests per minute",
          "provider red",
          Duration.ofSeconds(7));

  /** What happens while a provider's limit is waited for. */
  interface Wait {
    void pass() throws InterruptedException;
  }

  final List<Kept> ofAgents = new ArrayList<>();
  final List<Kept> ofProviders = new ArrayList<>();
  final List<Demand> demands = new ArrayList<>();
  private final Deque<Failure.LimitReached> agentRefusals = new ArrayDeque<>();
  private final Deque<Failure.LimitReached> providerRefusals = new ArrayDeque<>();
  private Wait wait = () -> {};
  private boolean broken;

  /** A permit, and how it ended: "", "cancelled" or "settled INPUT+OUTPUT". */
  static final class Kept implements Permit {
    String end = "";

    @Override
    public void settle(Usage usage) {
      end("settled " + usage.input() + "+" + usage.output());
    }

    @Override
    public void cancel() {
      end("cancelled");
    }

    private void end(String how) {
      if (end.isEmpty()) {
        end = how;
      }
    }

    @Override
    public String toString() {
      return end;
    }
  }

  void refuseAgentOnce() {
    agentRefusals.add(USED_UP);
  }

  void refuseProviderOnce() {
    providerRefusals.add(USED_UP);
  }

  void waits(Wait what) {
    wait = what;
  }

  /** Breaks from now on. */
  void breaks() {
    broken = true;
  }

  @Override
  public Admission admitCaller(Caller caller) {
    if (broken) {
      throw new IllegalStateException("a fault of this server");
    }
    return admission(agentRefusals, ofAgents);
  }

  @Override
  public Admission admitAttempt(Demand demand) throws InterruptedException {
    demands.add(demand);
    wait.pass();
    return admission(providerRefusals, ofProviders);
  }

  private static Admission admission(Deque<Failure.LimitReached> refusals, List<Kept> permits) {
    if (!refusals.isEmpty()) {
      return new Admission.Refused(refusals.remove());
    }
    Kept permit = new Kept();
    permits.add(permit);
    return new Admission.Admitted(permit);
  }

  @Override
  public List<LimitLevel> levels(String tenant) {
    return List.of();
  }

  @Override
  public Refusals refusals() {
    return new Refusals(0, Map.of());
  }
}
