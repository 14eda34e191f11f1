package dev.admiral.optimizer.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A vendor in OpenAI's dialect that answers each prompt with itself, and breaks the rules of
 * HTTP/1.1 whenever a die says so: it cuts answers, lies about lengths and ends connections early;
 * if it is talkative, it also says more than it is asked for, at once or a moment later, and with
 * its first answer surely. It remembers which requests it took: read whole, and answered by
 * something that is no refusal.
 */
final class UnrulyVendor implements AutoCloseable {
  /** What stands in answers that nobody asked for. */
  static final String SURPLUS = "surplus";

  private static final Pattern TEXT = Pattern.compile("\"content\":\"([^\"]*)\"");
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)\r\n");
  private static final Pattern ATTEMPT = Pattern.compile("(?i)\r\nx-client-request-id: (\\S+)\r\n");

  private static final int USUAL = 50;

  private static final long ONE_STEP_NANOS = 15_000_000;

  private final ServerSocket socket;
  private final boolean talkative;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger heldUp = new AtomicInteger();

  /** Of each request taken, by the identifier of its attempt, the text it asked with. */
  private final Map<String, String> taken = new ConcurrentHashMap<>();

  private UnrulyVendor(ServerSocket socket, boolean talkative) {
    this.socket = socket;
    this.talkative = talkative;
  }

  static UnrulyVendor start(boolean talkative) throws IOException {
    UnrulyVendor vendor =
        new UnrulyVendor(new ServerSocket(0, 1000, InetAddress.getLoopbackAddress()), talkative);
    Thread.ofVirtual().start(vendor::accept);
    return vendor;
  }

  String address() {
    return "http://127.0.0.1:" + socket.getLocalPort() + "/v1";
  }

  Map<String, String> taken() {
    return taken;
  }

  /**
   * Returns how many connections took long between their end and their closing: in the meantime a
   * request that came looked as if it was taken.
   */
  int heldUp() {
    return heldUp.get();
  }

  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket connection = socket.accept();
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(connection, new Random(number)));
      }
    } catch (IOException e) {
      // Closed: the test is over.
    }
  }

  private void serve(Socket connection, Random die) {
    try (connection) {
      connection.setTcpNoDelay(true);
      InputStream in = new BufferedInputStream(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      Then then = Then.GOES_ON;
      while (then == Then.GOES_ON) {
        String head = head(in);
        if (head.isEmpty()) {
          return;
        }
        String body = new String(in.readNBytes(Integer.parseInt(first(LENGTH, head))), UTF_8);
        then = answer(out, head, body, die);
        out.flush();
      }
      if (then == Then.ENDS_AT_THE_NEXT) {
        connection.getInputStream().read();
      }
      // Its end goes out before a reset can, as from a server that gives up what waited too long.
      long before = System.nanoTime();
      connection.shutdownOutput();
      connection.close();
      if (System.nanoTime() - before > ONE_STEP_NANOS) {
        heldUp.incrementAndGet();
      }
    } catch (IOException e) {
      // The other side closed, as it should.
    }
  }

  /** What becomes of a connection after an answer. */
  private enum Then {
    GOES_ON,
    ENDS,
    /** It is given up just when the next request arrives, which is not taken then. */
    ENDS_AT_THE_NEXT
  }

  private Then answer(OutputStream out, String head, String body, Random die) throws IOException {
    int drawn = draw(die);
    if (drawn < 4) {
      String refusal = whole("500 Oops", "{\"error\":{\"message\":\"no\"}}", 0);
      send(out, refusal, drawn < 2 ? good(SURPLUS) : "");
      return Then.GOES_ON;
    }
    String text = first(TEXT, body);
    taken.put(first(ATTEMPT, head), text);
    String right = body.contains("\"stream\":true") ? chunked(events(text), 0) : good(text);
    int cut = right.length() / 2 + die.nextInt(right.length() / 2);
    switch (drawn) {
      case 4, 5, 6 -> send(out, right + good(SURPLUS), "");
      case 7, 8, 9 -> send(out, right, good(SURPLUS));
      case 10, 11 -> send(out, right, chunked(events(SURPLUS), 0));
      case 12, 13 -> send(out, right, "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
      case 14, 15 -> send(out, whole("200 OK", json(text), -3), "");
      case 16 -> send(out, whole("200 OK", json(text), 9), "");
      case 17, 18 -> send(out, chunked(events(text), -1), "");
      case 19 -> send(out, chunked(events(text), 1), "");
      case 20, 21, 22 -> send(out, right.substring(0, cut), "");
      case 23 -> send(out, "", "");
      case 24, 25 -> send(out, right.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"), "");
      case 26 -> send(out, "HTTP/1.1 103 Early Hints\r\n\r\n" + right, "\r\n");
      default -> send(out, right, "");
    }
    if (drawn < 14 || (drawn >= 26 && drawn < 92)) {
      return Then.GOES_ON;
    }
    return drawn < 96 ? Then.ENDS : Then.ENDS_AT_THE_NEXT;
  }

  private int draw(Random die) {
    int drawn = die.nextInt(100);
    if (talkative) {
      return taken.isEmpty() ? 4 : drawn;
    }
    // What leaves bytes behind the end of an answer.
    boolean surplus = (drawn >= 4 && drawn <= 15) || drawn == 17 || drawn == 18 || drawn == 26;
    return surplus || drawn < 2 ? USUAL : drawn;
  }

  private static void send(OutputStream out, String now, String later) throws IOException {
    out.write(now.getBytes(UTF_8));
    out.flush();
    out.write(later.getBytes(UTF_8));
  }

  private static String good(String text) {
    return whole("200 OK", json(text), 0);
  }

  private static String json(String text) {
    return "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
        + text
        + "\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3}}";
  }

  private static String events(String text) {
    String piece = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"}}]}\n\n";
    int half = text.length() / 2;
    return piece.formatted(text.substring(0, half))
        + piece.formatted(text.substring(half))
        + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],"
        + "\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3}}\n\ndata: [DONE]\n\n";
  }

  /**
   * @param lie by how much the length told is more than the true one
   */
  private static String whole(String status, String body, int lie) {
    return "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        .formatted(status, body.length() + lie, body);
  }

  /**
   * @param lie by how much the length of the first chunk told is more than the true one
   */
  private static String chunked(String body, int lie) {
    int half = body.length() / 2;
    return "HTTP/1.1 200 OK\r\n"
        + "Content-Type: text/event-stream\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n"
        + "%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n"
            .formatted(
                half + lie, body.substring(0, half), body.length() - half, body.substring(half));
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int ends = 0;
    while (ends < 4) {
      int b = in.read();
      if (b < 0) {
        return "";
      }
      head.write(b);
      ends = b == "\r\n\r\n".charAt(ends) ? ends + 1 : b == '\r' ? 1 : 0;
    }
    return head.toString(UTF_8);
  }

  private static String first(Pattern pattern, String in) {
    Matcher matcher = pattern.matcher(in);
    if (!matcher.find()) {
      throw new UncheckedIOException(new IOException("no " + pattern + " in " + in));
    }
    return matcher.group(1);
  }
}
