package dev.admiral.optimizer.events;

import dev.admiral.optimizer.call.Time;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of one tenant, and those who watch them.
 *
 * <p><b>Publishing.</b> A publisher draws the next number, then puts its event into the slot of
 * that number. The slot only ever moves to higher numbers: a publisher that was held up so long
 * that the ring went round once gives its event up rather than hide the newer one, and its number
 * is missed like any that is no longer kept.
 *
 * <p><b>Reading.</b> A watcher looks into the slot of the number it wants next. A lower number
 * there, or none, means not yet; the very number is the event; a higher one means the event is
 * gone, and everything up to the oldest kept is reported as dropped. A watcher that was overtaken
 * is moved up by a further quarter of the ring, so that it is told once of many rather than of
 * each.
 *
 * <p><b>Waking.</b> A watcher that found nothing raises its flag and looks once more; a publisher
 * first fills the slot and then looks for raised flags. All four are volatile accesses, so at least
 * one of the two sees the other, and no event is left unseen.
 */
final class TenantEvents {
  private final AtomicReferenceArray<@Nullable Stamped> slots;
  private final int mask;
  private final int maxWatches;
  private final Time time;
  private final Origin origin;
  private final LongAdder allDropped;
  private final AtomicLong last = new AtomicLong();
  private final CopyOnWriteArrayList<Reader> readers = new CopyOnWriteArrayList<>();

  /**
   * @param origin where the events come from
   * @param allDropped counts what watchers were too slow for
   */
  TenantEvents(int kept, int maxWatches, Time time, Origin origin, LongAdder allDropped) {
    int size = Integer.highestOneBit(kept - 1) << 1;
    this.slots = new AtomicReferenceArray<>(size);
    this.mask = size - 1;
    this.maxWatches = maxWatches;
    this.time = time;
    this.origin = origin;
    this.allDropped = allDropped;
  }

  long publish(Event event, Instant now) {
    long sequence = last.incrementAndGet();
    Stamped stamped = new Stamped(sequence, now, event, origin);
    int index = (int) sequence & mask;
    Stamped old = slots.get(index);
    while ((old == null || old.sequence() < sequence)
        && !slots.compareAndSet(index, old, stamped)) {
      old = slots.get(index);
    }
    for (Reader reader : readers) {
      reader.published(stamped);
    }
    return sequence;
  }

  /** Returns a new watch, empty if there are too many. */
  synchronized Optional<Watch> watch(Set<Event.Type> wanted, OptionalLong after, Runnable wake) {
    if (readers.size() >= maxWatches) {
      return Optional.empty();
    }
    long newest = last.get();
    long asked = after.orElse(newest);
    // A number not yet given is from before a restart: everything here is newer than that.
    Reader reader = new Reader(asked > newest || asked < 0 ? 1 : asked + 1, wanted, wake);
    readers.add(reader);
    return Optional.of(reader);
  }

  private final class Reader implements Watch {
    private final Set<Event.Type> wanted;
    private final Runnable wake;
    private final AtomicBoolean idle = new AtomicBoolean();
    private volatile boolean closed;
    private boolean behindAtFirst = true;
    private long next;

    Reader(long next, Set<Event.Type> wanted, Runnable wake) {
      this.next = next;
      this.wanted = EnumSet.copyOf(wanted);
      this.wake = wake;
    }

    void published(Stamped stamped) {
      if (idle.get() && concerns(stamped) && idle.compareAndSet(true, false)) {
        wake.run();
      }
    }

    /**
     * Now and then a watcher must move on past events it does not want, or they would overtake it.
     */
    private boolean concerns(Stamped stamped) {
      return wanted.contains(stamped.event().type())
          || (stamped.sequence() & (slots.length() / 4 - 1)) == 0;
    }

    @Override
    public @Nullable Stamped poll() {
      Stamped found = find();
      if (found == null) {
        idle.set(true);
        found = find();
        if (found != null) {
          idle.set(false);
        }
      }
      return found;
    }

    private @Nullable Stamped find() {
      while (!closed) {
        Stamped stamped = slots.get((int) next & mask);
        if (stamped == null || stamped.sequence() < next) {
          return null;
        }
        if (stamped.sequence() > next) {
          return skipToKept();
        }
        next++;
        behindAtFirst = false;
        if (wanted.contains(stamped.event().type())) {
          return stamped;
        }
      }
      return null;
    }

    private Stamped skipToKept() {
      long oldest = last.get() - mask;
      // What was asked for at first is given as far as it is kept, to the last event.
      long resume = behindAtFirst ? oldest : oldest + slots.length() / 4;
      behindAtFirst = false;
      long dropped = Math.max(1, resume - next);
      next += dropped;
      allDropped.add(dropped);
      return new Stamped(next - 1, time.now(), new Event.EventsDropped(dropped), origin);
    }

    @Override
    public void close() {
      closed = true;
      readers.remove(this);
    }
  }
}
