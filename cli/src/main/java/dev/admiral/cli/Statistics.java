package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.StatsGrouping;
import dev.admiral.optimizer.v1.StatsRequest;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.StatsRow;
import java.util.List;

/** What a server has counted, with the rows of agents and of models in one message. */
public final class Statistics {
  /** As many as a page may have. */
  private static final int PAGE_SIZE = 1_000;

  private Statistics() {}

  /** Asks for everything. */
  public static StatsResponse ask(AdmiralClient client) {
    return ask(client, "");
  }

  /** Asks for the calls of one agent; of all if its name is empty. */
  static StatsResponse ask(AdmiralClient client, String agent) {
    StatsRequest.Builder request =
        StatsRequest.newBuilder().setAgentId(agent).setPageSize(PAGE_SIZE);
    StatsResponse.Builder all =
        client.stats(request.setGrouping(StatsGrouping.STATS_GROUPING_AGENT).build()).toBuilder();
    StatsRequest rest = request.setPageToken(all.getNextPageToken()).build();
    if (!all.getNextPageToken().isEmpty()) {
      client.statsRows(rest).forEach(all::addRows);
    }
    client
        .statsRows(request.setGrouping(StatsGrouping.STATS_GROUPING_MODEL).clearPageToken().build())
        .forEach(all::addRows);
    return all.clearNextPageToken().build();
  }

  /** Returns the rows of agents, busiest first. */
  static List<StatsRow> agents(StatsResponse stats) {
    return stats.getRowsList().stream().filter(row -> !row.getAgentId().isEmpty()).toList();
  }

  /** Returns the rows of models, busiest first. */
  public static List<StatsRow> models(StatsResponse stats) {
    return stats.getRowsList().stream().filter(row -> row.getAgentId().isEmpty()).toList();
  }

  /** Returns whom a row is about. */
  public static String name(StatsRow row) {
    return row.getAgentId().isEmpty() ? row.getProvider() + "/" + row.getModel() : row.getAgentId();
  }
}
