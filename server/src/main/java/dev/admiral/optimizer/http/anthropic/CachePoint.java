package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.CallException;
import dev.admiral.optimizer.v1.PromptCachePoint;

/** What a block or tool says of the vendor's prompt cache. */
final class CachePoint {
  private CachePoint() {}

  static PromptCachePoint of(Place block) throws CallException {
    Place control = block.field("cache_control");
    if (control.isAbsent()) {
      return PromptCachePoint.PROMPT_CACHE_POINT_UNSPECIFIED;
    }
    if (!control.object().field("type").text().equals("ephemeral")) {
      throw control.field("type").wrong("must be ephemeral");
    }
    return switch (control.field("ttl").textOrNone()) {
      case "", "5m" -> PromptCachePoint.PROMPT_CACHE_POINT_DEFAULT;
      case "1h" -> PromptCachePoint.PROMPT_CACHE_POINT_1H;
      default -> throw control.field("ttl").wrong("must be 5m or 1h");
    };
  }
}
