package dev.admiral.optimizer.config;

/** What a stored call survives. */
public enum Durability {
  /** The end of the process at any instant. */
  PROCESS,
  /** A loss of power too. */
  POWER
}
