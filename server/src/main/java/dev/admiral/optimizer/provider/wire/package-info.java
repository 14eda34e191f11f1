/**
 * What every family of vendors has in common: connections, server-sent events, JSON in both
 * directions, an answer as it grows, and the reading of failures and of how long to wait.
 *
 * <p>A try is billed by one rule, whatever breaks it; no text of a vendor leaves without being cut
 * and freed of keys; nothing is sent twice.
 *
 * <p>The classes that stand for one call are used by one thread; the rest are safe for concurrent
 * use.
 */
@NullMarked
package dev.admiral.optimizer.provider.wire;

import org.jspecify.annotations.NullMarked;
