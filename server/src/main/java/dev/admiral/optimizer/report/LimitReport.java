package dev.admiral.optimizer.report;

import dev.admiral.optimizer.admission.LimitLevel;
import dev.admiral.optimizer.admission.Limiter;
import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.AgentSubject;
import dev.admiral.optimizer.v1.LimitSubject;
import dev.admiral.optimizer.v1.ListLimitsRequest;
import dev.admiral.optimizer.v1.ListLimitsResponse;
import dev.admiral.optimizer.v1.ProviderSubject;
import dev.admiral.optimizer.v1.UsageLimit;
import java.util.List;

/** The limits, as they stand. Thread-safe. */
public final class LimitReport {
  private final Limiter limiter;

  public LimitReport(Limiter limiter) {
    this.limiter = limiter;
  }

  /**
   * Returns the limits that concern a tenant, as they stand now. There may be as many as agents.
   *
   * @throws CallException if the page's size or token is not a legal one
   */
  public ListLimitsResponse list(String tenant, ListLimitsRequest request) throws CallException {
    int size = Paging.size(request.getPageSize());
    String after = Paging.after(request.getPageToken());
    List<LimitLevel> rest =
        limiter.levels(tenant).stream()
            .filter(level -> key(level).compareTo(after) > 0)
            .limit(size + 1L)
            .toList();
    Paging.Page<LimitLevel> page = Paging.cut(rest, size, LimitReport::key);
    ListLimitsResponse.Builder response =
        ListLimitsResponse.newBuilder().setNextPageToken(page.nextToken());
    page.items()
        .forEach(level ->
            response.addLimits(
                UsageLimit.newBuilder()
                    .setSubject(subject(level.subject()))
                    .setMetric(level.metric())
                    .setPeriod(Protos.duration(level.period()))
                    .setLimitCount(level.limit())
                    .setAvailableCount(level.available())
                    .setBurstCount(level.burst())
                    .setRefusedCount(level.refused())));
    return response.build();
  }

  /** Reads the text form of whose calls a limit bounds. */
  private static LimitSubject subject(String text) {
    int slash = text.indexOf('/');
    String name = text.substring(slash + 1);
    LimitSubject.Builder subject = LimitSubject.newBuilder();
    return switch (text.substring(0, slash)) {
      case "agent" -> subject.setAgent(AgentSubject.newBuilder().setAgentId(name)).build();
      case "provider" ->
          subject.setProvider(ProviderSubject.newBuilder().setProvider(name)).build();
      default -> throw new IllegalStateException("no limit is of " + text);
    };
  }

  /** The place of a limit in the order of subject and name. */
  private static String key(LimitLevel level) {
    return level.subject() + '\0' + level.metric() + '\0' + level.period();
  }
}
