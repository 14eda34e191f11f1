package dev.admiral.optimizer.app;

import dev.admiral.optimizer.config.Config;
import dev.admiral.optimizer.config.ConfigException;
import dev.admiral.optimizer.config.GrpcSettings;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Refuses to let anybody in from other machines: beyond loopback, callers must be told apart from
 * strangers, by keys or by certificates, and what they send must be encrypted, here or by what the
 * operator says stands in front.
 */
final class Exposure {
  private Exposure() {}

  /**
   * Returns the address to listen on.
   *
   * @param section the section of the configuration that names the host
   * @param keys true if there are keys
   * @throws ConfigException if the host is unknown, or can be reached from outside while anybody
   *     may call or listen in
   */
  static InetAddress address(String section, String host, GrpcSettings guard, boolean keys)
      throws ConfigException {
    String name = section + ".host";
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new ConfigException(
          name + " '" + host + "' is no address of this machine; 127.0.0.1 is always one");
    }
    if (!address.isLoopbackAddress() && !keys && !guard.tls().mutual()) {
      throw new ConfigException(
          name
              + " "
              + host
              + " can be reached from other machines, where anybody could spend your money: add"
              + " keys, or client certificates by grpc.tls.client_ca_file, or set "
              + name
              + " to 127.0.0.1");
    }
    if (!address.isLoopbackAddress() && !guard.tls().on() && !guard.plaintextBeyondLoopback()) {
      throw new ConfigException(
          name
              + " "
              + host
              + " can be reached from other machines, and keys and prompts could be read on the"
              + " way: give grpc.tls.cert_file and grpc.tls.key_file, or, behind a proxy or mesh"
              + " that encrypts, set grpc.plaintext_beyond_loopback to true");
    }
    return address;
  }

  /**
   * Judges where both doors are to listen.
   *
   * @throws ConfigException if strangers could call or listen in
   */
  static void check(Config config) throws ConfigException {
    Config.Doors doors = config.doors();
    boolean guarded = config.access().guarded();
    address("grpc", doors.grpc().host(), doors.grpc(), guarded);
    address("http", doors.http().host(), doors.grpc(), guarded);
  }

  /**
   * Tells that each of the two doors has a port of its own, before the second fails to open.
   *
   * @throws ConfigException if both have the same, other than 0
   */
  static void ownPorts(Config.Doors doors) throws ConfigException {
    int port = doors.http().port();
    if (port != 0
        && port == doors.grpc().port()
        && doors.http().host().equals(doors.grpc().host())) {
      throw new ConfigException(
          "http.port and grpc.port are both " + port + ": give each a port of its own");
    }
  }
}
