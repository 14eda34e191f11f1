package dev.admiral.cli;

import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.CallRecord;
import dev.admiral.optimizer.v1.CallStats;
import dev.admiral.optimizer.v1.HealthResponse;
import dev.admiral.optimizer.v1.ListCallsRequest;
import dev.admiral.optimizer.v1.ListCallsResponse;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.ListModelsResponse;
import dev.admiral.optimizer.v1.Model;
import dev.admiral.optimizer.v1.StatsResponse;
import dev.admiral.optimizer.v1.UsageLimit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "top",
    mixinStandardHelpOptions = true,
    description = {
      "Shows the fleet at work: calls a second by where their answers came from, the busiest agents"
          + " and models, open breakers, limits nearly used up, the latest calls.",
      "On a terminal it is drawn anew in its place until Ctrl-C; elsewhere each look is printed"
          + " below the last. Dollars are rounded.",
      ""
    },
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done, or stopped by Ctrl-C",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class TopCommand extends FleetCommand {
  private static final int MOST_CALLS = 5;
  private static final int MOST_ROWS = 10;
  private static final int FEWEST_ROWS = 3;

  @Mixin private Live live = new Live();

  @Option(names = "--once", description = "Look once, at one interval: --count 1 for scripts.")
  private boolean once;

  private @Nullable Sample before;

  TopCommand(Shell shell) {
    super(shell);
  }

  /** What was counted at one instant. */
  private record Sample(StatsResponse stats, long nanos) {}

  /** What one look found; lists that an older server does not offer are empty. */
  private record Found(
      HealthResponse health,
      StatsResponse stats,
      Rates rates,
      List<Model> notAsked,
      List<UsageLimit> nearlyUsed,
      List<CallRecord> calls) {}

  @Override
  int run(AdmiralClient client) {
    Duration interval = live.interval();
    long count = once ? 1 : live.count();
    boolean inPlace = shell().terminalOut() && !isJson() && count > 1;
    if (!inPlace) {
      // What is kept must be true of its own time; a person sees the average until it is known.
      before = new Sample(Statistics.ask(client), shell().ticker().nanos());
      if (!shell().ticker().await(interval)) {
        return Main.DONE;
      }
    }
    return Live.watch(
        shell(),
        interval,
        count,
        inPlace,
        size -> {
          Found found = look(client);
          answered();
          return isJson() ? List.of(json(found)) : lines(found, size, inPlace);
        });
  }

  private Found look(AdmiralClient client) {
    HealthResponse health = client.health();
    StatsResponse stats = Statistics.ask(client);
    Sample now = new Sample(stats, shell().ticker().nanos());
    Sample last = before;
    before = now;
    Rates rates =
        last == null || !last.stats().getStartTime().equals(stats.getStartTime())
            ? Rates.sinceStart(stats, shell().ticker().now())
            : Rates.between(last.stats(), stats, Duration.ofNanos(now.nanos() - last.nanos()));
    List<Model> notAsked = client.models().filter(model -> !model.getAvailable()).toList();
    List<UsageLimit> limits =
        ifOffered(() -> client.fleet().limits().filter(LimitsCommand::isNearlyUsed).toList())
            .orElse(List.of());
    ListCallsRequest latest = ListCallsRequest.newBuilder().setPageSize(MOST_CALLS).build();
    List<CallRecord> calls =
        ifOffered(() -> client.calls().latest(latest).limit(MOST_CALLS).toList()).orElse(List.of());
    return new Found(health, stats, rates, notAsked, limits, calls);
  }

  private String json(Found found) {
    Instant now = shell().ticker().now();
    Map<String, Message> members = new LinkedHashMap<>();
    members.put(
        "time",
        Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()).build());
    members.put("interval", Durations.fromNanos(found.rates().time().toNanos()));
    members.put("delta", found.rates().total());
    members.put("health", found.health());
    members.put("stats", found.stats());
    members.put(
        "modelsNotAsked", ListModelsResponse.newBuilder().addAllModels(found.notAsked()).build());
    members.put(
        "limitsNearlyUsed",
        ListLimitsResponse.newBuilder().addAllLimits(found.nearlyUsed()).build());
    members.put("latestCalls", ListCallsResponse.newBuilder().addAllCalls(found.calls()).build());
    return OutputOptions.objectLine(members);
  }

  private List<String> lines(Found found, Window.Size size, boolean inPlace) {
    int width = size.columns();
    List<String> lines = new ArrayList<>(facts(found).lines(width));
    List<List<String>> below = new ArrayList<>();
    below.add(notAsked(found.notAsked()).lines(width));
    below.add(LimitsCommand.table(found.nearlyUsed()).lines(width));
    below.add(CallsCommand.table(found.calls(), width).lines(width));
    below.removeIf(block -> block.size() < 2);
    int taken = lines.size() + below.stream().mapToInt(block -> block.size() + 1).sum();
    int rows = rows(size, taken);
    add(lines, busiest("AGENT", found.rates().agents(), rows).lines(width));
    add(lines, busiest("MODEL", found.rates().models(), rows).lines(width));
    below.forEach(block -> add(lines, block));
    if (!inPlace) {
      lines.add("");
    }
    return lines;
  }

  /** How many agents and as many models there is room for, beside so many lines of other things. */
  private static int rows(Window.Size size, int taken) {
    return Math.clamp(((long) size.rows() - 1 - taken - 4) / 2, FEWEST_ROWS, MOST_ROWS);
  }

  private static void add(List<String> lines, List<String> block) {
    if (!block.isEmpty()) {
      lines.add("");
      lines.addAll(block);
    }
  }

  private Facts facts(Found found) {
    HealthResponse health = found.health();
    CallStats now = found.rates().total();
    CallStats whole = found.stats().getTotal();
    Facts facts = new Facts();
    facts.add(
        "optimizer",
        shell().paint().state(health.getState(), Show.state(health.getState()))
            + " at "
            + server().address(shell())
            + ", "
            + Show.timeOfDay(shell().ticker().now())
            + " UTC");
    facts.add(
        "calls/s",
        shell().paint().strong(found.rates().perSecond(now.getCallCount()))
            + " over "
            + found.rates().span()
            + ", "
            + found.rates().perSecond(now.getFailureCount())
            + " failed, "
            + Show.count(found.stats().getInFlightCount())
            + " in flight");
    facts.add("answers/s", sources(found.rates()));
    facts.add(
        "saved",
        Show.percent(now.getSavedCallCount(), now.getCallCount() - now.getFailureCount())
            + " of answers now, "
            + Show.percent(
                whole.getSavedCallCount(), whole.getCallCount() - whole.getFailureCount())
            + " since the start: "
            + Show.about(whole.getSavedAmount())
            + (whole.hasSavedDuration() ? ", " + Show.time(whole.getSavedDuration()) : ""));
    facts.add("paid", Show.about(whole.getSpentAmount()) + " since the start");
    if (health.hasFigures()) {
      facts.add(
          "memory",
          Show.bytes(health.getFigures().getHeapUsedBytes())
              + " heap"
              + (health.getFigures().hasProcessorRate()
                  ? ", CPU " + Show.percent(health.getFigures().getProcessorRate())
                  : ""));
    }
    return facts;
  }

  private static String sources(Rates rates) {
    CallStats now = rates.total();
    return rates.perSecond(now.getUpstreamCount())
        + " upstream, "
        + rates.perSecond(now.getMemoryHitCount())
        + " memory, "
        + rates.perSecond(now.getDiskHitCount())
        + " disk, "
        + rates.perSecond(now.getNearMatchCount())
        + " near match, "
        + rates.perSecond(now.getCoalescedCount())
        + " coalesced, "
        + rates.perSecond(now.getRepeatedCount())
        + " repeated";
  }

  private static Table busiest(String heading, List<Rates.One> ones, int most) {
    Table table = new Table(heading, ">CALLS/S", "?>FAILED/S", "?>SAVED", "?>PAID", "?>CALLS");
    for (Rates.One one : ones.subList(0, Math.min(most, ones.size()))) {
      CallStats whole = one.whole();
      table.add(
          one.name(),
          one.perSecond(one.now().getCallCount()),
          one.perSecond(one.now().getFailureCount()),
          Show.percent(whole.getSavedCallCount(), whole.getCallCount() - whole.getFailureCount()),
          Show.about(whole.getSpentAmount()),
          Show.count(whole.getCallCount()));
    }
    return table;
  }

  private Table notAsked(List<Model> models) {
    Table table = new Table("NOT ASKED", "~BREAKER");
    models.stream()
        .limit(MOST_ROWS)
        .forEach(model ->
            table.add(
                model.getProvider() + "/" + model.getName(),
                Show.breaker(model, shell().ticker().now())));
    return table;
  }
}
