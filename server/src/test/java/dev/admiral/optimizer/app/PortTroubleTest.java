package dev.admiral.optimizer.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PortTroubleTest {
  @TempDir Path folder;

  @Test
  void takenPort_isToldWithWhoHasIt() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/net/tcp")), "only Linux tells who has a port");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int port = taken.getLocalPort();
      String name = Files.readString(Path.of("/proc/self/comm")).strip();

      assertThat(told(port, "Address already in use"))
          .isEqualTo(
              "gRPC cannot listen on 127.0.0.1:"
                  + port
                  + ": Address already in use by "
                  + name
                  + " (process "
                  + ProcessHandle.current().pid()
                  + "); stop it, or set grpc.port (0 takes a free one)");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Address already in use | Address already in use; stop the program that has the port, or set
          bind(..) failed with error(-98): Address already in use | Address already in use; stop the
          Permission denied | Permission denied; set grpc.port to 1024 or more
          Cannot assign requested address | it is no address of this machine; set grpc.host
          No buffer space | No buffer space; check grpc.host and grpc.port
          """)
  void otherTrouble_saysWhatToDo(String reason, String told) {
    // Nobody listens on port 0.
    assertThat(told(0, reason)).startsWith("gRPC cannot listen on 127.0.0.1:0: " + told);
  }

  @Test
  void portOfAnotherAdmiral_isToldSo() throws Exception {
    listening("7", "java\0-cp\0x\0dev.admiral.optimizer.app.Main\0", "java");

    assertThat(PortTrouble.holder(folder, 50051)).contains("another Admiral (process 7)");
  }

  @Test
  void portOfAnotherUser_isOfNobodyKnown() throws Exception {
    listening("7", "x", "x");
    Files.delete(folder.resolve("7/fd/3"));

    assertThat(PortTrouble.holder(folder, 50051)).isEmpty();
    assertThat(PortTrouble.holder(folder, 50052)).isEmpty();
    assertThat(PortTrouble.holder(folder.resolve("nothing"), 50051)).isEmpty();
  }

  /** A process that listens on 50051, as the kernel tells of it. */
  private void listening(String pid, String command, String name) throws IOException {
    Path process = Files.createDirectories(folder.resolve(pid));
    Files.createDirectories(process.resolve("fd"));
    Files.writeString(process.resolve("cmdline"), command);
    Files.writeString(process.resolve("comm"), name + "\n");
    Files.createSymbolicLink(process.resolve("fd/3"), Path.of("socket:[4711]"));
    Files.createDirectories(folder.resolve("net"));
    Files.writeString(folder.resolve("net/tcp6"), "");
    Files.writeString(
        folder.resolve("net/tcp"),
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:C383 00000000:0000 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0
           1: 0100007F:C383 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
        """);
  }

  private static String told(int port, String reason) {
    return String.valueOf(
        PortTrouble.of(
                "gRPC",
                "grpc",
                "127.0.0.1",
                port,
                new IOException("it failed", new BindException(reason)))
            .getMessage());
  }
}
