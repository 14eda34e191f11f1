/**
 * Makes providers from their settings.
 *
 * <p>It alone knows every family, so that a family knows no other and a new one has a single place
 * to be named in.
 *
 * <p>Without state; safe for concurrent use.
 */
@NullMarked
package dev.admiral.optimizer.provider.assembly;

import org.jspecify.annotations.NullMarked;
