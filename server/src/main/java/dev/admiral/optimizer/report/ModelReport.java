package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.KnownModel;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.v1.Alias;
import dev.admiral.optimizer.v1.Breaker;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The models, what they cost, and whether they take calls. Thread-safe. */
public final class ModelReport {
  private static final Comparator<KnownModel> BY_NAME =
      Comparator.comparing(KnownModel::provider).thenComparing(KnownModel::name);

  private final Catalogue catalogue;
  private final PriceBook prices;
  private final ModelHealth health;
  private final Time time;

  public ModelReport(Catalogue catalogue, PriceBook prices, ModelHealth health, Time time) {
    this.catalogue = catalogue;
    this.prices = prices;
    this.health = health;
    this.time = time;
  }

  /**
   * Returns the models and aliases that can be asked for.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public ListModelsResponse list(ListModelsRequest request) throws CallException {
    int size = Paging.size(request.getPageSize());
    String after = Paging.after(request.getPageToken());
    List<KnownModel> rest =
        catalogue.models().stream()
            .sorted(BY_NAME)
            .filter(model -> key(model).compareTo(after) > 0)
            .limit(size + 1L)
            .toList();
    Paging.Page<KnownModel> page = Paging.cut(rest, size, ModelReport::key);
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
    Optional<PriceBook.Listed> price = prices.listed(model.provider(), model.name(), time.now());
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
            .setAvailable(health.available(model.provider(), model.name()));
    health.find(model.provider(), model.name()).ifPresent(state -> told.setBreaker(breaker(state)));
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
      breaker.setRetryTime(Protos.timestamp(time.now().plus(leftAloneFor)));
    }
    return breaker.build();
  }
}
