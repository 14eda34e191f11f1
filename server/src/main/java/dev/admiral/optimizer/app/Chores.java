package dev.admiral.optimizer.app;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work done again and again. A chore that fails is done again; its failure is logged when it begins
 * and when it ends.
 */
final class Chores implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Chores.class);

  private final ScheduledExecutorService timer;

  /** Something to do that may block for a while. */
  interface Chore {
    void run() throws IOException;
  }

  Chores(ScheduledExecutorService timer) {
    this.timer = timer;
  }

  /** Does a chore from now on, with a pause between. */
  void every(Duration pause, String name, Chore chore) {
    Watched watched = new Watched(name, chore);
    // It never ends by itself, so its future has nothing to say.
    var _ =
        timer.scheduleWithFixedDelay(
            watched, pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.close();
  }

  /** A chore that tells of its failures; used by the timer's thread alone. */
  private static final class Watched implements Runnable {
    private final String name;
    private final Chore chore;
    private boolean failing;

    Watched(String name, Chore chore) {
      this.name = name;
      this.chore = chore;
    }

    @Override
    public void run() {
      try {
        chore.run();
        if (failing) {
          failing = false;
          log.info("{} works again", name);
        }
      } catch (IOException e) {
        if (!failing) {
          failing = true;
          log.warn("{} fails and is tried again: {}", name, e.getMessage());
        }
      } catch (RuntimeException | Error e) {
        // A fault of this program; a timer would forget the task without a word.
        if (!failing) {
          failing = true;
          log.error("{} failed and is tried again", name, e);
        }
      }
    }
  }
}
