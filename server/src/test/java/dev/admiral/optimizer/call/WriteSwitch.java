package dev.admiral.optimizer.call;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides how the writes of a store in a test end: at once, failing, or not before they are let go.
 */
public final class WriteSwitch {
  private final List<Runnable> held = new ArrayList<>();
  private boolean broken;
  private boolean holding;
  private int asked;

  /** Lets writes fail from now on, or work again; held ones as well, once they are let go. */
  public synchronized void breakWrites(boolean now) {
    broken = now;
  }

  /** Lets writes wait from now on. */
  public synchronized void hold() {
    holding = true;
  }

  /** Ends what waits, in order, and lets nothing wait any more. */
  public synchronized void letGo() {
    holding = false;
    held.forEach(Runnable::run);
    held.clear();
  }

  /** Returns how many writes were asked for. */
  public synchronized int asked() {
    return asked;
  }

  /** Returns the end of a write. */
  public synchronized CompletableFuture<@Nullable Void> end(
      Supplier<CompletableFuture<@Nullable Void>> write) {
    asked++;
    CompletableFuture<@Nullable Void> end = new CompletableFuture<>();
    Runnable outcome =
        () -> {
          if (broken) {
            end.completeExceptionally(new IOException("the disk is full"));
          } else {
            write.get().thenAccept(end::complete);
          }
        };
    if (holding) {
      held.add(outcome);
    } else {
      outcome.run();
    }
    return end;
  }
}
