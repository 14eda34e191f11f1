package dev.admiral.optimizer.config;

import static dev.admiral.optimizer.stats.CallStatistics.Settings.DEFAULT;

import dev.admiral.optimizer.stats.CallStatistics;

/** Reads what statistics tell apart. */
final class StatisticsSection {
  private StatisticsSection() {}

  static CallStatistics.Settings read(Section section) throws ConfigException {
    return new CallStatistics.Settings(
        section.number("max_agents", DEFAULT.maxAgents(), 1, 1_000_000),
        section.number("max_series", DEFAULT.maxSeries(), 1, 1_000_000));
  }
}
