package dev.admiral.optimizer.app;

import dev.admiral.optimizer.admission.RequestRateLimiter;
import dev.admiral.optimizer.app.Config.ProviderConfig;
import dev.admiral.optimizer.fleet.Keys;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies a changed configuration to the running server: keys, limits and logging at once, all of
 * them or none. Whatever else changed is named in the log, and waits for the next start.
 */
final class Reload {
  private static final Logger log = LoggerFactory.getLogger(Reload.class);
  private static final Set<String> AT_ONCE = Set.of("keys", "limits", "log");

  private final Keys keys;
  private final RequestRateLimiter limiter;
  private final CallLog callLog;
  private final List<ProviderConfig> providers;
  private final Config started;
  private Config current;

  /**
   * @param started what the server was started with
   * @param providers the providers it uses, configured or found
   */
  Reload(
      Config started,
      Keys keys,
      RequestRateLimiter limiter,
      CallLog callLog,
      List<ProviderConfig> providers) {
    this.started = started;
    this.current = started;
    this.keys = keys;
    this.limiter = limiter;
    this.callLog = callLog;
    this.providers = providers;
  }

  /**
   * Applies what can be applied.
   *
   * @throws ConfigException if it would let strangers in; nothing is changed then
   */
  void apply(Config next) throws ConfigException {
    // The running ports are what matters, not those the file names now.
    boolean open = next.keys().isEmpty();
    Exposure.address("grpc", started.grpc().host(), started.grpc(), !open);
    Exposure.address("http", started.http().host(), started.grpc(), !open);
    List<String> changed = changes(current, next);
    List<String> atOnce = changed.stream().filter(AT_ONCE::contains).toList();
    keys.replace(next.keys());
    limiter.limits(EngineSettings.limits(next.limits(), providers));
    Logs.apply(next.log());
    callLog.mostAlike(next.log().alikeFailures());
    current = next;
    if (!atOnce.isEmpty()) {
      log.info("the changed configuration is applied: {}", atOnce);
    }
    List<String> later =
        changes(started, next).stream().filter(name -> !AT_ONCE.contains(name)).toList();
    if (changed.size() > atOnce.size() && !later.isEmpty()) {
      log.warn("restart the server to apply the changed configuration of {}", later);
    }
  }

  /** Returns the sections in which two configurations differ, by their names in the file. */
  private static List<String> changes(Config before, Config after) {
    List<String> changed = new ArrayList<>();
    for (RecordComponent section : Config.class.getRecordComponents()) {
      try {
        if (!Objects.equals(
            section.getAccessor().invoke(before), section.getAccessor().invoke(after))) {
          changed.add(snakeCase(section.getName()));
        }
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("a record's accessors can be called by its own package", e);
      }
    }
    return changed;
  }

  private static String snakeCase(String name) {
    return name.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
  }
}
