package dev.admiral.optimizer.http.anthropic;

import dev.admiral.optimizer.call.CallException;

/**
 * What a block or tool says of the vendor's prompt cache.
 *
 * @param set true if everything up to it is to be cached
 * @param forAnHour true if it is to be kept for an hour
 */
record CachePoint(boolean set, boolean forAnHour) {
  private static final CachePoint NONE = new CachePoint(false, false);

  static CachePoint of(Place block) throws CallException {
    Place control = block.field("cache_control");
    if (control.isAbsent()) {
      return NONE;
    }
    if (!control.object().field("type").text().equals("ephemeral")) {
      throw control.field("type").wrong("must be ephemeral");
    }
    return switch (control.field("ttl").textOrNone()) {
      case "", "5m" -> new CachePoint(true, false);
      case "1h" -> new CachePoint(true, true);
      default -> throw control.field("ttl").wrong("must be 5m or 1h");
    };
  }
}
