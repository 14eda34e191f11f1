package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.report.HealthReport;
import dev.admiral.optimizer.report.LearningReport;
import dev.admiral.optimizer.report.ModelReport;
import dev.admiral.optimizer.report.StatsReport;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ListAliasesRequest;
import dev.admiral.optimizer.v1.ListAliasesResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Executor;

/** What the server tells of itself, of the contract. */
final class FigureCalls {
  private final HealthReport health;
  private final StatsReport stats;
  private final ModelReport models;
  private final LearningReport learning;
  private final Executor virtualThreads;

  FigureCalls(
      HealthReport health,
      StatsReport stats,
      ModelReport models,
      LearningReport learning,
      Executor virtualThreads) {
    this.health = health;
    this.stats = stats;
    this.models = models;
    this.learning = learning;
    this.virtualThreads = virtualThreads;
  }

  void health(StreamObserver<HealthResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<HealthResponse>) caller,
        () -> health.health(tenant));
  }

  void stats(StatsRequest request, StreamObserver<StatsResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<StatsResponse>) caller,
        () -> stats.stats(tenant, request));
  }

  void models(ListModelsRequest request, StreamObserver<ListModelsResponse> caller) {
    Blocking.answer(caller, () -> models.list(request));
  }

  void aliases(ListAliasesRequest request, StreamObserver<ListAliasesResponse> caller) {
    Blocking.answer(caller, () -> models.aliases(request));
  }

  void learned(LearningQueryRequest request, StreamObserver<LearningQueryResponse> caller) {
    String tenant = CallIdentity.sender().identity().tenant();
    Blocking.run(
        virtualThreads,
        (ServerCallStreamObserver<LearningQueryResponse>) caller,
        () -> learning.learned(tenant, request));
  }
}
