package dev.admiral.optimizer.fleet;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.CallObserver;
import dev.admiral.optimizer.call.Caller;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.FinishedCall;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.MoneyAdder;
import dev.admiral.optimizer.call.Outcome;
import dev.admiral.optimizer.call.StoreWait;
import dev.admiral.optimizer.call.StoreWriter;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.v1.Source;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The agents of every tenant. An agent registers itself by its first call or heartbeat.
 *
 * <p>A tenant has a bound on agents, so that a program that makes up a name for every call cannot
 * fill the memory. Calls of agents beyond it work as all others do, limits and cache scope by their
 * own name included; only their totals are kept together, under {@link #OTHERS}.
 *
 * <p>{@link #arrive} and {@link #finished(FinishedCall)} are called for every cache hit, on the
 * event loop: two hash look-ups, no lock, and as a rule no allocation. Totals live in memory;
 * {@link #flush} adds what they gained to the store, so that servers that share one do not undo
 * each other's. A crash loses the gains since the last flush, which are for display: the ledger is
 * what counts money.
 */
public final class Fleet implements CallObserver {
  /** Name of the row that stands for all agents beyond the bound; no agent can have it. */
  public static final String OTHERS = "(others)";

  /** The name of an agent that gives none. */
  public static final String ANONYMOUS = "anonymous";

  /** Most characters of an agent's name, and of a group's. */
  public static final int MAX_NAME_LENGTH = 128;

  /** How exact the time is at which an agent was last seen. */
  public static final Duration SEEN_RESOLUTION = Duration.ofMillis(100);

  private static final long SEEN_RESOLUTION_NANOS = SEEN_RESOLUTION.toNanos();

  private final AgentStore store;
  private final int maxAgents;
  private final Time time;
  private final Consumer<Agent> registered;
  private final ConcurrentHashMap<String, Tenant> tenants = new ConcurrentHashMap<>();

  /**
   * Held while the store is written, so that an agent that is being forgotten is not written back.
   */
  private final Object storeLock = new Object();

  @GuardedBy("storeLock")
  private final StoreWriter writer;

  private volatile @Nullable String storeProblem;

  /**
   * @param store where totals outlive the process
   * @param storeWait longest wait for one writing
   * @param maxAgents most agents kept apart for each tenant, at least 1
   * @param time the clock
   * @param registered told of every agent when it is first seen, on the thread of its call; must
   *     neither block nor throw
   */
  public Fleet(
      AgentStore store, Duration storeWait, int maxAgents, Time time, Consumer<Agent> registered) {
    if (maxAgents < 1) {
      throw new IllegalArgumentException("a fleet keeps at least one agent, not " + maxAgents);
    }
    this.store = store;
    this.writer = new StoreWriter(storeWait);
    this.maxAgents = maxAgents;
    this.time = time;
    this.registered = registered;
  }

  /**
   * Takes over what the store kept. Call it once, before the first call arrives.
   *
   * @throws IOException if the store cannot be read
   */
  public void load() throws IOException {
    for (Agent kept : StoreWait.forEnd(store.load())) {
      Tenant tenant = tenant(kept.tenant());
      if (kept.name().equals(OTHERS)) {
        tenant.others.takeOver(kept);
      } else {
        Live live = new Live(new Caller(kept.tenant(), kept.name(), kept.group(), false));
        live.takeOver(kept);
        tenant.count.incrementAndGet();
        tenant.agents.put(kept.name(), live);
      }
    }
  }

  /**
   * Says who calls, and registers the agent if this is its first call.
   *
   * @param identity whom the key speaks for
   * @param agent the name it gives; empty for {@link #ANONYMOUS}
   * @param group the group it gives; empty keeps the one it gave before
   * @throws CallException if the name or the group is not a legal one
   */
  public Caller arrive(Identity identity, String agent, String group) throws CallException {
    String name = agent.isEmpty() ? ANONYMOUS : agent;
    Tenant tenant = tenant(identity.tenant());
    Live live = tenant.agents.get(name);
    if (live != null && (group.isEmpty() || group.equals(live.caller.group()))) {
      live.seen();
      Caller caller = live.caller;
      return caller.operator() == identity.operator()
          ? caller
          : new Caller(caller.tenant(), name, caller.group(), identity.operator());
    }
    refuseIllegal("options.agent_id", name);
    if (!group.isEmpty()) {
      refuseIllegal("options.agent_group", group);
    }
    Caller caller = new Caller(identity.tenant(), name, group, identity.operator());
    if (live == null) {
      live = register(tenant, caller);
    }
    live.seen();
    if (live == tenant.others) {
      return caller;
    }
    if (!group.isEmpty()) {
      live.caller = caller;
    }
    return new Caller(caller.tenant(), name, live.caller.group(), caller.operator());
  }

  /**
   * Notes that an agent is alive though it makes no call.
   *
   * @throws CallException as {@link #arrive} does
   */
  public void heartbeat(Identity identity, String agent, String group) throws CallException {
    arrive(identity, agent, group);
  }

  @Override
  public String name() {
    return "fleet";
  }

  /** Counts a call that ended. */
  @Override
  public void finished(FinishedCall call) {
    finished(call.call().caller(), call.outcome());
  }

  /** Counts a call that ended, for the agent that made it. */
  void finished(Caller caller, Outcome outcome) {
    Live live = live(caller.tenant(), caller.agent());
    live.calls.increment();
    if (outcome instanceof Outcome.Answered answered) {
      Money amount = answered.answer().cost().amountOrZero();
      (answered.source() == Source.SOURCE_UPSTREAM ? live.spent : live.saved).add(amount);
    }
    live.touch();
  }

  /** Returns one agent; empty if the tenant has none of this name. */
  public Optional<Agent> find(String tenant, String name) {
    Tenant known = tenants.get(tenant);
    if (known == null) {
      return Optional.empty();
    }
    Live live = name.equals(OTHERS) && known.others.used() ? known.others : known.agents.get(name);
    return Optional.ofNullable(live).map(Live::snapshot);
  }

  /**
   * Lists a tenant's agents in order of name.
   *
   * @param after list those after this name; empty for the first
   * @param limit most agents to return
   */
  public List<Agent> list(String tenant, String after, int limit) {
    Tenant known = tenants.get(tenant);
    if (known == null) {
      return List.of();
    }
    return known.all().stream()
        .filter(live -> live.name().compareTo(after) > 0)
        .sorted(Comparator.comparing(Live::name))
        .limit(limit)
        .map(Live::snapshot)
        .toList();
  }

  /**
   * Erases what is kept of an agent. It registers anew with its next call. Blocks on the store.
   *
   * <p>Of an agent that is not known here, what the store may have is erased all the same: it may
   * be known to another server, or an earlier try may have erased it whose end nobody waited for.
   * So whoever is told of a failure may try again.
   *
   * @throws IOException if the store has not erased it; it may yet do so if it is only slow, and
   *     then the agent is forgotten here as well by a later call of this or of {@link #flush}
   */
  public void forget(String tenant, String name) throws IOException {
    synchronized (storeLock) {
      writer.settle();
      writer.await(store.forget(tenant, name), () -> remove(tenant, name), () -> {});
    }
  }

  private void remove(String tenant, String name) {
    Tenant known = tenants.get(tenant);
    if (known != null && known.agents.remove(name) != null) {
      known.count.decrementAndGet();
    }
  }

  /**
   * Writes what came to each agent since the last time. What cannot be written is written by a
   * later flush; while a writing has not ended no other is begun. Blocks on the store; call it each
   * second and at the end.
   *
   * @throws IOException if the store cannot be written now
   */
  public void flush() throws IOException {
    synchronized (storeLock) {
      try {
        writer.settle();
        List<Gain> gains = gains();
        if (!gains.isEmpty()) {
          writer.await(
              store.add(gains.stream().map(Gain::agent).toList()),
              () -> gains.forEach(Gain::keep),
              () -> gains.forEach(gain -> gain.live.touch()));
        }
        storeProblem = null;
      } catch (IOException e) {
        storeProblem = String.valueOf(e.getMessage());
        throw e;
      }
    }
  }

  @GuardedBy("storeLock")
  private List<Gain> gains() {
    List<Gain> gains = new ArrayList<>();
    for (Tenant tenant : tenants.values()) {
      for (Live live : tenant.all()) {
        if (live.changed) {
          // Cleared before the totals are read: a call that ends meanwhile marks it again.
          live.changed = false;
          gains.add(new Gain(live, live.gained()));
        }
      }
    }
    return gains;
  }

  /** Returns why the last flush could not write, for Health; empty if it could. */
  public Optional<String> storeProblem() {
    return Optional.ofNullable(storeProblem);
  }

  /**
   * Says what is wrong with a name of an agent, a group or a task.
   *
   * @return one clause without the name itself, such as "must have at most 128 characters"; null if
   *     the name is legal
   */
  public static @Nullable String nameProblem(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME_LENGTH) {
      return "must have 1 to " + MAX_NAME_LENGTH + " characters, not " + name.length();
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean legal =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || "._:/@-".indexOf(c) >= 0;
      if (!legal) {
        return "may hold letters, digits and ._:/@- only; character "
            + (i + 1)
            + " is none of them";
      }
    }
    return null;
  }

  private static void refuseIllegal(String field, String name) throws CallException {
    String problem = nameProblem(name);
    if (problem != null) {
      throw new CallException(
          new Failure.Invalid(
              field + " " + problem, List.of(new Failure.Violation(field, problem))));
    }
  }

  private Tenant tenant(String name) {
    // get first: computeIfAbsent may lock even where the key is present.
    Tenant tenant = tenants.get(name);
    return tenant != null ? tenant : tenants.computeIfAbsent(name, Tenant::new);
  }

  private Live live(String tenantName, String agent) {
    Tenant tenant = tenant(tenantName);
    Live live = tenant.agents.get(agent);
    return live != null ? live : tenant.others;
  }

  private Live register(Tenant tenant, Caller caller) {
    if (tenant.count.incrementAndGet() > maxAgents) {
      tenant.count.decrementAndGet();
      return tenant.others;
    }
    Live fresh = new Live(caller);
    Live before = tenant.agents.putIfAbsent(caller.agent(), fresh);
    if (before != null) {
      tenant.count.decrementAndGet();
      return before;
    }
    registered.accept(fresh.snapshot());
    return fresh;
  }

  /** The agents of one tenant. */
  private final class Tenant {
    final ConcurrentHashMap<String, Live> agents = new ConcurrentHashMap<>();

    /** Places taken, those of agents on their way into the map included. */
    final AtomicInteger count = new AtomicInteger();

    final Live others;

    Tenant(String name) {
      others = new Live(new Caller(name, OTHERS, "", false));
    }

    List<Live> all() {
      List<Live> all = new ArrayList<>(agents.values());
      if (others.used()) {
        all.add(others);
      }
      return all;
    }
  }

  /**
   * What came to an agent.
   *
   * @param agent with what was added to its totals in place of these
   */
  private record Gain(Live live, Agent agent) {
    /** Notes that the store has it. */
    void keep() {
      live.writtenCalls += agent.calls();
      live.writtenSpent = live.writtenSpent.plus(agent.spent());
      live.writtenSaved = live.writtenSaved.plus(agent.saved());
    }
  }

  /** One agent with its running totals. */
  private final class Live {
    final LongAdder calls = new LongAdder();
    final MoneyAdder spent = new MoneyAdder();
    final MoneyAdder saved = new MoneyAdder();

    /** The part of the totals that the store has, from here. Guarded by the fleet's store lock. */
    private long writtenCalls;

    private Money writtenSpent = Money.ZERO;
    private Money writtenSaved = Money.ZERO;

    /** Who the agent is, kept to be handed out for every call. */
    volatile Caller caller;

    volatile Instant created;
    volatile Instant lastSeen;
    volatile long lastSeenNanos;

    /** True if the store does not have all of now. */
    volatile boolean changed = true;

    Live(Caller caller) {
      this.caller = caller;
      created = time.now();
      lastSeen = created;
      lastSeenNanos = time.nanos();
    }

    void takeOver(Agent kept) {
      caller = new Caller(kept.tenant(), kept.name(), kept.group(), false);
      calls.add(kept.calls());
      spent.add(kept.spent());
      saved.add(kept.saved());
      writtenCalls = kept.calls();
      writtenSpent = kept.spent();
      writtenSaved = kept.saved();
      created = kept.created();
      lastSeen = kept.lastSeen();
      changed = false;
    }

    String name() {
      return caller.agent();
    }

    boolean used() {
      return calls.sum() > 0;
    }

    void seen() {
      long now = time.nanos();
      if (now - lastSeenNanos >= SEEN_RESOLUTION_NANOS) {
        lastSeenNanos = now;
        lastSeen = time.now();
        touch();
      }
    }

    /** Marks a change; reads first, so that busy cores do not take the line from each other. */
    void touch() {
      if (!changed) {
        changed = true;
      }
    }

    Agent snapshot() {
      return agent(calls.sum(), spent.sum(), saved.sum());
    }

    /** Returns what the store does not have. */
    Agent gained() {
      return agent(
          calls.sum() - writtenCalls,
          spent.sum().minus(writtenSpent),
          saved.sum().minus(writtenSaved));
    }

    private Agent agent(long ofCalls, Money ofSpent, Money ofSaved) {
      Caller who = caller;
      return new Agent(
          who.tenant(), who.agent(), who.group(), ofCalls, ofSpent, ofSaved, created, lastSeen);
    }
  }
}
