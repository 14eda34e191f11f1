/**
 * The vendors: one small family of classes each, speaking its wire format and classifying its
 * failures.
 *
 * <p>A try has exactly one ending, a {@link dev.admiral.optimizer.provider.Reply} or a {@link
 * dev.admiral.optimizer.provider.ProviderException}, and tells in both cases what the vendor may
 * bill. A stream that broke is never a reply. Nobody outside reads a vendor's error text.
 *
 * <p>Calls block; run them on virtual threads. Interrupting the thread closes the connection to the
 * vendor. Providers are safe for concurrent use.
 */
@NullMarked
package dev.admiral.optimizer.provider;

import org.jspecify.annotations.NullMarked;
