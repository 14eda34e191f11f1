package dev.admiral.optimizer.provider;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A vendor's side of a connection, byte by byte: says exactly what a test scripts, and tells when
 * the other side closes.
 */
public final class FakeVendor implements AutoCloseable {
  /** What the vendor does with a connection after it read a request. */
  public interface Script {
    void answer(Connection connection) throws IOException;
  }

  /** A request as it came. */
  public record Received(String path, Map<String, String> headers, String body) {}

  private final ServerSocket server;
  private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
  private final BlockingQueue<Received> requests = new LinkedBlockingQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile Script always = connection -> connection.respond(500, Map.of(), new byte[0]);

  public FakeVendor() throws IOException {
    this(new ServerSocket(0, 1024, InetAddress.getLoopbackAddress()));
  }

  /**
   * @param server taken over
   */
  public FakeVendor(ServerSocket server) {
    this.server = server;
    Thread.ofVirtual().start(this::accept);
  }

  /** Returns the address of a path. */
  public URI address(String path) {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
  }

  /** Answers the next request so, and later ones as said before. */
  public FakeVendor next(Script script) {
    scripts.add(script);
    return this;
  }

  /** Answers every request so that is given no other script. */
  public FakeVendor always(Script script) {
    always = script;
    return this;
  }

  /** Returns how many connections were made so far. */
  public int connections() {
    return connections.get();
  }

  /** Returns the oldest request not yet taken. */
  public Received taken() throws InterruptedException {
    return requests.take();
  }

  /** Returns how many requests have come and were not taken. */
  public int waiting() {
    return requests.size();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      Connection connection = new Connection(socket);
      while (true) {
        Received request = connection.read();
        if (request == null) {
          return;
        }
        requests.add(request);
        connection.asked = request;
        Script script = scripts.poll();
        (script == null ? always : script).answer(connection);
      }
    } catch (IOException e) {
      // The other side closed, as some tests want.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
  }

  /** One connection of the other side. */
  public static final class Connection {
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private Received asked = new Received("", Map.of(), "");

    Connection(Socket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
    }

    /** Returns the request that is to be answered. */
    public Received asked() {
      return asked;
    }

    private Received read() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
        int b = in.read();
        if (b < 0) {
          return null;
        }
        head.write(b);
      }
      List<String> lines = head.toString(ISO_8859_1).lines().toList();
      Map<String, String> headers = new HashMap<>();
      for (String line : lines.subList(1, lines.size() - 1)) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
      byte[] body = in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
      String[] start = lines.getFirst().split(" ", -1);
      return new Received(start[1], headers, new String(body, UTF_8));
    }

    /** Sends a whole answer. */
    public void respond(int status, Map<String, String> headers, byte[] body) throws IOException {
      head(status, headers, "Content-Length: " + body.length);
      out.write(body);
      out.flush();
    }

    /** Sends a whole answer in JSON. */
    public void json(int status, String body) throws IOException {
      respond(status, Map.of("Content-Type", "application/json"), body.getBytes(UTF_8));
    }

    /** Sends a whole stream of events in chunks of one event each. */
    public void events(String body) throws IOException {
      begin(Map.of());
      chunk(body.getBytes(UTF_8));
      end();
    }

    /** Sends the head of a stream. */
    void begin(Map<String, String> headers) throws IOException {
      Map<String, String> all = new HashMap<>(headers);
      all.putIfAbsent("Content-Type", "text/event-stream; charset=utf-8");
      head(200, all, "Transfer-Encoding: chunked");
      out.flush();
    }

    void chunk(byte[] bytes) throws IOException {
      if (bytes.length > 0) {
        out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(ISO_8859_1));
        out.write(bytes);
        out.write("\r\n".getBytes(ISO_8859_1));
        out.flush();
      }
    }

    void chunk(String text) throws IOException {
      chunk(text.getBytes(UTF_8));
    }

    void end() throws IOException {
      out.write("0\r\n\r\n".getBytes(ISO_8859_1));
      out.flush();
    }

    /** Sends just this. */
    public void raw(String text) throws IOException {
      out.write(text.getBytes(UTF_8));
      out.flush();
    }

    private void head(int status, Map<String, String> headers, String framing) throws IOException {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Status\r\n");
      headers.forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
      out.write(head.append(framing).append("\r\n\r\n").toString().getBytes(ISO_8859_1));
    }

    /** Closes the connection with a FIN, in the middle of whatever was said. */
    public void hangUp() throws IOException {
      socket.close();
    }

    /** Closes the connection with a RST. */
    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits until there is something to read, and leaves it unread but for a byte. */
    void awaitData() throws IOException {
      if (in.read() < 0) {
        throw new IOException("closed");
      }
    }

    /** Waits until the other side closes. */
    public void awaitClose() throws IOException {
      try {
        while (in.read() >= 0) {
          // Nothing more is expected.
        }
      } catch (SocketException e) {
        // Reset is closed too.
      }
    }
  }
}
