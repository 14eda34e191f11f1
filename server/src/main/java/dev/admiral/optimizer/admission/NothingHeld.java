package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Usage;

/** The permit where no limit applies. */
final class NothingHeld implements Permit {
  @Override
  public void settle(Usage usage) {}

  @Override
  public void cancel() {}
}
