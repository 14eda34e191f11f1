package dev.admiral.optimizer.report;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.call.Time;
import dev.admiral.optimizer.ledger.PriceBook;
import dev.admiral.optimizer.routing.Ability;
import dev.admiral.optimizer.routing.Candidate;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.KnownModel;
import dev.admiral.optimizer.routing.ModelHealth;
import dev.admiral.optimizer.v1.CircuitBreaker;
import dev.admiral.optimizer.v1.ListAliasesRequest;
import dev.admiral.optimizer.v1.ListAliasesResponse;
import dev.admiral.optimizer.v1.ListModelsRequest;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.ModelAbility;
import dev.admiral.optimizer.v1.ModelAlias;
import dev.admiral.optimizer.v1.ModelPrice;
import dev.admiral.optimizer.v1.ServiceTier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

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
   * Returns the models that can be asked for.
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
    return response.build();
  }

  /**
   * Returns the aliases that can be asked for.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public ListAliasesResponse aliases(ListAliasesRequest request) throws CallException {
    int size = Paging.size(request.getPageSize());
    String after = Paging.after(request.getPageToken());
    List<ModelAlias> rest =
        catalogue.aliases().entrySet().stream()
            .filter(alias -> alias.getKey().compareTo(after) > 0)
            .sorted(Map.Entry.comparingByKey())
            .limit(size + 1L)
            .map(alias ->
                ModelAlias.newBuilder()
                    .setName(alias.getKey())
                    .addAllModels(alias.getValue().stream().map(Candidate::name).toList())
                    .build())
            .toList();
    Paging.Page<ModelAlias> page = Paging.cut(rest, size, ModelAlias::getName);
    return ListAliasesResponse.newBuilder()
        .addAllAliases(page.items())
        .setNextPageToken(page.nextToken())
        .build();
  }

  /** The place of a model in the order of provider and name: no name holds a null character. */
  private static String key(KnownModel model) {
    return model.provider() + '\0' + model.name();
  }

  private Model model(KnownModel model) {
    Model.Builder told =
        Model.newBuilder()
            .setProvider(model.provider())
            .setName(model.name())
            .setContextTokenCount(model.contextTokens())
            .addAllAbilities(abilities(model))
            .setAvailable(health.available(model.provider(), model.name()));
    for (PriceBook.Rate rate : prices.rates(model.provider(), model.name(), time.now())) {
      told.addPrices(price(rate));
    }
    health
        .find(model.provider(), model.name())
        .ifPresent(state -> told.setCircuitBreaker(breaker(state)));
    return told.build();
  }

  private static ModelPrice price(PriceBook.Rate rate) {
    ModelPrice.Builder price =
        ModelPrice.newBuilder()
            .setTier(ServiceTier.SERVICE_TIER_STANDARD)
            .setAboveInputTokenCount(rate.aboveInputTokens())
            .setInputPerMillionTokens(ProtoMoney.of(rate.input()))
            .setPriceVersion(rate.priceVersion());
    rate.output().ifPresent(output -> price.setOutputPerMillionTokens(ProtoMoney.of(output)));
    rate.cachedInput().ifPresent(read -> price.setCachedInputPerMillionTokens(ProtoMoney.of(read)));
    rate.cacheWrite().ifPresent(write -> price.setCacheWritePerMillionTokens(ProtoMoney.of(write)));
    rate.cacheWrite1h()
        .ifPresent(write -> price.setCacheWrite1HPerMillionTokens(ProtoMoney.of(write)));
    return price.build();
  }

  private static List<ModelAbility> abilities(KnownModel model) {
    List<ModelAbility> abilities = new ArrayList<>();
    for (Ability ability : Ability.values()) {
      if (model.abilities().contains(ability)) {
        abilities.add(
            switch (ability) {
              case IMAGES -> ModelAbility.MODEL_ABILITY_IMAGES;
              case TOOLS -> ModelAbility.MODEL_ABILITY_TOOLS;
              case JSON_SCHEMA -> ModelAbility.MODEL_ABILITY_JSON_SCHEMA;
              case REASONING -> ModelAbility.MODEL_ABILITY_REASONING;
              case EMBEDDINGS -> ModelAbility.MODEL_ABILITY_EMBEDDINGS;
            });
      }
    }
    return abilities;
  }

  private CircuitBreaker breaker(ModelHealth.ModelState state) {
    CircuitBreaker.Builder breaker =
        CircuitBreaker.newBuilder()
            .setState(
                switch (state.state()) {
                  case CLOSED -> CircuitBreaker.State.STATE_CLOSED;
                  case OPEN -> CircuitBreaker.State.STATE_OPEN;
                  case HALF_OPEN -> CircuitBreaker.State.STATE_HALF_OPEN;
                })
            .setAttemptCount(state.tries());
    if (state.tries() > 0) {
      breaker.setFailureRate((double) state.failedTries() / state.tries());
    }
    Duration openFor = state.openFor();
    if (openFor != null) {
      breaker.setRetryTime(Protos.timestamp(time.now().plus(openFor)));
    }
    return breaker.build();
  }
}
