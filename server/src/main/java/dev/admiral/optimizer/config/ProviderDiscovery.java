package dev.admiral.optimizer.config;

import dev.admiral.optimizer.provider.Vendor;
import dev.admiral.optimizer.provider.Vendors;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds the providers to use where none are configured: those whose usual key is in the
 * environment.
 */
public final class ProviderDiscovery {
  /** How long a vendor on this machine may take to answer. */
  private static final int LOCAL_WAIT_MILLIS = 50;

  private ProviderDiscovery() {}

  /**
   * Returns a provider for every usual key in the environment, and for every vendor on this machine
   * that is there.
   *
   * @param answers whether something listens at the usual address of a vendor on this machine
   * @throws ConfigException if a file that is to hold a key cannot be read
   */
  public static List<ProviderEntry> find(Environment environment, Predicate<Vendor> answers)
      throws ConfigException {
    List<ProviderEntry> found = new ArrayList<>();
    for (Vendor vendor : Vendors.all()) {
      if (vendor.baseUrl().isEmpty()) {
        continue;
      }
      Optional<Secret> key = key(vendor, environment);
      if (key.isPresent() || (vendor.local() && answers.test(vendor))) {
        found.add(ProviderEntry.of(vendor.name(), vendor.dialect(), vendor.baseUrl(), key));
      }
    }
    return found;
  }

  /**
   * Returns a vendor's key as the environment has it under a usual name; empty if it has none.
   *
   * @throws ConfigException if a file that is to hold it cannot be read
   */
  static Optional<Secret> key(Vendor vendor, Environment environment) throws ConfigException {
    for (String variable : vendor.keyVariables()) {
      Optional<Secret> key = environment.secret(variable);
      if (key.isPresent()) {
        return key;
      }
    }
    return Optional.empty();
  }

  /** Returns the names of the variables looked for. */
  public static List<String> variables() {
    return Vendors.all().stream()
        .filter(vendor -> !vendor.baseUrl().isEmpty())
        .flatMap(vendor -> vendor.keyVariables().stream())
        .toList();
  }

  /** Returns true if something listens at the usual address of a vendor on this machine. */
  public static boolean answers(Vendor vendor) {
    URI address = URI.create(vendor.baseUrl());
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(address.getHost(), address.getPort()), LOCAL_WAIT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
