/**
 * What happens in a fleet, told to whoever watches: the sealed {@link
 * dev.admiral.optimizer.events.Event}, and the {@link dev.admiral.optimizer.events.EventBus} it
 * travels on.
 *
 * <p>An event carries no content of calls and reaches only its own tenant, in the order of its
 * number; a watcher that fell behind is told how much it missed and never slows the publisher.
 *
 * <p>Publishing never blocks and may be done on an event loop; a watch belongs to one thread at a
 * time.
 */
@NullMarked
package dev.admiral.optimizer.events;

import org.jspecify.annotations.NullMarked;
