package dev.admiral.conformance;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port that does to each connection what no decent server does. */
final class RawPeer implements Endpoint {
  /** Does it to one connection, which is closed when it returns. */
  interface Deed {
    void accept(Socket connection) throws IOException;
  }

  private static final byte[] NOT_FOUND =
      "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);
  private static final int PREFACE_BYTES = 24;

  private final ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private RawPeer(Deed deed) {
    try {
      listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(() -> listen(deed));
  }

  /** Closes every connection at once. */
  static RawPeer hangingUp() {
    return new RawPeer(_ -> {});
  }

  /** Takes everything and says nothing. */
  static RawPeer silent() {
    return new RawPeer(
        connection -> connection.getInputStream().transferTo(OutputStream.nullOutputStream()));
  }

  /** Answers everything as a web server answers what it does not know. */
  static RawPeer http1() {
    return new RawPeer(connection -> {
      InputStream in = connection.getInputStream();
      if (in.read() >= 0) {
        connection.getOutputStream().write(NOT_FOUND);
        connection.shutdownOutput();
        in.transferTo(OutputStream.nullOutputStream());
      }
    });
  }

  /** Answers each call with one message and ends the stream there, as a proxy of HTTP/1 would. */
  static RawPeer withoutTrailers(byte[] message) {
    return new RawPeer(connection -> answerWithoutTrailers(connection, message));
  }

  /** Passes on to another port, until told to {@link #cut}. */
  static RawPeer proxy(int port) {
    return new RawPeer(client -> {
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
        Thread.ofVirtual().start(() -> pass(client, server));
        pass(server, client);
        client.getInputStream().transferTo(OutputStream.nullOutputStream());
      }
    });
  }

  /** Returns a port at which nobody listens. */
  static int freePort() {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Closes every connection: whole, or only the direction to the client. */
  void cut(boolean half) {
    for (Socket connection : connections) {
      try {
        if (half) {
          connection.shutdownOutput();
        } else {
          connection.close();
        }
      } catch (IOException gone) {
        // The client was quicker.
      }
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    cut(false);
  }

  private void listen(Deed deed) {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection, deed));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket connection, Deed deed) {
    try (connection) {
      deed.accept(connection);
    } catch (IOException gone) {
      // The client left, or the case cut it off.
    } finally {
      connections.remove(connection);
    }
  }

  private static void pass(Socket from, Socket to) {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } catch (IOException gone) {
      // One of them left; the other is told by its socket.
    }
  }

  /** Speaks just enough HTTP/2: settings, and for each request one head and one last frame. */
  private static void answerWithoutTrailers(Socket connection, byte[] message) throws IOException {
    DataInputStream in = new DataInputStream(connection.getInputStream());
    OutputStream out = connection.getOutputStream();
    in.readNBytes(PREFACE_BYTES);
    frame(out, 0x4, 0, 0, new byte[0]);
    while (true) {
      int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      int flags = in.readUnsignedByte();
      int stream = in.readInt();
      byte[] payload = in.readNBytes(length);
      if (type == 0x4 && (flags & 0x1) == 0) {
        frame(out, 0x4, 0x1, 0, new byte[0]);
      } else if (type == 0x6 && (flags & 0x1) == 0) {
        frame(out, 0x6, 0x1, 0, payload);
      } else if (type == 0x0 && (flags & 0x1) != 0) {
        frame(out, 0x1, 0x4, stream, head());
        frame(out, 0x0, 0x1, stream, grpc(message));
      }
    }
  }

  private static void frame(OutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    ByteArrayOutputStream frame = new ByteArrayOutputStream();
    frame.writeBytes(number(payload.length, 3));
    frame.write(type);
    frame.write(flags);
    frame.writeBytes(number(stream, 4));
    frame.writeBytes(payload);
    out.write(frame.toByteArray());
    out.flush();
  }

  /** HPACK: the static entry ":status: 200", then "content-type" (31) with a literal value. */
  private static byte[] head() {
    byte[] type = "application/grpc".getBytes(StandardCharsets.US_ASCII);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.write(0x88);
    head.write(0x0f);
    head.write(0x10);
    head.write(type.length);
    head.writeBytes(type);
    return head.toByteArray();
  }

  private static byte[] grpc(byte[] message) {
    ByteArrayOutputStream framed = new ByteArrayOutputStream();
    framed.write(0);
    framed.writeBytes(number(message.length, 4));
    framed.writeBytes(message);
    return framed.toByteArray();
  }

  private static byte[] number(int value, int bytes) {
    byte[] written = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      written[i] = (byte) (value >> (8 * (bytes - 1 - i)));
    }
    return written;
  }
}
