package dev.admiral.optimizer.http.exchange;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Server-sent events on their way out, as bytes. Used by one thread at a time.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">the format</a>
 */
public final class EventBuffer {
  private static final JsonFactory JSON = new JsonFactory();
  private static final byte[] EVENT = bytes("event: ");
  private static final byte[] DATA = bytes("data: ");
  private static final byte[] COMMENT = bytes(": ");

  private final Bytes out = new Bytes();

  /** Writes one JSON value. */
  @FunctionalInterface
  public interface Writing {
    void to(JsonGenerator json) throws IOException;
  }

  /** Adds an event without a name. */
  public void data(Writing data) {
    out.writeBytes(DATA);
    json(data);
    out.end();
  }

  /** Adds an event. */
  public void event(String name, Writing data) {
    out.writeBytes(EVENT);
    out.writeBytes(bytes(name));
    out.write('\n');
    data(data);
  }

  /** Adds an event whose data is no JSON. */
  public void text(String data) {
    out.writeBytes(DATA);
    out.writeBytes(bytes(data));
    out.end();
  }

  /** Adds a comment, which clients skip. */
  public void comment(String text) {
    out.writeBytes(COMMENT);
    out.writeBytes(bytes(text));
    out.end();
  }

  /** Takes back an event whose writing failed half-way. */
  public void dropPartial() {
    out.dropPartial();
  }

  /** Returns the bytes added so far. */
  public int size() {
    return out.size();
  }

  /** Takes what was added; what is added from now on is kept apart. */
  ByteBuffer take() {
    return out.take();
  }

  private void json(Writing writing) {
    try (JsonGenerator json = JSON.createGenerator(out)) {
      writing.to(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static final class Bytes extends ByteArrayOutputStream {
    /** Up to where there are whole events. */
    private int whole;

    private Bytes() {
      super(512);
    }

    /** An empty line ends an event. */
    private void end() {
      write('\n');
      write('\n');
      whole = count;
    }

    private void dropPartial() {
      count = whole;
    }

    private ByteBuffer take() {
      ByteBuffer taken = ByteBuffer.wrap(buf, 0, count);
      buf = new byte[512];
      count = 0;
      whole = 0;
      return taken;
    }
  }
}
