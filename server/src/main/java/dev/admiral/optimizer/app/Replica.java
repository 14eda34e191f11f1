package dev.admiral.optimizer.app;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What this replica is called. */
final class Replica {
  private Replica() {}

  /** Returns the machine's name, as containers and operators know it. */
  static String name() {
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
