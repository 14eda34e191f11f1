package dev.admiral.optimizer.routing;

import dev.admiral.optimizer.call.ModelTraits;
import dev.admiral.optimizer.call.ModelTraits.Effort;
import dev.admiral.optimizer.call.ModelTraits.Feature;
import dev.admiral.optimizer.call.ModelTraits.Setting;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is known of models, from models.csv, whose head describes its columns. Immutable.
 *
 * <p>One rule finds the traits of a name. The vendor's own rows come first: the row of the very
 * name, or of the name without the date or "latest" at its end; then the family with the longest
 * name that the model's name begins with; cells that are empty in the one come from the other. What
 * is still unknown comes from whoever made the model, found in the same way by what stands behind
 * the last slash of the name, or behind a dot followed by a letter ("eu.anthropic.claude-..."). Who
 * passes calls on has rules of their own for what they refuse, so that refusals are never taken
 * from a maker.
 */
final class ModelTable {
  private static final int COLUMNS = 7;

  /** Of the columns with the traits, a model that has none of something. */
  private static final String NOTHING = "-";

  private static final Pattern DATED =
      Pattern.compile("(.+?)[-@](20[0-9]{2}-?[0-9]{2}-?[0-9]{2}|latest)");

  private static final Pattern BEHIND_A_DOT = Pattern.compile("\\.(?=[a-z])");

  private final List<Row> models = new ArrayList<>();
  private final Map<String, Rows> byVendor = new LinkedHashMap<>();

  /**
   * A model that can be listed.
   *
   * @param contextTokens most tokens of prompt and answer together; 0 if unknown
   */
  record Row(String vendor, String name, long contextTokens, Set<Ability> abilities) {}

  /** The rows of one vendor: by name, and families by what their names begin with. */
  private record Rows(Map<String, ModelTraits> models, NavigableMap<String, ModelTraits> families) {
    @Nullable ModelTraits find(String name) {
      ModelTraits exact = models.get(name);
      if (exact == null) {
        Matcher dated = DATED.matcher(name);
        exact = dated.matches() ? models.get(dated.group(1)) : null;
      }
      ModelTraits family = family(name);
      if (exact == null || family == null) {
        return exact == null ? family : exact;
      }
      return exact.or(family);
    }

    private @Nullable ModelTraits family(String name) {
      // What sorts right before a name is its longest beginning, or shares less with it than that.
      Map.Entry<String, ModelTraits> entry = families.floorEntry(name);
      while (entry != null && !name.startsWith(entry.getKey())) {
        entry = families.floorEntry(common(name, entry.getKey()));
      }
      return entry == null ? null : entry.getValue();
    }

    private static String common(String a, String b) {
      int length = 0;
      while (length < a.length() && length < b.length() && a.charAt(length) == b.charAt(length)) {
        length++;
      }
      return a.substring(0, length);
    }
  }

  /**
   * Reads a table.
   *
   * @throws IllegalArgumentException naming the line that is not as the head says
   */
  ModelTable(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (!line.isEmpty() && line.charAt(0) != '#' && !line.startsWith("vendor,")) {
        try {
          read(line.split(",", -1));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage(), e);
        }
      }
    }
  }

  private void read(String[] cells) {
    if (cells.length != COLUMNS) {
      throw new IllegalArgumentException(cells.length + " columns, not " + COLUMNS);
    }
    ModelTraits traits =
        new ModelTraits(
            cells[4].isEmpty() ? Optional.empty() : Optional.of(words(cells[4], Effort.class)),
            words(cells[5], Feature.class),
            words(cells[6], Setting.class));
    Rows rows = byVendor.computeIfAbsent(cells[0], _ -> new Rows(new HashMap<>(), new TreeMap<>()));
    String name = cells[1];
    boolean family = name.endsWith("*");
    ModelTraits before =
        family
            ? rows.families().put(name.substring(0, name.length() - 1), traits)
            : rows.models().put(name, traits);
    if (before != null) {
      throw new IllegalArgumentException(name + " stands there twice");
    }
    if (!family) {
      models.add(
          new Row(
              cells[0],
              name,
              cells[2].isEmpty() ? 0 : Long.parseLong(cells[2]),
              words(cells[3], Ability.class)));
    }
  }

  private static <E extends Enum<E>> Set<E> words(String cell, Class<E> type) {
    Set<E> set = EnumSet.noneOf(type);
    if (!cell.isEmpty() && !cell.equals(NOTHING)) {
      for (String word : cell.split(" ", -1)) {
        set.add(Enum.valueOf(type, word.toUpperCase(Locale.ROOT)));
      }
    }
    return set;
  }

  /** Returns the models that can be listed, in the order of the table. */
  List<Row> models() {
    return models;
  }

  /**
   * Returns how a model wants to be asked.
   *
   * @param vendor who is asked; any other word for somebody who is not in the table
   */
  ModelTraits traits(String vendor, String model) {
    String name = model.toLowerCase(Locale.ROOT);
    Rows own = byVendor.get(vendor);
    ModelTraits known = own == null ? null : own.find(name);
    ModelTraits traits = known == null ? ModelTraits.UNKNOWN : known;
    return traits.efforts().isPresent() ? traits : traits.or(ofMaker(name));
  }

  private ModelTraits ofMaker(String name) {
    String rest = name.substring(name.lastIndexOf('/') + 1);
    while (true) {
      for (Rows rows : byVendor.values()) {
        ModelTraits found = rows.find(rest);
        if (found != null && found.efforts().isPresent()) {
          return found.withoutRefusals();
        }
      }
      Matcher dot = BEHIND_A_DOT.matcher(rest);
      if (!dot.find()) {
        return ModelTraits.UNKNOWN;
      }
      rest = rest.substring(dot.end());
    }
  }
}
