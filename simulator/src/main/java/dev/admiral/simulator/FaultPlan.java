package dev.admiral.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Decides which call meets which fault. A caller's own wish goes first; else each rule of the
 * model, in the order of their making, draws by its rate from the seed and the number of the call.
 * Safe for use by many threads.
 */
final class FaultPlan {
  /** Of how many contents it is remembered how often they met a fault limited by times. */
  private static final int MOST_CONTENTS = 10_000;

  /** A fault that meets a share of a model's calls; {@code *} is every model. */
  record Rule(String model, double rate, String fault, Fault.Spec spec) {

    static Rule of(String model, double rate, String fault) {
      if (!(rate >= 0 && rate <= 1)) {
        throw new IllegalArgumentException(
            "The rate of fault '" + fault + "' must be between 0 and 1, but is " + rate + '.');
      }
      return new Rule(model, rate, fault, Fault.parse(fault));
    }
  }

  private final long seed;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Map<String, AtomicLong> calls = new ConcurrentHashMap<>();
  private final Map<Long, Integer> met =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
          return size() > MOST_CONTENTS;
        }
      };

  FaultPlan(long seed) {
    this.seed = seed;
  }

  void add(Rule rule) {
    rules.add(rule);
  }

  void clear() {
    rules.clear();
  }

  List<Rule> rules() {
    return List.copyOf(rules);
  }

  void forgetCalls() {
    calls.clear();
    synchronized (met) {
      met.clear();
    }
  }

  List<Fault> of(Ask ask) {
    Fault.Spec spec = ask.options().faults().orElseGet(() -> drawn(ask.model().name()));
    if (spec.times() != Integer.MAX_VALUE) {
      synchronized (met) {
        if (met.merge(ask.hash(), 1, Integer::sum) > spec.times()) {
          return List.of();
        }
      }
    }
    return spec.faults();
  }

  private Fault.Spec drawn(String model) {
    if (rules.isEmpty()) {
      return Fault.Spec.NONE;
    }
    long number = calls.computeIfAbsent(model, any -> new AtomicLong()).incrementAndGet();
    long draw = Mix.mix(Mix.text(seed, model), number);
    int i = 0;
    for (Rule rule : rules) {
      boolean covers = rule.model.equals("*") || rule.model.equals(model);
      if (covers && Mix.unit(Mix.mix(draw, i)) < rule.rate) {
        return rule.spec;
      }
      i++;
    }
    return Fault.Spec.NONE;
  }
}
