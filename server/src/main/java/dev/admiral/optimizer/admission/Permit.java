package dev.admiral.optimizer.admission;

import dev.admiral.optimizer.call.Usage;

/**
 * What an admitted call holds. It ends with the first call of either method; later ones do nothing,
 * from whatever thread they come, so that every way out of a call may end its permit.
 */
public interface Permit {

  /** Ends the permit of a call that was sent, charging what it used. */
  void settle(Usage usage);

  /** Ends the permit of a call that was never sent and gives back all it held. */
  void cancel();
}
