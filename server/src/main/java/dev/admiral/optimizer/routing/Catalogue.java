package dev.admiral.optimizer.routing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  private static final List<List<String>> MODELS = rows("models.csv");
  private static final List<List<String>> ALIASES = rows("aliases.csv");
  private static final Set<String> VENDORS =
      MODELS.stream().map(row -> row.get(0)).collect(Collectors.toUnmodifiableSet());

  // In the order the operator configured providers; within a provider configured models first.
  private final Map<String, Map<String, KnownModel>> modelsByProvider;
  private final Map<String, List<Candidate>> byBareName;
  private final Map<String, List<Candidate>> aliases;

  private Catalogue(
      Map<String, Map<String, KnownModel>> modelsByProvider, Map<String, List<Candidate>> aliases) {
    this.modelsByProvider = modelsByProvider;
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
      for (List<String> row : MODELS) {
        if (row.get(0).equals(provider.vendor())) {
          models
              .getOrDefault(provider.name(), Map.of())
              .putIfAbsent(row.get(1), model(provider.name(), row));
        }
      }
    }
    Map<String, List<Candidate>> lists = builtInAliases(providers, extras);
    aliases.forEach((alias, names) -> lists.put(alias, configuredAlias(alias, names, models)));
    return new Catalogue(models, Collections.unmodifiableMap(lists));
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

  /** Returns the candidates of a name without a provider; empty if nobody has it. */
  List<Candidate> withBareName(String name) {
    return byBareName.getOrDefault(name, List.of());
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

  private static KnownModel model(String provider, List<String> row) {
    Set<Ability> abilities = EnumSet.noneOf(Ability.class);
    for (String word : row.get(3).split(" ", -1)) {
      abilities.add(Ability.valueOf(word.toUpperCase(Locale.ROOT)));
    }
    return new KnownModel(
        provider, row.get(1), row.get(2).isEmpty() ? 0 : Long.parseLong(row.get(2)), abilities);
  }

  /** Reads one of our own tables, without its first line. Its cells hold no commas. */
  private static List<List<String>> rows(String resource) {
    try (InputStream in = Catalogue.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks " + resource);
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .skip(1)
          .map(line -> List.of(line.split(",", -1)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
