package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.learning.FailurePage;
import dev.admiral.optimizer.learning.FailureQuery;
import dev.admiral.optimizer.learning.FailureRecord;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.KnownModel;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.Alias;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What the server tells of itself, as messages of the contract. Thread-safe. */
final class Reports {
  private static final Comparator<KnownModel> BY_NAME =
      Comparator.comparing(KnownModel::provider).thenComparing(KnownModel::name);

  private final Engines engines;
  private final Catalogue catalogue;
  private final HealthBoard board;
  private final GrpcServices.Settings settings;

  Reports(Engines engines, Catalogue catalogue, HealthBoard board, GrpcServices.Settings settings) {
    this.engines = engines;
    this.catalogue = catalogue;
    this.board = board;
    this.settings = settings;
  }

  HealthResponse health() {
    List<PartHealth> parts = board.check();
    HealthResponse.Builder response =
        HealthResponse.newBuilder()
            .setState(board.overall(parts))
            .setStartTime(Protos.timestamp(settings.start()))
            .setVersion(settings.version());
    for (PartHealth part : parts) {
      response.addParts(
          dev.admiral.optimizer.v1.PartHealth.newBuilder()
              .setName(part.name())
              .setState(part.state())
              .setReason(part.reason())
              .setSinceTime(Protos.timestamp(part.since())));
    }
    return response.build();
  }

  StatsResponse stats(String tenant, StatsRequest request) {
    CallStatistics.Snapshot snapshot =
        engines
            .statistics()
            .snapshot(tenant, request.getAgentId().isEmpty() ? null : request.getAgentId());
    return StatsResponse.newBuilder()
        .setStartTime(Protos.timestamp(snapshot.start()))
        .setTotal(snapshot.total())
        .addAllAgents(snapshot.agents())
        .addAllModels(snapshot.models())
        .setInFlightCount(snapshot.inFlight())
        .build();
  }

  LearningQueryResponse failures(String tenant, LearningQueryRequest request) throws CallException {
    FailurePage page =
        engines
            .learning()
            .query(
                new FailureQuery(
                    tenant,
                    request.getProvider(),
                    request.getModel(),
                    request.getReason(),
                    request.getPageSize(),
                    request.getPageToken()));
    LearningQueryResponse.Builder response =
        LearningQueryResponse.newBuilder().setNextPageToken(page.nextPageToken());
    page.failures().forEach(failure -> response.addFailures(failure(failure)));
    return response.build();
  }

  private static FailureSummary failure(FailureRecord failure) {
    return FailureSummary.newBuilder()
        .setProvider(failure.key().provider())
        .setModel(failure.key().model())
        .setReason(failure.key().reason())
        .setCount(failure.count())
        .setAgentCount(failure.agents().size())
        .setFirstTime(Protos.timestamp(failure.first()))
        .setLastTime(Protos.timestamp(failure.last()))
        .setHttpStatus(failure.httpStatus())
        .build();
  }

  ListModelsResponse models(ListModelsRequest request) {
    int size = Paging.size(request.getPageSize());
    String after = Paging.after(request.getPageToken());
    List<KnownModel> rest =
        catalogue.models().stream()
            .sorted(BY_NAME)
            .filter(model -> key(model).compareTo(after) > 0)
            .limit(size + 1L)
            .toList();
    Paging.Page<KnownModel> page = Paging.cut(rest, size, Reports::key);
    ListModelsResponse.Builder response =
        ListModelsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.items().forEach(model -> response.addModels(model(model)));
    if (after.isEmpty()) {
      catalogue
          .aliases()
          .forEach((name, candidates) ->
              response.addAliases(
                  Alias.newBuilder()
                      .setName(name)
                      .addAllModels(candidates.stream().map(Candidate::name).toList())));
    }
    return response.build();
  }

  /** The place of a model in the order of provider and name: no name holds a null character. */
  private static String key(KnownModel model) {
    return model.provider() + '\0' + model.name();
  }

  private Model model(KnownModel model) {
    Optional<PriceBook.Listed> price =
        engines.prices().listed(model.provider(), model.name(), engines.time().now());
    return Model.newBuilder()
        .setProvider(model.provider())
        .setName(model.name())
        .setContextTokenCount(model.contextTokens())
        .setPriced(price.isPresent())
        .setInputPicoUsdPerMtok(price.map(listed -> listed.inputPerMillion().picoUsd()).orElse(0L))
        .setOutputPicoUsdPerMtok(
            price.map(listed -> listed.outputPerMillion().picoUsd()).orElse(0L))
        .setAvailable(engines.health().available(model.provider(), model.name()))
        .build();
  }
}
