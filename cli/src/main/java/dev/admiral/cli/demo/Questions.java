package dev.admiral.cli.demo;

import dev.admiral.optimizer.client.Prompts;
import dev.admiral.optimizer.v1.FunctionTool;
import dev.admiral.optimizer.v1.Prompt;
import dev.admiral.optimizer.v1.Tool;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What agents ask. Each group has instructions that all of its agents send along, and questions
 * that come up again and again, few of them often and most of them seldom, as in public traces of
 * calls.
 */
final class Questions {
  private static final int TOPICS = 48;

  /** How steeply the popularity of topics falls. */
  private static final double SKEW = 1.1;

  private static final int RULES = 18;

  private static final List<String> THINGS =
      List.of(
          "invoice", "refund", "login", "export", "webhook", "quota", "upgrade", "report", "import",
          "alert");

  private static final List<String> ASPECTS =
      List.of(
          "fails with a timeout",
          "shows last month's figures",
          "was done twice",
          "is refused for one customer",
          "takes longer than it should",
          "lost its settings");

  private final double[] popularity = new double[TOPICS];

  Questions() {
    double sum = 0;
    for (int i = 0; i < TOPICS; i++) {
      sum += 1 / Math.pow(i + 1, SKEW);
      popularity[i] = sum;
    }
  }

  /** Returns a question that others of the group ask too; each kind of question has its model. */
  Prompt common(Cast.Group group, RandomGenerator random) {
    int topic = topic(random);
    String model = group.models().get(topic % group.models().size());
    return prompt(group, model, "Case " + topic + ": the " + subject(topic));
  }

  /** Returns a question that nobody asked before. */
  Prompt fresh(Cast.Group group, String model, String agent, long number) {
    return prompt(
        group, model, "Ticket " + agent + "/" + number + ": the " + subject((int) number));
  }

  /** Returns the question that the whole fleet asks when something happens to all. */
  Prompt alarm(String model, int number) {
    return Prompts.of(
        model,
        handbook(Cast.groups().getFirst()),
        "Incident " + number + ": summarize what every agent must know before it goes on.");
  }

  private Prompt prompt(Cast.Group group, String model, String subject) {
    String question = subject + ". How should the " + group.name() + " team " + group.task() + "?";
    String text = group.tools() ? question + " Use look_up_status first." : question;
    Prompt prompt = Prompts.of(model, handbook(group), text);
    return group.tools() ? prompt.toBuilder().addTools(tool()).build() : prompt;
  }

  private int topic(RandomGenerator random) {
    double drawn = random.nextDouble() * popularity[TOPICS - 1];
    int topic = 0;
    while (popularity[topic] < drawn) {
      topic++;
    }
    return topic;
  }

  private static String subject(int number) {
    return THINGS.get(number % THINGS.size())
        + " "
        + ASPECTS.get(number / THINGS.size() % ASPECTS.size());
  }

  private static String handbook(Cast.Group group) {
    StringBuilder text = new StringBuilder("You are an agent of the " + group.name() + " team.\n");
    for (int i = 1; i <= RULES; i++) {
      text.append("Rule ")
          .append(i)
          .append(": when the ")
          .append(subject(i))
          .append(", say what is known, what is not, and the next step, in three sentences.\n");
    }
    return text.toString();
  }

  private static Tool tool() {
    return Tool.newBuilder()
        .setFunction(
            FunctionTool.newBuilder()
                .setName("look_up_status")
                .setDescription("Returns the state of a part of the system.")
                .setParametersSchemaJson(
                    "{\"type\":\"object\",\"properties\":{\"part\":{\"type\":\"string\"}},"
                        + "\"required\":[\"part\"]}"))
        .build();
  }
}
