package dev.admiral.optimizer.client;

import dev.admiral.optimizer.v1.Agent;
import dev.admiral.optimizer.v1.ApiKey;
import dev.admiral.optimizer.v1.Budget;
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
import dev.admiral.optimizer.v1.UsageLimit;
import java.util.stream.Stream;

/** Agents, keys, budgets and limits of the caller's tenant. Thread-safe. */
public final class FleetClient {
  private final Calls calls;

  FleetClient(Calls calls) {
    this.calls = calls;
  }

  /**
   * Lists the agents seen, in order of name.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<Agent> agents(ListAgentsRequest request) {
    return Pages.all(
        token ->
            calls.await(
                FleetServiceGrpc.getListAgentsMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListAgentsResponse::getAgentsList,
        ListAgentsResponse::getNextPageToken);
  }

  /** As {@link #agents(ListAgentsRequest)}, without narrowing. */
  public Stream<Agent> agents() {
    return agents(ListAgentsRequest.getDefaultInstance());
  }

  /**
   * Lists keys, newest first, never their secrets.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<ApiKey> keys(ListKeysRequest request) {
    return Pages.all(
        token ->
            calls.await(
                FleetServiceGrpc.getListKeysMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListKeysResponse::getKeysList,
        ListKeysResponse::getNextPageToken);
  }

  /** As {@link #keys(ListKeysRequest)}, without narrowing. */
  public Stream<ApiKey> keys() {
    return keys(ListKeysRequest.getDefaultInstance());
  }

  /**
   * Lists budgets with what is spent, in order of subject.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<Budget> budgets(ListBudgetsRequest request) {
    return Pages.all(
        token ->
            calls.await(
                FleetServiceGrpc.getListBudgetsMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListBudgetsResponse::getBudgetsList,
        ListBudgetsResponse::getNextPageToken);
  }

  /** As {@link #budgets(ListBudgetsRequest)}, without narrowing. */
  public Stream<Budget> budgets() {
    return budgets(ListBudgetsRequest.getDefaultInstance());
  }

  /**
   * Lists limits with what is left of them now, in order of subject and name.
   *
   * @return all of them, fetched page by page as the stream is read, which throws {@link
   *     AdmiralException}
   */
  public Stream<UsageLimit> limits(ListLimitsRequest request) {
    return Pages.all(
        token ->
            calls.await(
                FleetServiceGrpc.getListLimitsMethod(),
                request.toBuilder().setPageToken(token).build()),
        ListLimitsResponse::getLimitsList,
        ListLimitsResponse::getNextPageToken);
  }

  /** As {@link #limits(ListLimitsRequest)}, without narrowing. */
  public Stream<UsageLimit> limits() {
    return limits(ListLimitsRequest.getDefaultInstance());
  }

  /**
   * Tells of one agent.
   *
   * @throws AdmiralException if the call failed
   */
  public GetAgentResponse agent(GetAgentRequest request) {
    return calls.await(FleetServiceGrpc.getGetAgentMethod(), request);
  }

  /**
   * Says that an agent is alive though it makes no calls.
   *
   * @throws AdmiralException if the call failed
   */
  public HeartbeatResponse heartbeat(HeartbeatRequest request) {
    return calls.await(FleetServiceGrpc.getHeartbeatMethod(), request);
  }

  /**
   * Erases what is kept of an agent, except the ledger's amounts.
   *
   * @throws AdmiralException if the call failed
   */
  public ForgetAgentResponse forgetAgent(ForgetAgentRequest request) {
    return calls.await(FleetServiceGrpc.getForgetAgentMethod(), request);
  }

  /**
   * Makes a key; its secret is in this answer and nowhere else. Never tried again.
   *
   * @throws AdmiralException if the call failed
   */
  public CreateKeyResponse createKey(CreateKeyRequest request) {
    return calls.await(FleetServiceGrpc.getCreateKeyMethod(), request);
  }

  /**
   * Changes a key, never its secret.
   *
   * @throws AdmiralException if the call failed
   */
  public UpdateKeyResponse updateKey(UpdateKeyRequest request) {
    return calls.await(FleetServiceGrpc.getUpdateKeyMethod(), request);
  }

  /**
   * Ends a key at once.
   *
   * @throws AdmiralException if the call failed
   */
  public RevokeKeyResponse revokeKey(RevokeKeyRequest request) {
    return calls.await(FleetServiceGrpc.getRevokeKeyMethod(), request);
  }

  /**
   * Makes a budget. Never tried again.
   *
   * @throws AdmiralException if the call failed
   */
  public CreateBudgetResponse createBudget(CreateBudgetRequest request) {
    return calls.await(FleetServiceGrpc.getCreateBudgetMethod(), request);
  }

  /**
   * Changes a budget.
   *
   * @throws AdmiralException if the call failed
   */
  public UpdateBudgetResponse updateBudget(UpdateBudgetRequest request) {
    return calls.await(FleetServiceGrpc.getUpdateBudgetMethod(), request);
  }

  /**
   * Deletes a budget; what it bounded is bounded no longer.
   *
   * @throws AdmiralException if the call failed
   */
  public DeleteBudgetResponse deleteBudget(DeleteBudgetRequest request) {
    return calls.await(FleetServiceGrpc.getDeleteBudgetMethod(), request);
  }
}
