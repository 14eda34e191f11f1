package dev.admiral.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends one request again and again over kept connections, on one thread that takes as little of
 * the processor as it can: what it takes, the server lacks.
 */
final class HttpLoad implements AutoCloseable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final long PAUSE_NANOS = 20_000;
  private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  private final byte[] request;
  private final Selector selector;
  private final List<Line> lines = new ArrayList<>();
  private final Deque<Line> idle = new ArrayDeque<>();
  private long answered;

  HttpLoad(String address, byte[] request, int connections) throws IOException {
    this.request = request;
    this.selector = Selector.open();
    int colon = address.lastIndexOf(':');
    InetSocketAddress target =
        new InetSocketAddress(
            address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    for (int i = 0; i < connections; i++) {
      Line line = new Line(SocketChannel.open(target));
      lines.add(line);
      idle.add(line);
    }
  }

  /** Returns the bytes of a request with a JSON body. */
  static byte[] post(String path, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    byte[] head =
        ("POST "
                + path
                + " HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
                + "content-length: "
                + body.length
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] whole = Arrays.copyOf(head, head.length + body.length);
    System.arraycopy(body, 0, whole, head.length, body.length);
    return whole;
  }

  /** Asks once, and returns the reply with its headers. */
  String once() throws IOException {
    Line line = idle.remove();
    line.send(System.nanoTime());
    while (!line.read()) {
      Thread.onSpinWait();
    }
    idle.add(line);
    return line.last();
  }

  /** Keeps every connection busy, and returns answers per second. */
  double perSecond(double seconds) throws IOException {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    answered = 0;
    while (!idle.isEmpty()) {
      idle.remove().send(System.nanoTime());
    }
    while (System.nanoTime() < end) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        Line line = (Line) key.attachment();
        if (line.read()) {
          answered++;
          line.send(System.nanoTime());
        }
      }
      selector.selectedKeys().clear();
    }
    final double rate = answered / ((System.nanoTime() - start) / 1e9);
    settle();
    return rate;
  }

  /**
   * Asks at a steady rate, and returns the latency in milliseconds that a part of the calls stays
   * below, from the moment each was due.
   */
  double latencyMillis(double perSecond, double seconds, double part) throws IOException {
    long interval = (long) (1e9 / perSecond);
    int count = (int) (perSecond * seconds);
    long[] latencies = new long[count];
    int sent = 0;
    int received = 0;
    long start = System.nanoTime();
    while (received < count) {
      boolean worked = false;
      long now = System.nanoTime();
      while (sent < count && !idle.isEmpty() && now >= start + sent * interval) {
        idle.remove().send(start + sent++ * interval);
        worked = true;
      }
      selector.selectNow();
      for (SelectionKey key : selector.selectedKeys()) {
        Line line = (Line) key.attachment();
        if (line.read()) {
          latencies[received++] = System.nanoTime() - line.due;
          idle.add(line);
        }
        worked = true;
      }
      selector.selectedKeys().clear();
      if (!worked) {
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
    Arrays.sort(latencies);
    return latencies[(int) (count * part)] / 1e6;
  }

  /** Takes the answers that are still to come. */
  private void settle() throws IOException {
    while (idle.size() < lines.size()) {
      selector.select();
      for (SelectionKey key : selector.selectedKeys()) {
        Line line = (Line) key.attachment();
        if (line.read()) {
          idle.add(line);
        }
      }
      selector.selectedKeys().clear();
    }
  }

  @Override
  public void close() throws IOException {
    for (Line line : lines) {
      line.channel.close();
    }
    selector.close();
  }

  /** One connection. */
  private final class Line {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer out = ByteBuffer.wrap(request);
    private long due;

    Line(SocketChannel channel) throws IOException {
      this.channel = channel;
      channel.configureBlocking(false);
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.register(selector, SelectionKey.OP_READ, this);
    }

    void send(long dueNanos) throws IOException {
      due = dueNanos;
      in.clear();
      out.clear();
      while (out.hasRemaining()) {
        channel.write(out);
      }
    }

    /** Returns true once a whole reply is there. */
    boolean read() throws IOException {
      if (channel.read(in) < 0) {
        throw new EOFException("the server closed a connection of the benchmark");
      }
      int head = headLength();
      return head > 0 && in.position() >= head + bodyLength(head);
    }

    private int headLength() {
      for (int i = 0; i + HEAD_END.length <= in.position(); i++) {
        if (in.get(i) == '\r' && in.get(i + 2) == '\r') {
          return i + HEAD_END.length;
        }
      }
      return 0;
    }

    /** The same for every reply, but for the first. */
    private int bodyLength(int head) {
      String text = new String(in.array(), 0, head, StandardCharsets.US_ASCII);
      if (!text.startsWith("HTTP/1.1 200")) {
        throw new IllegalStateException("the benchmark's call failed: " + text.lines().findFirst());
      }
      String lower = text.toLowerCase(Locale.ROOT);
      int at = lower.indexOf("content-length:") + "content-length:".length();
      return Integer.parseInt(text.substring(at, text.indexOf('\r', at)).strip());
    }

    String last() {
      return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
    }
  }
}
