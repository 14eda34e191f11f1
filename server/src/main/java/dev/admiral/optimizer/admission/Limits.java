package dev.admiral.optimizer.admission;

import java.util.Map;
import java.util.OptionalLong;

/**
 * The law: how many requests a minute are allowed to whom. Where it names nobody there is no limit.
 * It computes numbers and enforces nothing, so that tuning can replace it while calls run.
 *
 * @param agentDefault requests per minute of every agent not named in {@code agents}; empty for no
 *     limit
 * @param agents requests per minute of single agents
 * @param providers requests per minute of providers by configured name, all tenants together, as
 *     the vendor counts its account
 */
public record Limits(
    OptionalLong agentDefault, Map<Agent, Long> agents, Map<String, Long> providers) {

  /** Most requests a minute a limit may name. */
  public static final long MAX_PER_MINUTE = 1_000_000_000L;

  /** Nobody is limited. */
  public static final Limits NONE = new Limits(OptionalLong.empty(), Map.of(), Map.of());

  /**
   * An agent of a tenant.
   *
   * @param tenant its tenant
   * @param agent its name
   */
  public record Agent(String tenant, String agent) {}

  /**
   * @throws IllegalArgumentException if a limit is not within 1 and {@link #MAX_PER_MINUTE}; the
   *     message names whose
   */
  public Limits {
    agentDefault.ifPresent(limit -> check(limit, "every agent"));
    agents.forEach((agent, limit) -> check(limit, "agent " + agent.agent()));
    providers.forEach((provider, limit) -> check(limit, "provider " + provider));
    agents = Map.copyOf(agents);
    providers = Map.copyOf(providers);
  }

  private static void check(long perMinute, String subject) {
    if (perMinute < 1 || perMinute > MAX_PER_MINUTE) {
      throw new IllegalArgumentException(
          "the limit of requests per minute of "
              + subject
              + " must be 1 to "
              + MAX_PER_MINUTE
              + ", not "
              + perMinute
              + "; leave it out for no limit");
    }
  }

  /** Returns the same with these requests per minute of providers. */
  public Limits withProviders(Map<String, Long> perMinute) {
    return new Limits(agentDefault, agents, perMinute);
  }

  /** Returns true if some agent is limited. */
  boolean limitAgents() {
    return agentDefault.isPresent() || !agents.isEmpty();
  }

  /** Returns the requests per minute of an agent, 0 for no limit. */
  long ofAgent(Agent agent) {
    Long own = agents.get(agent);
    return own != null ? own : agentDefault.orElse(0);
  }

  /** Returns the requests per minute of a provider, 0 for no limit. */
  long ofProvider(String provider) {
    return providers.getOrDefault(provider, 0L);
  }
}
