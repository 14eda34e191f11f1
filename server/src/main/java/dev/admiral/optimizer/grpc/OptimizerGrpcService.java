package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.v1.CompleteBatchRequest;
import dev.admiral.optimizer.v1.CompleteBatchResponse;
import dev.admiral.optimizer.v1.CompleteRequest;
import dev.admiral.optimizer.v1.CompleteResponse;
import dev.admiral.optimizer.v1.CountTokensRequest;
import dev.admiral.optimizer.v1.CountTokensResponse;
import dev.admiral.optimizer.v1.EmbedRequest;
import dev.admiral.optimizer.v1.EmbedResponse;
import dev.admiral.optimizer.v1.HealthRequest;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ListAliasesRequest;
import dev.admiral.optimizer.v1.ListAliasesResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.OptimizerServiceGrpc;
import dev.admiral.optimizer.v1.ReportOutcomeRequest;
import dev.admiral.optimizer.v1.ReportOutcomeResponse;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StreamRequest;
import dev.admiral.optimizer.v1.StreamResponse;
import io.grpc.stub.StreamObserver;

/** The service the product is known by: model calls, their outcomes, and what the server tells. */
final class OptimizerGrpcService extends OptimizerServiceGrpc.OptimizerServiceImplBase {
  private final ModelCalls calls;
  private final OutcomeCalls outcomes;
  private final FigureCalls figures;

  OptimizerGrpcService(ModelCalls calls, OutcomeCalls outcomes, FigureCalls figures) {
    this.calls = calls;
    this.outcomes = outcomes;
    this.figures = figures;
  }

  @Override
  public void complete(CompleteRequest request, StreamObserver<CompleteResponse> caller) {
    calls.complete(request, caller);
  }

  @Override
  public void stream(StreamRequest request, StreamObserver<StreamResponse> caller) {
    calls.stream(request, caller);
  }

  @Override
  public void completeBatch(
      CompleteBatchRequest request, StreamObserver<CompleteBatchResponse> caller) {
    calls.completeBatch(request, caller);
  }

  @Override
  public void embed(EmbedRequest request, StreamObserver<EmbedResponse> caller) {
    calls.embed(request, caller);
  }

  @Override
  public void countTokens(CountTokensRequest request, StreamObserver<CountTokensResponse> caller) {
    calls.countTokens(request, caller);
  }

  @Override
  public void reportOutcome(
      ReportOutcomeRequest request, StreamObserver<ReportOutcomeResponse> caller) {
    outcomes.report(request, caller);
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> caller) {
    figures.models(request, caller);
  }

  @Override
  public void listAliases(ListAliasesRequest request, StreamObserver<ListAliasesResponse> caller) {
    figures.aliases(request, caller);
  }

  @Override
  public void health(HealthRequest request, StreamObserver<HealthResponse> caller) {
    figures.health(caller);
  }

  @Override
  public void stats(StatsRequest request, StreamObserver<StatsResponse> caller) {
    figures.stats(request, caller);
  }

  @Override
  public void learningQuery(
      LearningQueryRequest request, StreamObserver<LearningQueryResponse> caller) {
    figures.learned(request, caller);
  }
}
