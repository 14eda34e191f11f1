/** The three agents as fleets have them, through a day that is compressed. */
@org.jspecify.annotations.NullMarked
package dev.admiral.examples;
