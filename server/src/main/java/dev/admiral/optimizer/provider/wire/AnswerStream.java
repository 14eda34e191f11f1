package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.airlift.compress.v3.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import java.util.zip.ZipException;
import org.brotli.dec.BrotliInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer without its content coding. Which of gzip, zlib, deflate and none it is, is
 * told by its bytes, as the label names the wrong one too often; so are zstd and none, and Brotli
 * and none, which has no mark of its own. A label of any other coding is refused, and without a
 * label nothing is decoded. What was decoded is bounded like what came. Used by one thread.
 */
final class AnswerStream extends InputStream {
  private static final int NONE = -2;
  private static final int BUFFER_BYTES = 4096;
  private static final int ZLIB_METHOD = 8;
  private static final int BYTE_ORDER_MARK = 0xef;

  private final Raw raw;
  private final String coding;
  private final long mostBytes;
  private @Nullable InputStream decoded;
  private @Nullable Inflater inflater;
  private long count;

  /** The first byte that matters, once it was looked for and until it is read. */
  private int held = NONE;

  private boolean looked;

  /**
   * @param raw the body as it comes
   * @param coding the header Content-Encoding; null if there is none
   * @param mostBytes bound on what is decoded
   */
  AnswerStream(InputStream raw, @Nullable String coding, long mostBytes) {
    this.raw = new Raw(raw);
    this.coding = coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
    this.mostBytes = mostBytes;
  }

  /**
   * Returns the first byte that is no blank and no byte order mark, -1 if there is none; it is
   * still to be read, what was before it is not.
   */
  int first() throws IOException {
    if (!looked) {
      looked = true;
      do {
        held = next();
        if (held == BYTE_ORDER_MARK) {
          next();
          next();
          held = ' ';
        }
      } while (held == ' ' || held == '\n' || held == '\r' || held == '\t');
    }
    return held;
  }

  private int next() throws IOException {
    byte[] one = new byte[1];
    return decode(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int first = held;
    if (first == NONE || length == 0) {
      return decode(bytes, offset, length);
    }
    if (first < 0) {
      return -1;
    }
    held = NONE;
    bytes[offset] = (byte) first;
    return 1;
  }

  private int decode(byte[] bytes, int offset, int length) throws IOException {
    int n = bytes(bytes, offset, length);
    count += Math.max(0, n);
    if (count > mostBytes) {
      throw new Upstream.TooLargeException();
    }
    return n;
  }

  /** Tells what broke: the way here, or the coding. */
  private int bytes(byte[] bytes, int offset, int length) throws IOException {
    try {
      InputStream from = decoded;
      if (from == null) {
        // Decoders read when they are made.
        from = open();
        decoded = from;
      }
      return from.read(bytes, offset, length);
    } catch (WireFormat.MalformedException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      IOException failure = raw.failure;
      if (failure != null) {
        throw failure;
      }
      ZipException undecodable = new ZipException("not in the coding it is labelled with");
      undecodable.initCause(e);
      throw undecodable;
    }
  }

  /** What came, with a note of how reading it failed. */
  private static final class Raw extends FilterInputStream {
    private @Nullable IOException failure;

    Raw(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return in.read(bytes, offset, length);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }

  private interface Decoder {
    InputStream of(InputStream coded) throws IOException;
  }

  private InputStream decoding(Decoder decoder) throws IOException {
    byte[] head = raw.readNBytes(2);
    InputStream all = new SequenceInputStream(new ByteArrayInputStream(head), raw);
    return head.length < 2 || beginsAnswer(head) ? all : decoder.of(all);
  }

  /**
   * Objects, events and pages. Narrow, as Brotli has no mark, and its first byte may be of text.
   */
  private static boolean beginsAnswer(byte[] head) {
    String begin = new String(head, ISO_8859_1);
    return switch (begin.charAt(0)) {
      case '{' -> "\"} \r\n\t".indexOf(begin.charAt(1)) >= 0;
      case '<' -> "!hH".indexOf(begin.charAt(1)) >= 0;
      default -> begin.equals("da") || begin.equals("ev") || begin.equals(": ");
    };
  }

  private InputStream open() throws IOException {
    return switch (coding) {
      case "", "identity" -> raw;
      case "gzip", "x-gzip", "deflate" -> inflating();
      case "br" -> decoding(BrotliInputStream::new);
      case "zstd" -> decoding(ZstdInputStream::new);
      default -> throw new WireFormat.MalformedException("it answered in a coding not asked for");
    };
  }

  /** Gzip, zlib, bare deflate, or nothing of the kind, whatever the label. */
  private InputStream inflating() throws IOException {
    byte[] head = raw.readNBytes(2);
    InputStream all = new SequenceInputStream(new ByteArrayInputStream(head), raw);
    if (head.length < 2) {
      return all;
    }
    int first = head[0] & 0xff;
    int second = head[1] & 0xff;
    if (first == 0x1f && second == 0x8b) {
      return new GZIPInputStream(all, BUFFER_BYTES);
    } else if ((first & 0xf) == ZLIB_METHOD && (first << 8 | second) % 31 == 0) {
      return inflating(all, new Inflater());
    }
    return isText(head) ? all : inflating(all, new Inflater(true));
  }

  private InputStream inflating(InputStream all, Inflater with) {
    inflater = with;
    return new InflaterInputStream(all, with, BUFFER_BYTES);
  }

  /** JSON, events and pages begin with two characters of text. */
  private static boolean isText(byte[] head) {
    byte[] sorted = head.clone();
    Arrays.sort(sorted);
    return sorted[0] >= '\t' && (sorted[0] >= ' ' || sorted[0] <= '\r');
  }

  @Override
  public void close() throws IOException {
    if (decoded instanceof GZIPInputStream gzip) {
      gzip.close();
    }
    if (inflater != null) {
      inflater.end();
    }
  }
}
