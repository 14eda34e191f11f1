/**
 * The vendors' own clients, unchanged but for the address, against a whole server: what users see.
 */
@NullMarked
package dev.admiral.optimizer.sdk;

import org.jspecify.annotations.NullMarked;
