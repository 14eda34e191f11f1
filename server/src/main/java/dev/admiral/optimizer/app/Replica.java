package dev.admiral.optimizer.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this replica is called. */
final class Replica {
  private Replica() {}

  /**
   * Returns its name.
   *
   * @param configured the one it was given; empty for the machine's, as containers and operators
   *     know it
   */
  static String name(String configured) {
    if (!configured.isEmpty()) {
      return configured;
    }
    String host = System.getenv("HOSTNAME");
    if (host != null && !host.isBlank()) {
      return host.strip();
    }
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
