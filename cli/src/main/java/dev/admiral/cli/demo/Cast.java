package dev.admiral.cli.demo;

import dev.admiral.optimizer.v1.Priority;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Who takes part: 28 agents in seven groups, and 16 models of six providers. */
final class Cast {
  /** Models as "provider/name"; the price list of the server and that of the simulator know all. */
  static final List<String> MODELS =
      List.of(
          "openai/gpt-6-sol",
          "openai/gpt-6-luna",
          "openai/gpt-5-mini",
          "openai/gpt-4.1",
          "openai/gpt-4o-mini",
          "openai/o4-mini",
          "anthropic/claude-opus-5-5",
          "anthropic/claude-sonnet-5",
          "anthropic/claude-haiku-4-5",
          "mistral/mistral-large-2512",
          "mistral/mistral-small-2603",
          "groq/llama-3.3-70b-versatile",
          "groq/openai/gpt-oss-120b",
          "cerebras/zai-glm-4.7",
          "cerebras/gpt-oss-120b",
          "mistral/codestral");

  /** Aliases, each with its candidates, best first. */
  static final Map<String, List<String>> ALIASES = aliases();

  private static final int AGENTS_PER_GROUP = 4;

  /**
   * What the agents of a group do.
   *
   * @param name of the group
   * @param task kind of work
   * @param models models or aliases they ask for
   * @param fallbacks models to try when that fails
   * @param freshShare part of the questions that nobody asked before, 0 to 1
   * @param streamShare part of the calls that are streamed, 0 to 1
   * @param tools whether they may call tools
   * @param priority how urgent they are
   */
  record Group(
      String name,
      String task,
      List<String> models,
      List<String> fallbacks,
      double freshShare,
      double streamShare,
      boolean tools,
      Priority priority) {}

  /**
   * One agent.
   *
   * @param name its name
   * @param group its group
   */
  record Agent(String name, Group group) {}

  private Cast() {}

  static List<Agent> agents() {
    List<Agent> agents = new ArrayList<>();
    for (Group group : groups()) {
      for (int i = 1; i <= AGENTS_PER_GROUP; i++) {
        agents.add(new Agent(group.name() + "-" + i, group));
      }
    }
    return agents;
  }

  static List<Group> groups() {
    Priority now = Priority.PRIORITY_INTERACTIVE;
    return List.of(
        new Group(
            "support",
            "answer",
            List.of("fast", "openai/gpt-5-mini", "anthropic/claude-haiku-4-5"),
            List.of("openai/gpt-6-luna"),
            0.08,
            0.8,
            false,
            now),
        new Group(
            "triage",
            "classify",
            List.of("cheap", "groq/llama-3.3-70b-versatile"),
            List.of("openai/gpt-6-luna"),
            0.05,
            0.0,
            false,
            now),
        new Group(
            "review",
            "code-review",
            List.of("smart", "anthropic/claude-opus-5-5", "mistral/codestral"),
            List.of("openai/gpt-6-sol"),
            0.25,
            0.5,
            false,
            now),
        new Group(
            "research",
            "research",
            List.of("smart", "openai/gpt-6-sol", "cerebras/gpt-oss-120b"),
            List.of("anthropic/claude-sonnet-5"),
            0.20,
            0.7,
            false,
            now),
        new Group(
            "extract",
            "extract",
            List.of("mistral/mistral-small-2603", "openai/gpt-4o-mini", "cheap"),
            List.of("mistral/mistral-large-2512"),
            0.10,
            0.0,
            false,
            Priority.PRIORITY_BATCH),
        new Group(
            "oncall",
            "incident",
            List.of("openai/gpt-4.1", "openai/o4-mini", "groq/openai/gpt-oss-120b"),
            List.of("anthropic/claude-sonnet-5"),
            0.10,
            0.4,
            true,
            now),
        new Group(
            "planner",
            "plan",
            List.of("anthropic/claude-sonnet-5", "mistral/mistral-large-2512", "smart"),
            List.of("openai/gpt-6-sol"),
            0.12,
            0.3,
            true,
            now));
  }

  private static Map<String, List<String>> aliases() {
    Map<String, List<String>> aliases = new LinkedHashMap<>();
    aliases.put(
        "fast",
        List.of(
            "groq/llama-3.3-70b-versatile", "openai/gpt-4o-mini", "mistral/mistral-small-2603"));
    aliases.put(
        "cheap", List.of("openai/gpt-6-luna", "mistral/mistral-small-2603", "openai/gpt-4o-mini"));
    aliases.put(
        "smart", List.of("cerebras/zai-glm-4.7", "anthropic/claude-sonnet-5", "openai/gpt-6-sol"));
    return aliases;
  }
}
