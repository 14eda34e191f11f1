/**
 * The configuration: one YAML file, or none, and the environment, read into the engines' own
 * settings. Each section has one reader, in which the name, type and range of each setting stand;
 * the default stands there too, or in the engine's settings where an engine has them.
 *
 * <p>A wrong configuration is refused whole by one sentence that says what is wrong, where, and
 * what to do; a secret never reaches a message. Settings that may change while the server runs
 * reach the engines as {@link dev.admiral.optimizer.call.Live}; all others are as they were at the
 * start, whatever the file says later. Only the program imports this package.
 *
 * <p>A configuration is immutable. Reading blocks on files; one thread at a time watches them.
 */
@NullMarked
package dev.admiral.optimizer.config;

import org.jspecify.annotations.NullMarked;
