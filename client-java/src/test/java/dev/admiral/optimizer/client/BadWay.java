package dev.admiral.optimizer.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port between a client and nothing good, or between it and a server that can be lost. */
final class BadWay implements AutoCloseable {
  /** Serves one connection, which is closed when it returns. */
  interface Deed {
    void accept(Socket connection) throws IOException;
  }

  private static final byte DATA = 0;
  private static final byte HEADERS = 1;
  private static final byte END_STREAM = 1;
  private static final byte END_HEADERS = 4;

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final Set<Socket> frozen = ConcurrentHashMap.newKeySet();

  private BadWay(Deed deed) throws IOException {
    inBackground(() -> listen(deed));
  }

  /** Closes every connection at once. */
  static BadWay hangingUp() throws IOException {
    return new BadWay(connection -> {});
  }

  /** Says the same to everybody who speaks. */
  static BadWay saying(byte[] answer) throws IOException {
    return new BadWay(connection -> {
      InputStream in = connection.getInputStream();
      if (in.read() >= 0) {
        connection.getOutputStream().write(answer);
        in.transferTo(OutputStream.nullOutputStream());
      }
    });
  }

  /** Answers the first call with a head and a whole message, and ends the stream there. */
  static BadWay withoutTrailers() throws IOException {
    byte[] settings = HexFormat.of().parseHex("000000040000000000");
    // HPACK: ":status: 200", then content-type with a literal value.
    byte[] head = HexFormat.of().parseHex("880f10106170706c69636174696f6e2f67727063");
    byte[] emptyMessage = new byte[5];
    return new BadWay(connection -> {
      OutputStream out = connection.getOutputStream();
      InputStream in = connection.getInputStream();
      in.readNBytes(24);
      out.write(settings);
      byte[] frame = in.readNBytes(9);
      while (frame[3] != DATA) {
        in.readNBytes(((frame[0] & 255) << 16) | ((frame[1] & 255) << 8) | (frame[2] & 255));
        frame = in.readNBytes(9);
      }
      out.write(new byte[] {0, 0, (byte) head.length, HEADERS, END_HEADERS, 0, 0, 0, frame[8]});
      out.write(head);
      out.write(new byte[] {0, 0, (byte) emptyMessage.length, DATA, END_STREAM, 0, 0, 0, frame[8]});
      out.write(emptyMessage);
      in.transferTo(OutputStream.nullOutputStream());
    });
  }

  /** Passes everything on to a server. */
  static BadWay to(int port) throws IOException {
    BadWay[] way = new BadWay[1];
    way[0] =
        new BadWay(client -> {
          try (Socket server = new Socket(InetAddress.getLoopbackAddress(), port)) {
            inBackground(() -> way[0].pass(client, server, client));
            way[0].pass(server, client, client);
          }
        });
    return way[0];
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Swallows from now on what goes over the connections there are; later ones work. */
  void freeze() {
    frozen.addAll(clients);
  }

  /** Ends the direction to the client on the connections there are; the other stays. */
  void closeHalf() throws IOException {
    for (Socket client : clients) {
      client.shutdownOutput();
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket client : clients) {
      client.close();
    }
  }

  private void listen(Deed deed) {
    while (true) {
      try {
        Socket client = listener.accept();
        clients.add(client);
        inBackground(() -> serve(client, deed));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket client, Deed deed) {
    try (client) {
      deed.accept(client);
    } catch (IOException left) {
      // One of the two; the other sees it.
    } finally {
      clients.remove(client);
    }
  }

  private void pass(Socket from, Socket to, Socket client) {
    byte[] some = new byte[8192];
    try {
      for (int count; (count = from.getInputStream().read(some)) >= 0; ) {
        if (!frozen.contains(client)) {
          to.getOutputStream().write(some, 0, count);
        }
      }
    } catch (IOException left) {
      // One of the two; the other sees it.
    }
  }

  private static void inBackground(Runnable task) {
    Thread thread = new Thread(task);
    thread.setDaemon(true);
    thread.start();
  }
}
