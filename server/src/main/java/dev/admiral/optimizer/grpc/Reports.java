package dev.admiral.optimizer.grpc;

import dev.admiral.optimizer.admission.LimitLevel;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.fleet.Identity;
import dev.admiral.optimizer.guardian.HealthBoard;
import dev.admiral.optimizer.guardian.PartHealth;
import dev.admiral.optimizer.guardian.ProcessFigures;
import dev.admiral.optimizer.guardian.ProcessGauge;
import dev.admiral.optimizer.journal.CallJournal;
import dev.admiral.optimizer.journal.KeptCall;
import dev.admiral.optimizer.learning.FailurePage;
import dev.admiral.optimizer.learning.FailureQuery;
import dev.admiral.optimizer.learning.FailureRecord;
import dev.admiral.optimizer.learning.OutcomeQuery;
import dev.admiral.optimizer.learning.OutcomeRecord;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.pipeline.Engines;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.KnownModel;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.stats.CallStatistics;
import dev.admiral.optimizer.v1.Alias;
import dev.admiral.optimizer.v1.Breaker;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.FailureSummary;
import dev.admiral.optimizer.v1.GetCallRequest;
import dev.admiral.optimizer.v1.GetCallResponse;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.HealthState;
import dev.admiral.optimizer.v1.LearningQueryRequest;
import dev.admiral.optimizer.v1.LearningQueryResponse;
import dev.admiral.optimizer.v1.Limit;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import dev.admiral.optimizer.v1.ListLimitsRequest;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.OutcomeSummary;
import dev.admiral.optimizer.v1.ServerFigures;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the server tells of itself, as messages of the contract: the one truth of every door. What
 * is wrong with a request is thrown as the status that gRPC callers are given. Thread-safe.
 */
public final class Reports {
  private static final Comparator<KnownModel> BY_NAME =
      Comparator.comparing(KnownModel::provider).thenComparing(KnownModel::name);

  private final Engines engines;
  private final Catalogue catalogue;
  private final HealthBoard board;
  private final ProcessGauge process;
  private final GrpcServices.Settings settings;

  Reports(
      Engines engines,
      Catalogue catalogue,
      HealthBoard board,
      ProcessGauge process,
      GrpcServices.Settings settings) {
    this.engines = engines;
    this.catalogue = catalogue;
    this.board = board;
    this.process = process;
    this.settings = settings;
  }

  /**
   * Returns how each part is, and the figures of the server. Asks the parts, which may read files.
   *
   * @param tenant whose rates and counts are told
   */
  public HealthResponse health(String tenant) {
    List<PartHealth> parts = board.check();
    HealthState state = board.overall(parts);
    HealthResponse.Builder response =
        HealthResponse.newBuilder()
            .setState(state)
            .setFigures(figures(tenant, state))
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

  private ServerFigures figures(String tenant, HealthState state) {
    ProcessFigures used = process.figures();
    CallStatistics.Counts counts = engines.statistics().counts(tenant);
    ServerFigures.Builder figures =
        ServerFigures.newBuilder()
            .setHeapUsedBytes(used.heapUsedBytes())
            .setHeapLimitBytes(used.heapLimitBytes())
            .setResidentBytes(used.residentBytes())
            .setUptimeDuration(
                Protos.duration(Duration.between(settings.start(), engines.time().now())))
            .setDegraded(state == HealthState.HEALTH_STATE_DEGRADED)
            .setEmergency(state == HealthState.HEALTH_STATE_NOT_SERVING && !board.draining())
            .setFailureRate(counts.failureRate())
            .setSavedRate(counts.savedRate())
            .setInFlightCount(counts.inFlight());
    used.processorRate().ifPresent(figures::setProcessorRate);
    return figures.build();
  }

  /** Returns the latest calls of a tenant. */
  public ListCallsResponse calls(String tenant, ListCallsRequest request) {
    int size = Paging.size(request.getPageSize());
    long before = Paging.beforeNumber(request.getPageToken());
    Paging.Page<KeptCall> page =
        Paging.cut(
            engines
                .journal()
                .list(tenant, request.getAgentId(), request.getFailedOnly(), before, size + 1),
            size,
            call -> Long.toString(call.number()));
    ListCallsResponse.Builder response =
        ListCallsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.items().forEach(call -> response.addCalls(CallRecords.of(call)));
    return response.build();
  }

  /** Returns one call of the tenant of whoever asks; its content only to operators. */
  public GetCallResponse call(Identity identity, GetCallRequest request) {
    String id = request.getCallId();
    if (id.isEmpty()) {
      throw Statuses.invalid(
          "call_id", "is empty; send CompleteResponse.call_id or Started.call_id");
    }
    CallJournal journal = engines.journal();
    KeptCall call =
        journal
            .find(identity.tenant(), id)
            .orElseThrow(() ->
                Statuses.of(
                    ErrorReason.ERROR_REASON_NOT_FOUND,
                    "no such call among the latest "
                        + journal.settings().kept()
                        + " that ended; ListCalls tells those that are kept"));
    GetCallResponse.Builder response =
        GetCallResponse.newBuilder().setCall(CallRecords.withSteps(call));
    if (identity.operator()) {
      journal
          .content(identity.tenant(), id)
          .ifPresent(content -> {
            response.setPrompt(content.prompt());
            if (content.completion() != null) {
              response.setCompletion(content.completion());
            }
          });
    }
    return response.build();
  }

  /** Returns the limits that concern a tenant, as they stand now. */
  public ListLimitsResponse limits(String tenant, ListLimitsRequest request) {
    int size = Paging.size(request.getPageSize());
    String after = Paging.after(request.getPageToken());
    List<LimitLevel> rest =
        engines.limiter().levels(tenant).stream()
            .filter(level -> key(level).compareTo(after) > 0)
            .limit(size + 1L)
            .toList();
    Paging.Page<LimitLevel> page = Paging.cut(rest, size, Reports::key);
    ListLimitsResponse.Builder response =
        ListLimitsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.items()
        .forEach(level ->
            response.addLimits(
                Limit.newBuilder()
                    .setSubject(level.subject())
                    .setName(level.name())
                    .setLimitCount(level.limit())
                    .setAvailableCount(level.available())
                    .setBurstCount(level.burst())
                    .setRefusedCount(level.refused())));
    return response.build();
  }

  /** The place of a limit in the order of subject and name. */
  private static String key(LimitLevel level) {
    return level.subject() + '\0' + level.name();
  }

  /** Returns what was counted of a tenant's calls. Sums thousands of series. */
  public StatsResponse stats(String tenant, StatsRequest request) {
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

  /**
   * Returns the failures that a tenant's calls have met, and what was reported of their answers.
   */
  public LearningQueryResponse learned(String tenant, LearningQueryRequest request)
      throws CallException {
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
    if (request.getPageToken().isEmpty()
        && request.getReason() == ErrorReason.ERROR_REASON_UNSPECIFIED) {
      engines
          .outcomes()
          .query(new OutcomeQuery(tenant, request.getProvider(), request.getModel()))
          .forEach(outcome -> response.addOutcomes(outcome(outcome)));
    }
    return response.build();
  }

  private static OutcomeSummary outcome(OutcomeRecord outcome) {
    OutcomeSummary.Builder summary =
        OutcomeSummary.newBuilder()
            .setProvider(outcome.key().provider())
            .setModel(outcome.key().model())
            .setTaskType(outcome.key().taskType())
            .setGoodCount(outcome.good())
            .setBadCount(outcome.bad())
            .setScoreCount(outcome.scores())
            .setAgentCount(outcome.agents().size())
            .setFirstTime(Protos.timestamp(outcome.first()))
            .setLastTime(Protos.timestamp(outcome.last()));
    outcome.meanScore().ifPresent(summary::setMeanScore);
    return summary.build();
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

  /** Returns the models and aliases that can be asked for. */
  public ListModelsResponse models(ListModelsRequest request) {
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
    Model.Builder told =
        Model.newBuilder()
            .setProvider(model.provider())
            .setName(model.name())
            .setContextTokenCount(model.contextTokens())
            .setPriced(price.isPresent())
            .setInputPicoUsdPerMtok(
                price.map(listed -> listed.inputPerMillion().picoUsd()).orElse(0L))
            .setOutputPicoUsdPerMtok(
                price.map(listed -> listed.outputPerMillion().picoUsd()).orElse(0L))
            .setAvailable(engines.health().available(model.provider(), model.name()));
    engines
        .health()
        .find(model.provider(), model.name())
        .ifPresent(state -> told.setBreaker(breaker(state)));
    return told.build();
  }

  private Breaker breaker(ModelHealth.ModelState state) {
    Breaker.Builder breaker =
        Breaker.newBuilder()
            .setState(
                switch (state.state()) {
                  case CLOSED -> Breaker.State.STATE_CLOSED;
                  case OPEN -> Breaker.State.STATE_OPEN;
                  case PROBING -> Breaker.State.STATE_PROBING;
                })
            .setTryCount(state.tries());
    if (state.tries() > 0) {
      breaker.setFailureRate((double) state.failedTries() / state.tries());
    }
    Duration leftAloneFor = state.leftAloneFor();
    if (leftAloneFor != null) {
      breaker.setRetryTime(Protos.timestamp(engines.time().now().plus(leftAloneFor)));
    }
    return breaker.build();
  }
}
