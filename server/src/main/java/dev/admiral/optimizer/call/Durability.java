package dev.admiral.optimizer.call;

/** What a write survives once it was reported as done. */
public enum Durability {
  /** The end of the process at any instant, kill -9 included; not the loss of power. */
  PROCESS,
  /** The loss of power: each group of writes is forced to the disk. */
  POWER
}
