package dev.admiral.optimizer.app;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Says why a port cannot be listened on and what to do about it. */
final class PortTrouble {
  private static final Path PROCESSES = Path.of("/proc");

  /** State of a socket that listens, in the kernel's table. */
  private static final String LISTENS = "0A";

  private PortTrouble() {}

  /**
   * Returns the one sentence.
   *
   * @param what what was to be spoken there
   * @param section the section of the configuration that names host and port
   */
  static StartException of(String what, String section, String host, int port, Exception thrown) {
    String reason = reason(thrown);
    String why;
    String remedy;
    if (reason.contains("already in use")) {
      Optional<String> holder = holder(PROCESSES, port);
      why = reason + holder.map(name -> " by " + name).orElse("");
      remedy =
          (holder.isPresent() ? "stop it" : "stop the program that has the port")
              + ", or set "
              + section
              + ".port (0 takes a free one)";
    } else if (reason.contains("Permission denied")) {
      why = reason;
      remedy =
          "set " + section + ".port to 1024 or more, as those below are for the system's users";
    } else if (reason.contains("assign requested address")) {
      why = "it is no address of this machine";
      remedy = "set " + section + ".host to one that is";
    } else {
      why = reason;
      remedy = "check " + section + ".host and " + section + ".port";
    }
    return new StartException(
        what + " cannot listen on " + host + ":" + port + ": " + why + "; " + remedy);
  }

  /** The cause says it best: "Address already in use", "Permission denied". */
  private static String reason(Exception thrown) {
    Throwable last = thrown;
    while (last.getCause() != null) {
      last = last.getCause();
    }
    String reason =
        last instanceof IOException ? String.valueOf(last.getMessage()) : last.toString();
    // Netty names the function of the system before it.
    return reason.replaceFirst("^\\w+\\(\\.\\.\\) failed(?: with error\\(-\\d+\\))?: ", "");
  }

  /**
   * Returns the program that listens on a port, as far as this user may know: on Linux alone, and
   * of other users' programs only as root.
   *
   * @param processes the folder in which the kernel tells of processes
   */
  static Optional<String> holder(Path processes, int port) {
    try {
      for (String table : List.of("net/tcp", "net/tcp6")) {
        for (String line : Files.readAllLines(processes.resolve(table))) {
          String[] cells = line.strip().split("\\s+", -1);
          if (cells.length > 9
              && cells[3].equals(LISTENS)
              && cells[1].endsWith(String.format(Locale.ROOT, ":%04X", port))) {
            Optional<String> holder = owner(processes, "socket:[" + cells[9] + "]");
            if (holder.isPresent()) {
              return holder;
            }
          }
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      // Then it is not known.
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static Optional<String> owner(Path processes, String socket) throws IOException {
    try (DirectoryStream<Path> all = Files.newDirectoryStream(processes, "[0-9]*")) {
      for (Path process : all) {
        if (holds(process, socket)) {
          List<String> command =
              List.of(Files.readString(process.resolve("cmdline")).split("\0", -1));
          String name =
              command.contains(Main.class.getName())
                  ? "another Admiral"
                  : Files.readString(process.resolve("comm")).strip();
          return Optional.of(name + " (process " + process.getFileName() + ")");
        }
      }
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, String socket) {
    try (DirectoryStream<Path> open = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : open) {
        if (Files.isSymbolicLink(file) && Files.readSymbolicLink(file).toString().equals(socket)) {
          return true;
        }
      }
      return false;
    } catch (IOException | DirectoryIteratorException e) {
      // Another user's, or it has just ended.
      return false;
    }
  }
}
