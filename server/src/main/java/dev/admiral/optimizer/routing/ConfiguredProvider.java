package dev.admiral.optimizer.routing;

/**
 * A provider of this server.
 *
 * @param name its configured name, the part before the slash in "provider/model"
 * @param vendor whose models it serves, as the catalogue names vendors, such as "openai"; any other
 *     word if it is none of those
 */
public record ConfiguredProvider(String name, String vendor) {
  /** Returns a provider named like its vendor. */
  public static ConfiguredProvider of(String name) {
    return new ConfiguredProvider(name, name);
  }
}
