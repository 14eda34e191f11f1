package dev.admiral.optimizer.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.call.Time;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.apache.hc.core5.http.config.Http1Config;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QuietConnectionTest {
  private static final byte[] REQUEST = new byte[100];

  private final QuietConnection connection = new QuietConnection(Http1Config.DEFAULT);
  private ServerSocket server;
  private SocketChannel channel;
  private Socket peer;

  @BeforeEach
  void connect() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    channel = SocketChannel.open(server.getLocalSocketAddress());
    peer = server.accept();
    connection.bind(channel.socket());
  }

  @AfterEach
  void close() throws IOException {
    connection.close();
    peer.close();
    server.close();
  }

  @Test
  void requestToAPeerThatHadClosed_wasSentInVain() throws Exception {
    peer.close();
    channel.write(ByteBuffer.wrap(REQUEST));
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(connection.sentInVain(Time.SYSTEM)).isTrue();
  }

  @Test
  void requestThatWasReadBeforeThePeerClosed_wasNotSentInVain() throws Exception {
    channel.write(ByteBuffer.wrap(REQUEST));
    peer.getInputStream().readNBytes(REQUEST.length);
    peer.close();
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    assertThat(connection.sentInVain(Time.SYSTEM)).isFalse();
  }

  @Test
  void connectionWithoutAnAnswerYet_isNotSaidToBeQuiet() {
    assertThat(connection.sinceLastAnswer()).isEqualTo(QuietConnection.Since.END);
  }
}
