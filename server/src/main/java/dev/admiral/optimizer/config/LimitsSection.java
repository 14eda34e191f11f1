package dev.admiral.optimizer.config;

import dev.admiral.optimizer.admission.Limits;
import dev.admiral.optimizer.admission.RequestRateLimiter;
import dev.admiral.optimizer.call.Caller;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Reads requests per minute; 0 for no limit. */
final class LimitsSection {
  private static final int MOST = (int) Limits.MAX_PER_MINUTE;

  private LimitsSection() {}

  private record AgentLimit(Limits.Agent agent, long requestsPerMinute) {
    static AgentLimit read(Section section) throws ConfigException {
      String name = section.required("agent");
      return new AgentLimit(
          new Limits.Agent(section.text("tenant", Caller.DEFAULT_TENANT), name),
          section.requiredNumber("requests_per_minute", 1, MOST));
    }
  }

  static Config.RateLimits read(Section section) throws ConfigException {
    int perMinute = section.live().number("agent_requests_per_minute", 0, 0, MOST);
    List<AgentLimit> agents =
        section
            .live()
            .list(
                "agents",
                AgentLimit::read,
                AgentLimit::agent,
                (first, second) ->
                    "the limit of the agent '"
                        + second.agent().agent()
                        + "' of the tenant '"
                        + second.agent().tenant()
                        + "' is listed twice; remove one");
    return new Config.RateLimits(
        new Limits(
            perMinute == 0 ? OptionalLong.empty() : OptionalLong.of(perMinute),
            agents.stream()
                .collect(
                    Collectors.toUnmodifiableMap(AgentLimit::agent, AgentLimit::requestsPerMinute)),
            Map.of()),
        section.number("max_agents", RequestRateLimiter.DEFAULT_MAX_AGENTS, 1, 10_000_000));
  }
}
