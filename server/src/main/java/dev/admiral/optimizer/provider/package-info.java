/**
 * The vendors, and what a call of one is: the port that the pipeline speaks to, and the table of
 * who there is. Below it {@code wire} is HTTP, events, JSON and the reading of failures; each
 * family of vendors that speak alike has a package of its own, which imports {@code wire} and no
 * other family; {@code assembly} makes a provider of whatever family its vendor is.
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
