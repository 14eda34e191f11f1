package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.Money;
import dev.admiral.optimizer.call.ProtoMoney;
import dev.admiral.optimizer.call.Tokens;
import dev.admiral.optimizer.v1.ChatMessage;
import dev.admiral.optimizer.v1.ContentPart;
import dev.admiral.optimizer.v1.ErrorReason;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.RoutingPreferences;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns the name a caller asked for into models to try. Immutable; estimates are asked anew for
 * each route.
 *
 * <p>A name is read in this order: an alias; "provider/model" of a configured provider, passed on
 * whether or not the model is known; a model's bare name, which every configured provider that has
 * it may serve; and else a name as a vendor gives them, which every configured provider with that
 * vendor's models may know. Candidates of an alias that cannot do what the prompt needs are left
 * out; a model that was named is asked whatever is known of it, since its provider may know better.
 *
 * <p>The objective orders the candidates of the name; fall-backs follow in the order given. By
 * cost, candidates without a price come last. By latency, those measured are sorted among the
 * places they hold and the others keep theirs, so that a model nobody has asked yet gets its turn.
 * By quality the configured order stands.
 */
public final class Router {
  /** Stands for an unknown price where candidates are ordered by theirs. */
  private static final Money DEAREST = new Money(Long.MAX_VALUE, 0);

  private final Catalogue catalogue;
  private final Estimates estimates;

  /**
   * @param catalogue the names
   * @param estimates what candidates cost and take
   */
  public Router(Catalogue catalogue, Estimates estimates) {
    this.catalogue = catalogue;
    this.estimates = estimates;
  }

  /** Returns the models to try for an answer to a prompt. */
  public Route route(Prompt prompt, RoutingPreferences wishes) {
    return route(
        prompt.getModel(),
        needs(prompt),
        new Size(Tokens.upper(prompt), Tokens.upperOutput(prompt)),
        wishes);
  }

  /**
   * Returns the models to try for turning texts into vectors.
   *
   * @param model the name, in the forms of {@link Prompt#getModel()}
   * @param inputTokens upper estimate of the texts' tokens
   */
  public Route routeEmbedding(String model, long inputTokens, RoutingPreferences wishes) {
    return route(model, EnumSet.of(Ability.EMBEDDINGS), new Size(inputTokens, 0), wishes);
  }

  /** Returns how a model wants to be asked. */
  public ModelTraits traits(Candidate candidate) {
    return catalogue.traits(candidate.provider(), candidate.model());
  }

  private Route route(String name, Set<Ability> needs, Size size, RoutingPreferences wishes) {
    Named named = named(name);
    if (named.failure() != null) {
      return new Route.Failed(named.failure());
    }
    List<Candidate> able = named.alias() ? able(named.candidates(), needs) : named.candidates();
    if (able.isEmpty()) {
      return new Route.Failed(
          invalid(
              "prompt.model",
              "no model behind the alias '"
                  + name
                  + "' can do all that this call needs ("
                  + words(needs)
                  + "); name a model that can"));
    }
    Set<Candidate> candidates = new LinkedHashSet<>(ordered(able, size, wishes));
    for (int i = 0; i < wishes.getFallbackModelsCount(); i++) {
      Named fallback = named(wishes.getFallbackModels(i));
      if (fallback.failure() != null) {
        return new Route.Failed(fallback.failure());
      }
      if (fallback.alias()) {
        return new Route.Failed(
            invalid(
                "options.routing.fallback_models[" + i + "]",
                "a fall-back must be a model, and '"
                    + wishes.getFallbackModels(i)
                    + "' is an alias; name the models you want in order"));
      }
      candidates.addAll(fallback.candidates());
    }
    return wishes.hasMaxCost()
        ? affordable(candidates, size, ProtoMoney.money(wishes.getMaxCost()))
        : new Route.Candidates(List.copyOf(candidates));
  }

  /** What a name stands for: candidates, or a failure. */
  private record Named(List<Candidate> candidates, boolean alias, @Nullable Failure failure) {
    static Named of(List<Candidate> candidates) {
      return new Named(candidates, false, null);
    }

    static Named failed(Failure failure) {
      return new Named(List.of(), false, failure);
    }
  }

  /** Upper estimates of the tokens of a call. */
  private record Size(long inputTokens, long outputTokens) {}

  private Named named(String name) {
    List<Candidate> behindAlias = catalogue.aliases().get(name);
    if (behindAlias != null) {
      return new Named(behindAlias, true, null);
    }
    int slash = name.indexOf('/');
    String provider = slash < 0 ? "" : name.substring(0, slash);
    if (catalogue.providers().contains(provider) && slash < name.length() - 1) {
      String model = name.substring(slash + 1);
      boolean known = catalogue.find(provider, model).isPresent();
      return Named.of(List.of(new Candidate(provider, model, known)));
    }
    List<Candidate> withName = catalogue.withBareName(name);
    if (withName.isEmpty()) {
      withName = catalogue.withNameOfMaker(name);
    }
    return withName.isEmpty() ? Named.failed(unknown(name, provider)) : Named.of(withName);
  }

  private Failure unknown(String name, String provider) {
    if (Catalogue.isVendor(provider) && !catalogue.providers().contains(provider)) {
      return new Failure.Refused(
          ErrorReason.ERROR_REASON_MODEL_UNKNOWN,
          "unknown model '"
              + name
              + "': the provider '"
              + provider
              + "' is not configured on this server; configured are "
              + String.join(", ", catalogue.providers()));
    }
    return new Failure.UnknownModel(name, NearestNames.of(name, catalogue.names()));
  }

  private List<Candidate> able(List<Candidate> candidates, Set<Ability> needs) {
    return candidates.stream()
        .filter(candidate ->
            catalogue
                .find(candidate.provider(), candidate.model())
                .map(model -> model.abilities().containsAll(needs))
                .orElse(true))
        .toList();
  }

  private List<Candidate> ordered(
      List<Candidate> candidates, Size size, RoutingPreferences wishes) {
    return switch (wishes.getObjective()) {
      case OBJECTIVE_COST -> byCost(candidates, size);
      case OBJECTIVE_LATENCY -> byFirstToken(candidates);
      case OBJECTIVE_QUALITY, OBJECTIVE_UNSPECIFIED, UNRECOGNIZED -> candidates;
    };
  }

  private List<Candidate> byCost(List<Candidate> candidates, Size size) {
    record Priced(Candidate candidate, Money cost) {}
    return candidates.stream()
        .map(c -> new Priced(c, upperCost(c, size).orElse(DEAREST)))
        .sorted(Comparator.comparing(Priced::cost))
        .map(Priced::candidate)
        .toList();
  }

  private List<Candidate> byFirstToken(List<Candidate> candidates) {
    record Measured(Candidate candidate, long nanos) {}
    List<Integer> places = new ArrayList<>();
    List<Measured> measured = new ArrayList<>();
    for (int i = 0; i < candidates.size(); i++) {
      var firstToken = estimates.firstToken(candidates.get(i));
      if (firstToken.isPresent()) {
        places.add(i);
        measured.add(new Measured(candidates.get(i), firstToken.get().toNanos()));
      }
    }
    measured.sort(Comparator.comparingLong(Measured::nanos));
    List<Candidate> ordered = new ArrayList<>(candidates);
    for (int i = 0; i < places.size(); i++) {
      ordered.set(places.get(i), measured.get(i).candidate());
    }
    return ordered;
  }

  private Route affordable(Set<Candidate> candidates, Size size, Money most) {
    List<Candidate> affordable = new ArrayList<>();
    @Nullable Candidate cheapest = null;
    @Nullable Money lowest = null;
    for (Candidate candidate : candidates) {
      Optional<Money> cost = upperCost(candidate, size);
      if (cost.isEmpty()) {
        continue;
      }
      if (cost.get().compareTo(most) <= 0) {
        affordable.add(candidate);
      }
      if (lowest == null || cost.get().compareTo(lowest) < 0) {
        lowest = cost.get();
        cheapest = candidate;
      }
    }
    if (!affordable.isEmpty()) {
      return new Route.Candidates(affordable);
    }
    String why =
        cheapest == null || lowest == null
            ? "no price is known for any of them"
            : "the cheapest, " + cheapest.name() + ", may cost " + dollars(lowest);
    return new Route.Failed(
        new Failure.Refused(
            ErrorReason.ERROR_REASON_COST_LIMIT,
            "no candidate fits the limit of "
                + dollars(most)
                + " for this call: "
                + why
                + "; raise max_cost, shorten the prompt or lower"
                + " max_output_token_count"));
  }

  private Optional<Money> upperCost(Candidate candidate, Size size) {
    return estimates.upperCost(candidate, size.inputTokens(), size.outputTokens());
  }

  private static Set<Ability> needs(Prompt prompt) {
    Set<Ability> needs = EnumSet.noneOf(Ability.class);
    if (prompt.getToolsCount() > 0) {
      needs.add(Ability.TOOLS);
    }
    if (prompt.getResponseFormat().hasJsonSchema()) {
      needs.add(Ability.JSON_SCHEMA);
    }
    for (ChatMessage message : prompt.getMessagesList()) {
      if (message.getPartsList().stream().anyMatch(Router::showsImage)) {
        needs.add(Ability.IMAGES);
        break;
      }
    }
    return needs;
  }

  private static boolean showsImage(ContentPart part) {
    return part.hasImage()
        || part.getToolResult().getPartsList().stream().anyMatch(ContentPart::hasImage);
  }

  private static String words(Set<Ability> needs) {
    return needs.stream()
        .map(need ->
            switch (need) {
              case IMAGES -> "images";
              case TOOLS -> "tools";
              case JSON_SCHEMA -> "a JSON schema";
              case REASONING -> "reasoning";
              case EMBEDDINGS -> "embeddings";
            })
        .reduce((a, b) -> a + ", " + b)
        .orElse("nothing special");
  }

  private static Failure invalid(String field, String description) {
    return new Failure.Invalid(description, List.of(new Failure.Violation(field, description)));
  }

  private static String dollars(Money money) {
    return money.usd().stripTrailingZeros().toPlainString() + " USD";
  }
}
