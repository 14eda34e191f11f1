package dev.admiral.optimizer.config;

/**
 * What Prometheus is told.
 *
 * @param allowAnonymous true to tell anybody, else only those who have an operator's key
 * @param perAgent true to tell the calls and costs of each agent of the asking key's tenant
 * @param maxModels most models told apart, 1 and up
 */
public record MetricsSettings(boolean allowAnonymous, boolean perAgent, int maxModels) {

  static MetricsSettings read(Section section) throws ConfigException {
    return new MetricsSettings(
        section.live().flag("allow_anonymous", false),
        section.live().flag("per_agent", false),
        section.number("max_models", 200, 1, 10_000));
  }
}
