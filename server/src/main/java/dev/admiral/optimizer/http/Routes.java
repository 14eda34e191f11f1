package dev.admiral.optimizer.http;

import dev.admiral.optimizer.http.exchange.Endpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which endpoint answers which path. Filled once, then read by any thread. */
final class Routes {
  private final Map<String, Endpoint> exact = new HashMap<>();
  private final TreeMap<String, Endpoint> below = new TreeMap<>();

  /** Answers one path. */
  Routes at(String path, Endpoint endpoint) {
    exact.put(path, endpoint);
    return this;
  }

  /** Answers every path that begins so and has no endpoint of its own. */
  Routes below(String prefix, Endpoint endpoint) {
    below.put(prefix, endpoint);
    return this;
  }

  /** Returns who answers a path; null if nobody does. */
  @Nullable Endpoint find(String path) {
    Endpoint endpoint = exact.get(path);
    if (endpoint != null) {
      return endpoint;
    }
    // Of the prefixes that sort before the path, the longest that it begins with.
    for (Map.Entry<String, Endpoint> entry : below.headMap(path, true).descendingMap().entrySet()) {
      if (path.startsWith(entry.getKey())) {
        return entry.getValue();
      }
    }
    return null;
  }
}
