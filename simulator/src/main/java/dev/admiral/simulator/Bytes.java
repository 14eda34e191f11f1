package dev.admiral.simulator;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing buffer of UTF-8 that knows how to escape JSON. Belongs to one thread at a time. */
final class Bytes {
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private byte[] bytes;
  private int size;

  Bytes(int capacity) {
    bytes = new byte[capacity];
  }

  int size() {
    return size;
  }

  void clear() {
    size = 0;
  }

  /** Shortens the content to its first {@code newSize} bytes. */
  void truncate(int newSize) {
    size = Math.min(size, newSize);
  }

  /** A view of the content; valid until the next change. */
  ByteBuffer view() {
    return ByteBuffer.wrap(bytes, 0, size);
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, size);
  }

  Bytes add(byte[] raw) {
    reserve(raw.length);
    System.arraycopy(raw, 0, bytes, size, raw.length);
    size += raw.length;
    return this;
  }

  /** Appends text as it is. */
  Bytes raw(String text) {
    reserve(text.length() * 3);
    for (int i = 0; i < text.length(); i++) {
      i += encode(text, i);
    }
    return this;
  }

  Bytes number(long value) {
    return raw(Long.toString(value));
  }

  /** Appends text as a JSON string with its quotes. */
  Bytes quoted(CharSequence text) {
    reserve(text.length() * 6 + 2);
    bytes[size++] = '"';
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        bytes[size++] = '\\';
        bytes[size++] = (byte) c;
      } else if (c < 0x20) {
        escapeControl(c);
      } else {
        i += encode(text, i);
      }
    }
    bytes[size++] = '"';
    return this;
  }

  private void escapeControl(char c) {
    bytes[size++] = '\\';
    switch (c) {
      case '\n' -> bytes[size++] = 'n';
      case '\r' -> bytes[size++] = 'r';
      case '\t' -> bytes[size++] = 't';
      default -> {
        bytes[size++] = 'u';
        bytes[size++] = '0';
        bytes[size++] = '0';
        bytes[size++] = HEX[c >> 4];
        bytes[size++] = HEX[c & 15];
      }
    }
  }

  /** Writes the code point at {@code i}; returns how many further chars it took. */
  private int encode(CharSequence text, int i) {
    char c = text.charAt(i);
    if (c < 0x80) {
      bytes[size++] = (byte) c;
    } else if (c < 0x800) {
      bytes[size++] = (byte) (0xC0 | (c >> 6));
      bytes[size++] = (byte) (0x80 | (c & 0x3F));
    } else if (Character.isHighSurrogate(c)
        && i + 1 < text.length()
        && Character.isLowSurrogate(text.charAt(i + 1))) {
      int point = Character.toCodePoint(c, text.charAt(i + 1));
      bytes[size++] = (byte) (0xF0 | (point >> 18));
      bytes[size++] = (byte) (0x80 | ((point >> 12) & 0x3F));
      bytes[size++] = (byte) (0x80 | ((point >> 6) & 0x3F));
      bytes[size++] = (byte) (0x80 | (point & 0x3F));
      return 1;
    } else {
      int point = Character.isSurrogate(c) ? 0xFFFD : c;
      bytes[size++] = (byte) (0xE0 | (point >> 12));
      bytes[size++] = (byte) (0x80 | ((point >> 6) & 0x3F));
      bytes[size++] = (byte) (0x80 | (point & 0x3F));
    }
    return 0;
  }

  private void reserve(int more) {
    if (size + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
