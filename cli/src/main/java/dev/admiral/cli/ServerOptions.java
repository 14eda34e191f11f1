package dev.admiral.cli;

import dev.admiral.optimizer.client.AdmiralClient;
import dev.admiral.optimizer.client.RetryPolicy;
import dev.admiral.optimizer.client.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command has: which server, and who asks. */
final class ServerOptions {
  private static final String DEFAULT_ADDRESS = "127.0.0.1:50051";

  /** A person waits, who can ask again. */
  private static final RetryPolicy SHORT =
      new RetryPolicy(3, Duration.ofMillis(50), Duration.ofMillis(200), Duration.ZERO);

  @Option(
      names = "--address",
      paramLabel = "HOST:PORT",
      description = {
        "The server. Default: ADMIRAL_ADDRESS, else the server that runs on this data folder"
            + " (ADMIRAL_DATA_DIR, else ~/.admiral), else 127.0.0.1:50051."
      })
  private @Nullable String address;

  @Option(
      names = "--key",
      paramLabel = "KEY",
      description =
          "The key to show. Better from ADMIRAL_KEY, or a file that ADMIRAL_KEY_FILE names: other"
              + " users can read this command line.")
  private @Nullable String key;

  @Option(names = "--tls", description = "Encrypt, trusting the authorities that Java trusts.")
  private boolean tls;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Encrypt, trusting the authorities in this PEM file alone.")
  private @Nullable Path ca;

  @Option(
      names = "--cert",
      paramLabel = "FILE",
      description = "Certificate to show, PEM; needs --cert-key.")
  private @Nullable Path certificate;

  @Option(names = "--cert-key", paramLabel = "FILE", description = "Its private key, PKCS 8 PEM.")
  private @Nullable Path certificateKey;

  @Option(
      names = "--plaintext",
      description = "Allow an unencrypted connection beyond this machine.")
  private boolean plaintext;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "Give up a call after this time. Default: 600 for a model's answer, else 10.")
  private @Nullable Double timeoutSeconds;

  /**
   * Where the server is, and how that is known.
   *
   * @param note what the user should know of it before it is asked, or empty
   */
  private record Place(String address, boolean tls, String origin, String note) {
    Place(String address, boolean tls, String origin) {
      this(address, tls, origin, "");
    }
  }

  /**
   * Connects.
   *
   * @param patience how long a call may take, unless the user says
   * @param callbacks runs what the connection's thread has to tell
   * @throws UsageException if the options do not fit together
   */
  AdmiralClient connect(Shell shell, Duration patience, Executor callbacks) {
    Place place = place(shell);
    double seconds = timeoutSeconds == null ? patience.toSeconds() : timeoutSeconds;
    if (!(seconds > 0 && seconds <= 86_400)) {
      throw new UsageException("--timeout is not between 0 and 86400 seconds.");
    }
    if (!place.note().isEmpty()) {
      shell.dim(place.note());
    }
    try {
      AdmiralClient.Builder builder =
          AdmiralClient.builder()
              .address(place.address())
              .retry(SHORT)
              .executor(callbacks)
              .deadline(Duration.ofNanos((long) (seconds * 1e9)));
      key(shell).ifPresent(builder::key);
      tls(place).ifPresent(builder::tls);
      if (plaintext) {
        builder.plaintextBeyondLoopback();
      }
      return builder.build();
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          String.valueOf(e.getMessage())
              .replace("use tls(...), or plaintextBeyondLoopback()", "use --tls, or --plaintext"));
    }
  }

  /**
   * Returns how the address of the server came to be used, for a message that it does not answer.
   */
  String origin(Shell shell) {
    return place(shell).origin();
  }

  /** Returns the address that is used. */
  String address(Shell shell) {
    return place(shell).address();
  }

  /** Whether a key or a certificate is shown to the server. */
  boolean showsWho(Shell shell) {
    return certificate != null || key(shell).isPresent();
  }

  /** Whether the server is looked for on this machine. */
  boolean isLocal(Shell shell) {
    String place = place(shell).address();
    return place.startsWith("127.") || place.startsWith("localhost") || place.startsWith("[::1]");
  }

  /** Returns the data folder of a server that is not configured otherwise. */
  static Path dataFolder(Shell shell) {
    String folder = shell.env("ADMIRAL_DATA_DIR");
    return folder.isBlank() ? shell.home().resolve(".admiral") : Path.of(folder);
  }

  private Place place(Shell shell) {
    if (address != null) {
      return new Place(address, false, "--address");
    }
    if (!shell.env("ADMIRAL_ADDRESS").isBlank()) {
      return new Place(shell.env("ADMIRAL_ADDRESS"), false, "ADMIRAL_ADDRESS");
    }
    Path endpoints = dataFolder(shell).resolve(Endpoints.FILE);
    return Files.isReadable(endpoints)
        ? read(endpoints)
        : new Place(DEFAULT_ADDRESS, false, "the default");
  }

  private static Place read(Path file) {
    try {
      Endpoints endpoints = Endpoints.read(file);
      if (endpoints.isLeftOver()) {
        String note =
            file
                + " is ignored: its server, process "
                + endpoints.pid()
                + ", has ended. Asking "
                + DEFAULT_ADDRESS
                + "; use --address HOST:PORT for another.";
        return new Place(DEFAULT_ADDRESS, false, "the default", note);
      }
      return new Place(endpoints.address(), endpoints.tls(), file.toString());
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  /** Returns the key that is shown to the server, if any. */
  Optional<String> key(Shell shell) {
    if (key != null) {
      return Optional.of(key);
    }
    if (!shell.env("ADMIRAL_KEY").isBlank()) {
      return Optional.of(shell.env("ADMIRAL_KEY").strip());
    }
    String file = shell.env("ADMIRAL_KEY_FILE");
    if (file.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(Path.of(file)).strip());
    } catch (IOException e) {
      throw new UsageException(
          "The file that ADMIRAL_KEY_FILE names, " + file + ", cannot be read.");
    }
  }

  private Optional<Tls> tls(Place place) {
    if ((certificate == null) != (certificateKey == null)) {
      throw new UsageException("--cert and --cert-key are needed together.");
    }
    if (!tls && !place.tls() && ca == null && certificate == null) {
      return Optional.empty();
    }
    Tls settings = ca == null ? Tls.systemRoots() : Tls.trusting(ca);
    return Optional.of(
        certificate == null || certificateKey == null
            ? settings
            : settings.withClientCertificate(certificate, certificateKey));
  }
}
