package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.fleet.Fleet;
import dev.admiral.optimizer.front.Sender;
import dev.admiral.optimizer.report.AgentReport;
import dev.admiral.optimizer.report.LimitReport;
import dev.admiral.optimizer.v1.CreateBudgetRequest;
import dev.admiral.optimizer.v1.CreateBudgetResponse;
import dev.admiral.optimizer.v1.CreateKeyRequest;
import dev.admiral.optimizer.v1.CreateKeyResponse;
import dev.admiral.optimizer.v1.DeleteBudgetRequest;
import dev.admiral.optimizer.v1.DeleteBudgetResponse;
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
import dev.admiral.optimizer.v1.UpdateBudgetRequest;
import dev.admiral.optimizer.v1.UpdateBudgetResponse;
import dev.admiral.optimizer.v1.UpdateKeyRequest;
import dev.admiral.optimizer.v1.UpdateKeyResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** Agents, keys, budgets and limits of the contract. */
final class FleetGrpcService extends FleetServiceGrpc.FleetServiceImplBase {
  private final Fleet fleet;
  private final AgentReport agents;
  private final LimitReport limits;
  private final Executor virtualThreads;

  FleetGrpcService(Fleet fleet, AgentReport agents, LimitReport limits, Executor virtualThreads) {
    this.fleet = fleet;
    this.agents = agents;
    this.limits = limits;
    this.virtualThreads = virtualThreads;
  }

  @Override
  public void listAgents(ListAgentsRequest request, StreamObserver<ListAgentsResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.answer(caller, () -> agents.list(tenant, request));
  }

  @Override
  public void getAgent(GetAgentRequest request, StreamObserver<GetAgentResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.answer(caller, () -> agents.agent(tenant, request));
  }

  @Override
  public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> caller) {
    Sender sender = CallIdentity.sender();
    Blocking.answer(
        caller,
        () -> {
          if (request.getAgentId().isEmpty()) {
            throw new CallException(
                Failure.Invalid.of("agent_id", "is empty; say which agent is alive"));
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
  public void updateKey(UpdateKeyRequest request, StreamObserver<UpdateKeyResponse> caller) {
    caller.onError(Unimplemented.method("UpdateKey"));
  }

  @Override
  public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> caller) {
    caller.onError(Unimplemented.method("RevokeKey"));
  }

  @Override
  public void createBudget(
      CreateBudgetRequest request, StreamObserver<CreateBudgetResponse> caller) {
    caller.onError(Unimplemented.method("CreateBudget"));
  }

  @Override
  public void updateBudget(
      UpdateBudgetRequest request, StreamObserver<UpdateBudgetResponse> caller) {
    caller.onError(Unimplemented.method("UpdateBudget"));
  }

  @Override
  public void deleteBudget(
      DeleteBudgetRequest request, StreamObserver<DeleteBudgetResponse> caller) {
    caller.onError(Unimplemented.method("DeleteBudget"));
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
        () -> limits.list(tenant, request));
  }
}
