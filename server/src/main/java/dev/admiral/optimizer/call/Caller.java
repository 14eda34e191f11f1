package dev.admiral.optimizer.call;

/**
 * Who makes a call. The tenant is part of every key, limit and report: nothing crosses it.
 *
 * @param tenant the tenant the key belongs to; "default" where no keys are configured
 * @param agent the agent's name
 * @param group the agent's group, empty if it gave none
 * @param operator true if the key may change the server
 */
public record Caller(String tenant, String agent, String group, boolean operator) {
  /** The tenant of a server without configured keys. */
  public static final String DEFAULT_TENANT = "default";
}
