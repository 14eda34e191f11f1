/**
 * The program: the one place where everything is put together, and the order of starting and
 * stopping.
 *
 * <p>A wrong configuration is refused whole, before anything is opened, by one sentence that says
 * what is wrong, where, and what to do; a secret never reaches a message or a log line. Nobody
 * imports this package.
 *
 * <p>Start and stop run on one thread each; a configuration is immutable.
 */
@NullMarked
package dev.admiral.optimizer.app;

import org.jspecify.annotations.NullMarked;
