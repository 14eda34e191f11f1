/**
 * The command line {@code admiral-fleet}: asks a running server, through the client of the contract
 * and by no other way.
 *
 * <p>Each failure is one sentence on the standard error and an exit code that {@link
 * dev.admiral.cli.Main} documents; answers alone go to the standard output.
 *
 * <p>Everything runs on the thread that was started.
 */
@NullMarked
package dev.admiral.cli;

import org.jspecify.annotations.NullMarked;
