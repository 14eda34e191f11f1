package dev.admiral.optimizer.front;

import dev.admiral.optimizer.fleet.Identity;
import org.jspecify.annotations.Nullable;

/**
 * Who sends a call.
 *
 * @param identity whose key it came with
 * @param agent the agent that the transport names, empty if it names none
 * @param traceParent the call's place in its sender's own trace; null if it gave none or calls are
 *     not traced
 */
public record Sender(Identity identity, String agent, @Nullable String traceParent) {}
