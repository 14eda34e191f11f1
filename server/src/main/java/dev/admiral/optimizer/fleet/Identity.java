package dev.admiral.optimizer.fleet;

/**
 * Whom a key speaks for.
 *
 * @param tenant the tenant the key belongs to
 * @param operator true if the key may change the server
 * @param label what the key is for, as configured; never the key itself
 */
public record Identity(String tenant, boolean operator, String label) {}
