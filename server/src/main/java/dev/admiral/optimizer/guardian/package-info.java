/**
 * The health of this process and of everything it leans on.
 *
 * <p>A check is quick, never a paid call, and says why in one sentence without content of calls.
 *
 * <p>Safe for use by any number of threads.
 */
@NullMarked
package dev.admiral.optimizer.guardian;

import org.jspecify.annotations.NullMarked;
