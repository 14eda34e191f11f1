/**
 * Limits: how many calls an agent may make and a provider may be sent ({@link
 * dev.admiral.optimizer.admission.Limits}, the law), and who holds them to it ({@link
 * dev.admiral.optimizer.admission.Limiter}, the policeman).
 *
 * <p>A refusal is a value with the exact wait; a permit ends once, settled or cancelled, whatever
 * the caller does; a refused call has used nothing.
 *
 * <p>Everything is safe for concurrent use without locks; {@link
 * dev.admiral.optimizer.admission.Limiter#admitCaller} may be called on an event loop.
 */
@NullMarked
package dev.admiral.optimizer.admission;

import org.jspecify.annotations.NullMarked;
