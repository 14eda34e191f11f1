package dev.admiral.optimizer.config;

import dev.admiral.optimizer.learning.FailureLog;
import dev.admiral.optimizer.learning.OutcomeLog;

/** Reads what is remembered of failures and of reported outcomes. */
final class LearningSection {
  private LearningSection() {}

  static Config.Learning read(Section section) throws ConfigException {
    OutcomeLog.Settings defaults = OutcomeLog.Settings.DEFAULT;
    int kinds = section.number("max_kinds", defaults.maxKinds(), 1, 1_000_000);
    int agents = section.number("max_agents", defaults.maxAgents(), 1, 100_000);
    int reports = section.number("max_reports", defaults.maxReports(), 1, 1_000_000);
    return new Config.Learning(
        new FailureLog.Settings(kinds, agents), new OutcomeLog.Settings(kinds, agents, reports));
  }
}
