package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.ModelTraits;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The models and aliases that can be asked for: what is known of the configured providers' models,
 * what the configuration adds, and ordered lists of candidates behind aliases. Immutable.
 *
 * <p>The aliases "fast", "cheap", "smart" and "auto" exist without configuration, as far as a
 * configured provider has a model for them: a provider whose models only the configuration knows
 * joins each with the first of them.
 */
public final class Catalogue {
  private static final ModelTable TABLE = new ModelTable(lines("models.csv"));
  private static final List<List<String>> ALIASES =
      lines("aliases.csv").stream().skip(1).map(line -> List.of(line.split(",", -1))).toList();
  private static final NavigableMap<String, String> MAKERS = makers();
  private static final Set<String> VENDORS =
      TABLE.models().stream().map(ModelTable.Row::vendor).collect(Collectors.toUnmodifiableSet());

  // In the order the operator configured providers; within a provider configured models first.
  private final Map<String, Map<String, KnownModel>> modelsByProvider;
  private final Map<String, List<Candidate>> byBareName;
  private final Map<String, List<Candidate>> aliases;
  private final Map<String, String> vendors;

  private Catalogue(
      Map<String, Map<String, KnownModel>> modelsByProvider,
      Map<String, List<Candidate>> aliases,
      Map<String, String> vendors) {
    this.modelsByProvider = modelsByProvider;
    this.vendors = vendors;
    this.aliases = aliases;
    this.byBareName =
        modelsByProvider.values().stream()
            .flatMap(models -> models.values().stream())
            .collect(
                Collectors.groupingBy(
                    KnownModel::name,
                    Collectors.mapping(KnownModel::candidate, Collectors.toUnmodifiableList())));
  }

  /**
   * Returns the catalogue of a server.
   *
   * @param providers the configured providers, preferred first
   * @param extras models the catalogue does not know, or knows differently
   * @param aliases further aliases, or other candidates for the built-in ones: "provider/model",
   *     best first
   * @throws IllegalArgumentException if a model or an alias names a provider that is not
   *     configured, or an alias is empty
   */
  public static Catalogue of(
      List<ConfiguredProvider> providers,
      List<KnownModel> extras,
      Map<String, List<String>> aliases) {
    Map<String, Map<String, KnownModel>> models = new LinkedHashMap<>();
    for (ConfiguredProvider provider : providers) {
      models.put(provider.name(), new LinkedHashMap<>());
    }
    for (KnownModel extra : extras) {
      Map<String, KnownModel> ofProvider = models.get(extra.provider());
      if (ofProvider == null) {
        throw new IllegalArgumentException(
            "model '"
                + extra.name()
                + "' names provider '"
                + extra.provider()
                + "', which is not configured; configured are "
                + models.keySet());
      }
      ofProvider.put(extra.name(), extra);
    }
    for (ConfiguredProvider provider : providers) {
      for (ModelTable.Row row : TABLE.models()) {
        if (row.vendor().equals(provider.vendor())) {
          models
              .getOrDefault(provider.name(), Map.of())
              .putIfAbsent(
                  row.name(),
                  new KnownModel(
                      provider.name(), row.name(), row.contextTokens(), row.abilities()));
        }
      }
    }
    Map<String, List<Candidate>> lists = builtInAliases(providers, extras);
    aliases.forEach((alias, names) -> lists.put(alias, configuredAlias(alias, names, models)));
    return new Catalogue(
        models,
        Collections.unmodifiableMap(lists),
        providers.stream()
            .collect(
                Collectors.toUnmodifiableMap(
                    ConfiguredProvider::name, ConfiguredProvider::vendor, (first, _) -> first)));
  }

  /** Returns every known model of the configured providers, in their order. */
  public List<KnownModel> models() {
    return modelsByProvider.values().stream().flatMap(models -> models.values().stream()).toList();
  }

  /** Returns the aliases with their candidates, best first. */
  public Map<String, List<Candidate>> aliases() {
    return aliases;
  }

  /** Returns the names of the configured providers, in their order. */
  public Set<String> providers() {
    return Collections.unmodifiableSet(modelsByProvider.keySet());
  }

  /** Returns what is known of a model. */
  public Optional<KnownModel> find(String provider, String model) {
    return Optional.ofNullable(modelsByProvider.getOrDefault(provider, Map.of()).get(model));
  }

  /**
   * Returns how a model wants to be asked: what the configuration says of it, and else what is
   * known of models of its name, whether or not they are listed.
   */
  public ModelTraits traits(String provider, String model) {
    ModelTraits known = TABLE.traits(vendors.getOrDefault(provider, provider), model);
    KnownModel listed = modelsByProvider.getOrDefault(provider, Map.of()).get(model);
    return listed == null ? known : listed.traits().or(known);
  }

  /** Returns the candidates of a name without a provider; empty if nobody has it. */
  List<Candidate> withBareName(String name) {
    return byBareName.getOrDefault(name, List.of());
  }

  /**
   * Returns the candidates of a name that nobody is known to have: the providers that have the
   * models of whoever gives such names.
   */
  List<Candidate> withNameOfMaker(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    // Of the beginnings that sort before the name, the longest that it has.
    String maker =
        MAKERS.headMap(lower, true).descendingMap().entrySet().stream()
            .filter(each -> lower.startsWith(each.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("");
    return modelsByProvider.keySet().stream()
        .filter(provider -> maker.equals(vendors.get(provider)))
        .map(provider -> new Candidate(provider, name, false))
        .toList();
  }

  /** Returns every name that can be asked for, in all its forms. */
  Set<String> names() {
    Set<String> names = new LinkedHashSet<>(aliases.keySet());
    for (KnownModel model : models()) {
      names.add(model.name());
      names.add(model.candidate().name());
    }
    return names;
  }

  /** Returns true if the catalogue has models of a vendor, configured or not. */
  static boolean isVendor(String name) {
    return VENDORS.contains(name);
  }

  private static Map<String, List<Candidate>> builtInAliases(
      List<ConfiguredProvider> providers, List<KnownModel> extras) {
    Map<String, List<Candidate>> lists = new LinkedHashMap<>();
    for (List<String> row : ALIASES) {
      List<Candidate> list = lists.computeIfAbsent(row.get(0), alias -> new ArrayList<>());
      for (ConfiguredProvider provider : providers) {
        if (provider.vendor().equals(row.get(1))) {
          list.add(new Candidate(provider.name(), row.get(2), true));
        }
      }
    }
    for (List<Candidate> list : lists.values()) {
      for (ConfiguredProvider provider : providers) {
        if (list.stream().noneMatch(c -> c.provider().equals(provider.name()))) {
          extras.stream()
              .filter(extra -> extra.provider().equals(provider.name()))
              .filter(extra -> !extra.abilities().contains(Ability.EMBEDDINGS))
              .findFirst()
              .ifPresent(extra -> list.add(extra.candidate()));
        }
      }
    }
    lists.values().removeIf(List::isEmpty);
    lists.replaceAll((alias, list) -> List.copyOf(list));
    return lists;
  }

  private static List<Candidate> configuredAlias(
      String alias, List<String> names, Map<String, Map<String, KnownModel>> models) {
    if (names.isEmpty()) {
      throw new IllegalArgumentException(
          "alias '" + alias + "' has no candidates; name at least one as provider/model");
    }
    return names.stream()
        .map(name -> {
          int slash = name.indexOf('/');
          String provider = slash < 0 ? name : name.substring(0, slash);
          Map<String, KnownModel> known = models.get(provider);
          if (slash < 0 || known == null || slash == name.length() - 1) {
            throw new IllegalArgumentException(
                "alias '"
                    + alias
                    + "' names '"
                    + name
                    + "'; write provider/model with one of the configured providers "
                    + models.keySet());
          }
          String model = name.substring(slash + 1);
          return new Candidate(provider, model, known.containsKey(model));
        })
        .distinct()
        .toList();
  }

  private static NavigableMap<String, String> makers() {
    NavigableMap<String, String> makers = new TreeMap<>();
    for (String line : lines("makers.csv")) {
      if (!line.startsWith("#") && !line.startsWith("beginning,")) {
        int comma = line.indexOf(',');
        makers.put(line.substring(0, comma), line.substring(comma + 1));
      }
    }
    return makers;
  }

  private static List<String> lines(String resource) {
    try (InputStream in = Catalogue.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
