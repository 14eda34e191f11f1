package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.GetAgentRequest;
import dev.admiral.optimizer.v1.GetAgentResponse;
import dev.admiral.optimizer.v1.ListAgentsRequest;
import dev.admiral.optimizer.v1.ListAgentsResponse;
import java.util.Optional;

/** The agents that were seen, and what they did. Thread-safe; never blocks. */
public final class AgentReport {
  private final Fleet fleet;

  public AgentReport(Fleet fleet) {
    this.fleet = fleet;
  }

  /**
   * Returns the agents of a tenant.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public ListAgentsResponse list(String tenant, ListAgentsRequest request) throws CallException {
    int size = Paging.size(request.getPageSize());
    Paging.Page<Agent> page =
        Paging.cut(
            fleet.list(tenant, Paging.after(request.getPageToken()), size + 1), size, Agent::name);
    ListAgentsResponse.Builder response =
        ListAgentsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.items().forEach(agent -> response.addAgents(agent(agent)));
    return response.build();
  }

  /**
   * Returns one agent of a tenant.
   *
   * @throws CallException if it was never seen
   */
  public GetAgentResponse agent(String tenant, GetAgentRequest request) throws CallException {
    Optional<Agent> agent = fleet.find(tenant, request.getAgentId());
    if (agent.isEmpty()) {
      throw new CallException(
          new Failure.Refused(
              ErrorReason.ERROR_REASON_NOT_FOUND,
              "no such agent; ListAgents tells those that were seen"));
    }
    return GetAgentResponse.newBuilder().setAgent(agent(agent.get())).build();
  }

  private static dev.admiral.optimizer.v1.Agent agent(Agent agent) {
    return dev.admiral.optimizer.v1.Agent.newBuilder()
        .setAgentId(agent.name())
        .setGroup(agent.group())
        .setCallCount(agent.calls())
        .setSpentAmount(ProtoMoney.of(agent.spent()))
        .setSavedAmount(ProtoMoney.of(agent.saved()))
        .setCreateTime(Protos.timestamp(agent.created()))
        .setLastSeenTime(Protos.timestamp(agent.lastSeen()))
        .build();
  }
}
