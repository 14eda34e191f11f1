/**
 * An agent that measures how good a model's answers are, twice a day.
 *
 * <p>It keeps nothing: what it finds goes to Admiral as outcomes of the calls it judged.
 *
 * <p>One thread does everything.
 */
@NullMarked
package dev.admiral.examples.quality;

import org.jspecify.annotations.NullMarked;
