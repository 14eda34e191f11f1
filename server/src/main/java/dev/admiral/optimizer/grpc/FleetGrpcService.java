package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.fleet.Agent;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.v1.CreateKeyRequest;
import dev.admiral.optimizer.v1.CreateKeyResponse;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FleetServiceGrpc;
import dev.admiral.optimizer.v1.ForgetAgentRequest;
import dev.admiral.optimizer.v1.ForgetAgentResponse;
import dev.admiral.optimizer.v1.GetAgentRequest;
import dev.admiral.optimizer.v1.GetAgentResponse;
import dev.admiral.optimizer.v1.HeartbeatRequest;
import dev.admiral.optimizer.v1.HeartbeatResponse;
import dev.admiral.optimizer.v1.ListAgentsRequest;
import dev.admiral.optimizer.v1.ListAgentsResponse;
import dev.admiral.optimizer.v1.ListBudgetsRequest;
import dev.admiral.optimizer.v1.ListBudgetsResponse;
import dev.admiral.optimizer.v1.ListKeysRequest;
import dev.admiral.optimizer.v1.ListKeysResponse;
import dev.admiral.optimizer.v1.ListLimitsRequest;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.RevokeKeyRequest;
import dev.admiral.optimizer.v1.RevokeKeyResponse;
import dev.admiral.optimizer.v1.SetBudgetRequest;
import dev.admiral.optimizer.v1.SetBudgetResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** Agents, keys, budgets and limits of the contract. */
final class FleetGrpcService extends FleetServiceGrpc.FleetServiceImplBase {
  private final Fleet fleet;
  private final Reports reports;
  private final Executor virtualThreads;

  FleetGrpcService(Fleet fleet, Reports reports, Executor virtualThreads) {
    this.fleet = fleet;
    this.reports = reports;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void listAgents(ListAgentsRequest request, StreamObserver<ListAgentsResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.answer(
        caller,
        () -> {
          int size = Paging.size(request.getPageSize());
          Paging.Page<Agent> page =
              Paging.cut(
                  fleet.list(tenant, Paging.after(request.getPageToken()), size + 1),
                  size,
                  Agent::name);
          ListAgentsResponse.Builder response =
              ListAgentsResponse.newBuilder().setNextPageToken(page.nextToken());
          page.items().forEach(agent -> response.addAgents(agent(agent)));
          return response.build();
        });
  }

  @Override
  public void getAgent(GetAgentRequest request, StreamObserver<GetAgentResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.answer(
        caller,
        () -> {
          Agent agent =
              fleet.find(tenant, request.getAgentId()).orElseThrow(FleetGrpcService::unknownAgent);
          return GetAgentResponse.newBuilder().setAgent(agent(agent)).build();
        });
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> caller) {
    CallIdentity.Sender sender = CallIdentity.sender();
    Blocking.answer(
        caller,
        () -> {
          if (request.getAgentId().isEmpty()) {
            throw Statuses.invalid("agent_id", "is empty; say which agent is alive");
          }
          fleet.heartbeat(sender.identity(), request.getAgentId(), request.getGroup());
          return HeartbeatResponse.getDefaultInstance();
        });
  }

  @Override
  public void forgetAgent(ForgetAgentRequest request, StreamObserver<ForgetAgentResponse> caller) {
    caller.onError(Unimplemented.method("ForgetAgent"));
  }

  @Override
  public void createKey(CreateKeyRequest request, StreamObserver<CreateKeyResponse> caller) {
    caller.onError(Unimplemented.method("CreateKey"));
  }

  @Override
  public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> caller) {
    caller.onError(Unimplemented.method("ListKeys"));
  }

  @Override
  public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> caller) {
    caller.onError(Unimplemented.method("RevokeKey"));
  }

  @Override
  public void setBudget(SetBudgetRequest request, StreamObserver<SetBudgetResponse> caller) {
    caller.onError(Unimplemented.method("SetBudget"));
  }

  @Override
  public void listBudgets(ListBudgetsRequest request, StreamObserver<ListBudgetsResponse> caller) {
    caller.onError(Unimplemented.method("ListBudgets"));
  }

  @Override
  public void listLimits(ListLimitsRequest request, StreamObserver<ListLimitsResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    // There may be as many as agents.
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<ListLimitsResponse>) caller,
        () -> reports.limits(tenant, request));
  }

  private static StatusRuntimeException unknownAgent() {
    return Statuses.of(
        ErrorReason.ERROR_REASON_NOT_FOUND, "no such agent; ListAgents tells those that were seen");
  }

  private static dev.admiral.optimizer.v1.Agent agent(Agent agent) {
    return dev.admiral.optimizer.v1.Agent.newBuilder()
        .setAgentId(agent.name())
        .setGroup(agent.group())
        .setCallCount(agent.calls())
        .setSpentPicoUsd(agent.spent().picoUsd())
        .setSavedPicoUsd(agent.saved().picoUsd())
        .setCreateTime(Protos.timestamp(agent.created()))
        .setLastSeenTime(Protos.timestamp(agent.lastSeen()))
        .build();
  }
}
