package dev.admiral.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where a server on this machine listens, as it says in its data folder.
 *
 * @param address host and port by which it is reached from here
 * @param tls whether it speaks TLS
 * @param pid its process, or 0 if it does not say
 * @param listens the host that it listens on, which tells who else can reach it
 * @param http the address of its HTTP front, as in {@code http://127.0.0.1:8080}; empty if it has
 *     none
 */
public record Endpoints(String address, boolean tls, long pid, String listens, String http) {
  /** The file, by its name in the data folder. */
  public static final String FILE = "endpoints.json";

  /**
   * Reads the file.
   *
   * @throws IllegalArgumentException if it cannot be read or names no address
   */
  public static Endpoints read(Path file) {
    Struct.Builder json = Struct.newBuilder();
    try {
      JsonFormat.parser().merge(Files.readString(file), json);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(file + " is not JSON: use --address HOST:PORT.", e);
    } catch (IOException e) {
      throw new IllegalArgumentException(file + " cannot be read: use --address HOST:PORT.", e);
    }
    Value nothing = Value.getDefaultInstance();
    Struct grpc = json.getFieldsOrDefault("grpc", nothing).getStructValue();
    String host = grpc.getFieldsOrDefault("host", nothing).getStringValue();
    int port = (int) grpc.getFieldsOrDefault("port", nothing).getNumberValue();
    if (host.isEmpty() || port == 0) {
      throw new IllegalArgumentException(file + " names no gRPC address: use --address HOST:PORT.");
    }
    boolean tls = grpc.getFieldsOrDefault("tls", nothing).getBoolValue();
    long pid = (long) json.getFieldsOrDefault("pid", nothing).getNumberValue();
    Struct http = json.getFieldsOrDefault("http", nothing).getStructValue();
    return new Endpoints(reachable(host) + ":" + port, tls, pid, host, front(http));
  }

  private static String front(Struct http) {
    Value nothing = Value.getDefaultInstance();
    String host = http.getFieldsOrDefault("host", nothing).getStringValue();
    int port = (int) http.getFieldsOrDefault("port", nothing).getNumberValue();
    boolean tls = http.getFieldsOrDefault("tls", nothing).getBoolValue();
    return host.isEmpty() || port == 0
        ? ""
        : (tls ? "https://" : "http://") + reachable(host) + ":" + port;
  }

  /** Whether the server is known to have ended, which one that was killed cannot say itself. */
  boolean isLeftOver() {
    return pid > 0 && ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }

  /** A server that listens everywhere is reached here. */
  private static String reachable(String host) {
    return switch (host) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::", "[::]", "0:0:0:0:0:0:0:0" -> "[::1]";
      default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
    };
  }
}
