/**
 * The cases of {@code cases.json}, given to the driver of every client and judged.
 *
 * <p>A case sees servers of its own or shares one under names of its own, so cases do not meet each
 * other. Clients run one after another on the test's thread; servers and drivers have threads of
 * their own.
 */
@NullMarked
package dev.admiral.conformance;

import org.jspecify.annotations.NullMarked;
