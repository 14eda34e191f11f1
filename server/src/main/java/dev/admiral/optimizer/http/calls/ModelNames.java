package dev.admiral.optimizer.http.calls;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.call.Failure;
import dev.admiral.optimizer.routing.Catalogue;
import dev.admiral.optimizer.routing.KnownModel;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that models can be asked for by: aliases, and models with their provider's name before
 * a slash. A model is also found by its bare name. Thread-safe.
 */
public final class ModelNames {
  private static final String PATH = "/v1/models/";
  private static final String OWNER_OF_ALIASES = "admiral";

  /** Owners by the names that are listed, in the order of the configuration. */
  private final Map<String, String> listed = new LinkedHashMap<>();

  /** Owners by every name. */
  private final Map<String, String> owners;

  public ModelNames(Catalogue catalogue) {
    catalogue.aliases().keySet().forEach(alias -> listed.put(alias, OWNER_OF_ALIASES));
    List<KnownModel> models = catalogue.models();
    models.forEach(model -> listed.put(model.provider() + "/" + model.name(), model.provider()));
    owners = new LinkedHashMap<>(listed);
    models.forEach(model -> owners.putIfAbsent(model.name(), model.provider()));
  }

  /** Returns the owners by the names that are listed, in the order of the configuration. */
  public Map<String, String> listed() {
    return Collections.unmodifiableMap(listed);
  }

  /** Returns the name in the path of a request; the slash in it may be encoded. */
  public static String in(Incoming incoming) {
    return incoming.exchange().path().substring(PATH.length()).replaceAll("%2[Ff]", "/");
  }

  /**
   * Returns whose model it is.
   *
   * @throws CallException if there is none of that name
   */
  public String owner(String name) throws CallException {
    String owner = owners.get(name);
    if (owner == null) {
      throw new CallException(new Failure.UnknownModel(name, List.of()));
    }
    return owner;
  }
}
