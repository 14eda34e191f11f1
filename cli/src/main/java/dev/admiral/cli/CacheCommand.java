package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.v1.AgeSelector;
import dev.admiral.optimizer.v1.AgentSelector;
import dev.admiral.optimizer.v1.AllSelector;
import dev.admiral.optimizer.v1.CacheTier;
import dev.admiral.optimizer.v1.GetMetricsResponse;
import dev.admiral.optimizer.v1.InvalidateCacheRequest;
import dev.admiral.optimizer.v1.InvalidateCacheResponse;
import dev.admiral.optimizer.v1.KeySelector;
import dev.admiral.optimizer.v1.ModelSelector;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "cache",
    mixinStandardHelpOptions = true,
    description = {"Tells what the cache holds, or removes answers from it.", ""},
    exitCodeListHeading = Main.EXIT_CODES,
    exitCodeList = {
      "0:done",
      "1:the call failed",
      "2:the server does not serve, or cannot be reached",
      "64:the command line is wrong"
    })
final class CacheCommand extends FleetCommand {
  @ArgGroup(heading = "Remove answers:%n")
  private @Nullable Removal removal;

  /** What to remove; one of them. */
  static final class Removal {
    @Option(
        names = "--drop-key",
        paramLabel = "HASH",
        description = "The answer of this key hash, 16 hex digits.")
    private @Nullable String key;

    @Option(
        names = "--drop-model",
        paramLabel = "PROVIDER/MODEL",
        description = "All answers of this model.")
    private @Nullable String model;

    @Option(
        names = "--drop-agent",
        paramLabel = "NAME",
        description = "All answers kept for this agent alone.")
    private @Nullable String agent;

    @Option(
        names = "--drop-older-than",
        paramLabel = "AGE",
        description = "All answers older than this, such as 90s, 30m or 12h.")
    private @Nullable String age;

    @Option(names = "--drop-all", description = "All answers.")
    private boolean all;
  }

  CacheCommand(Shell shell) {
    super(shell);
  }

  @Override
  int run(AdmiralClient client) {
    return removal == null ? show(client) : remove(client, removal);
  }

  private int show(AdmiralClient client) {
    GetMetricsResponse metrics = client.cache().metrics();
    if (isJson()) {
      return printJson(metrics);
    }
    Table table =
        new Table(
            "TIER", ">ANSWERS", ">SIZE", "?>LIMIT", ">HITS", "?>MISSES", "?>DROPPED FOR ROOM");
    for (CacheTier tier : metrics.getTiersList()) {
      table.add(
          Show.word(tier.getKind(), "KIND_"),
          Show.count(tier.getEntryCount()),
          Show.bytes(tier.getSizeBytes()),
          Show.bytes(tier.getLimitBytes()),
          Show.count(tier.getHitCount()),
          Show.count(tier.getMissCount()),
          Show.count(tier.getEvictionCount()));
    }
    print(table, "The server has no cache.");
    return Main.DONE;
  }

  private int remove(AdmiralClient client, Removal what) {
    InvalidateCacheResponse removed = client.cache().invalidate(request(what));
    out()
        .println(
            isJson()
                ? OutputOptions.json(removed)
                : Show.count(removed.getEntryCount()) + " answers removed");
    return Main.DONE;
  }

  private static InvalidateCacheRequest request(Removal what) {
    InvalidateCacheRequest.Builder request = InvalidateCacheRequest.newBuilder();
    if (what.key != null) {
      request.setKey(KeySelector.newBuilder().setKeyHash(what.key));
    } else if (what.model != null) {
      int slash = what.model.indexOf('/');
      if (slash < 1) {
        throw new UsageException("--drop-model is not PROVIDER/MODEL: " + what.model);
      }
      request.setModel(
          ModelSelector.newBuilder()
              .setProvider(what.model.substring(0, slash))
              .setModel(what.model.substring(slash + 1)));
    } else if (what.agent != null) {
      request.setAgent(AgentSelector.newBuilder().setAgentId(what.agent));
    } else if (what.age != null) {
      request.setAge(
          AgeSelector.newBuilder()
              .setMinAge(
                  com.google.protobuf.Duration.newBuilder().setSeconds(age(what.age).toSeconds())));
    } else if (what.all) {
      request.setAll(AllSelector.getDefaultInstance());
    }
    return request.build();
  }

  /** Reads 90s, 30m, 12h or 2d. */
  private static Duration age(String text) {
    String upper = text.toUpperCase(Locale.ROOT);
    Optional<Duration> age;
    try {
      age = Optional.of(Duration.parse(upper.endsWith("D") ? "P" + upper : "PT" + upper));
    } catch (DateTimeParseException e) {
      age = Optional.empty();
    }
    return age.filter(span -> span.toSeconds() > 0)
        .orElseThrow(
            () -> new UsageException("--drop-older-than is not like 90s, 30m, 12h or 2d: " + text));
  }
}
