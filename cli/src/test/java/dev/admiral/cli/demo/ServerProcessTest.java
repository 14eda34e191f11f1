package dev.admiral.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.client.AdmiralClient;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server as a child process: found when it listens, explained when it fails, gone at the end. */
final class ServerProcessTest {
  @TempDir private Path folder;

  /** Listens and says where, as a server does. */
  static final class Listening {
    public static void main(String[] args) throws Exception {
      Server server =
          Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create()).build().start();
      Path data = Path.of(args[1]).resolveSibling("data");
      Path fresh =
          Files.writeString(
              data.resolve("fresh"),
              "{\"grpc\":{\"host\":\"127.0.0.1\",\"port\":"
                  + server.getPort()
                  + ",\"tls\":false}}");
      Files.move(fresh, data.resolve("endpoints.json"));
      server.awaitTermination();
    }
  }

  /** Fails as a server with a wrong configuration does. */
  static final class Failing {
    public static void main(String[] args) {
      System.err.println("admiral.yaml:1: there is no setting 'nonsense'");
      System.exit(1);
    }
  }

  @Test
  void process_thatListens_isFoundAndEnds() throws Exception {
    Files.createDirectory(folder.resolve("data"));
    ServerProcess server = ServerProcess.start(Listening.class.getName(), folder, "");
    try (AdmiralClient client = AdmiralClient.builder().address(server.address()).build()) {
      // It has no services: that it says so proves that it is there.
      assertThatThrownBy(client::health).hasMessageContaining("does not know this method");
    }
    server.close();
    assertThat(server.isAlive()).isFalse();
  }

  @Test
  void process_thatFails_isExplainedByItsOwnWords() throws Exception {
    Files.createDirectory(folder.resolve("data"));
    assertThatThrownBy(() -> ServerProcess.start(Failing.class.getName(), folder, "nonsense: 1"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("The server did not start. It said:")
        .hasMessageContaining("admiral.yaml:1: there is no setting 'nonsense'");
  }
}
