package dev.admiral.optimizer.provider.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SseReaderTest {
  @Test
  void lineEnds_ofEveryKind_separateEvents() throws IOException {
    assertThat(read("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n"))
        .containsExactly("a", "b", "c", "d");
  }

  @Test
  void commentsIdsAndUnknownFields_areSkipped() throws IOException {
    assertThat(read(": PROCESSING\n\n:\nid: 7\nretry: 100\nwhat: ever\ndata: a\n\n"))
        .containsExactly("a");
  }

  @Test
  void dataOfSeveralLines_isJoinedByLineFeeds() throws IOException {
    assertThat(read("data: {\ndata:  \"a\":1\ndata\ndata:}\n\n"))
        .containsExactly("{\n \"a\":1\n\n}");
  }

  @Test
  void byteOrderMark_isSkipped() throws IOException {
    assertThat(read("\uFEFFdata: a\n\n")).containsExactly("a");
  }

  @Test
  void eventWithoutData_isNone() throws IOException {
    assertThat(read("event: tick\n\ndata: a\n\n")).containsExactly("a");
  }

  @Test
  void signOfLife_isAPingOrAnyData() throws IOException {
    SseReader reader =
        new SseReader(
            bytes("event: ping\n\ndata: \n\ndata: [WAIT]\n\nevent: ping\ndata:\n\n"), () -> {});
    List<Boolean> alive = new ArrayList<>();
    while (reader.next()) {
      alive.add(reader.isSignOfLife());
    }
    assertThat(alive).containsExactly(true, false, true, true);
  }

  @Test
  void errorEvent_isMarkedAndTheNextIsNot() throws IOException {
    SseReader reader =
        new SseReader(
            bytes("event: error\ndata: a\n\ndata: b\n\nevent:error\ndata:c\n\n"), () -> {});
    assertThat(reader.next() && reader.isError()).isTrue();
    assertThat(reader.next() && !reader.isError()).isTrue();
    assertThat(reader.next() && reader.isError()).isTrue();
  }

  @Test
  void end_withoutBlankLine_stillGivesTheEvent() throws IOException {
    assertThat(read("data: a\n\ndata: b\n")).containsExactly("a", "b");
  }

  @Test
  void end_inTheMiddleOfALine_dropsTheEvent() throws IOException {
    assertThat(read("data: a\n\ndata: b")).containsExactly("a");
    assertThat(read("data: a\n\ndata: b\ndata: c")).containsExactly("a");
  }

  @Test
  void endMark_withoutLineEnd_isTaken() throws IOException {
    assertThat(read("data: a\n\ndata: [DONE]")).containsExactly("a", "[DONE]");
  }

  @Test
  void longLine_growsTheBuffer() throws IOException {
    String text = "x".repeat(1 << 20);
    assertThat(read("data: " + text + "\n\ndata: b\n\n")).containsExactly(text, "b");
  }

  @Test
  void partsOfALongLineOfData_areTold_butNoneOfACommentOrAWord() throws IOException {
    AtomicInteger told = new AtomicInteger();
    String stream =
        ": " + "x".repeat(3_000) + "\n\ndata: [WAIT]\n\ndata: " + "x".repeat(2_000) + "\n\n";
    SseReader reader =
        new SseReader(new SplitStream(stream.getBytes(UTF_8), 7), told::incrementAndGet);
    assertThat(reader.next()).isTrue();
    assertThat(told).hasValue(0);
    assertThat(reader.next()).isTrue();
    assertThat(told.get()).isBetween(100, 150);
  }

  @Property(tries = 2000)
  void anySplitOfTheBytes_givesTheSameEvents(
      @ForAll("events") List<List<String>> events,
      @ForAll("lineEnds") String lineEnd,
      @ForAll @IntRange(min = 1, max = 40) int step)
      throws IOException {
    String stream =
        events.stream()
            .map(lines ->
                lines.stream()
                    .map(line -> "data: " + line + lineEnd)
                    .collect(Collectors.joining("", ": note" + lineEnd, lineEnd)))
            .collect(Collectors.joining());
    List<String> expected = events.stream().map(lines -> String.join("\n", lines)).toList();
    assertThat(read(new SplitStream(stream.getBytes(UTF_8), step))).isEqualTo(expected);
  }

  @Provide
  Arbitrary<List<List<String>>> events() {
    Arbitrary<String> line = Arbitraries.strings().withChars("ab:{}\" é漢").ofMaxLength(60);
    Arbitrary<String> mixed =
        Combinators.combine(line, Arbitraries.of("", "😀", "漢字", "[DONE]")).as(String::concat);
    return mixed.list().ofMinSize(1).ofMaxSize(4).list().ofMaxSize(8);
  }

  @Provide
  Arbitrary<String> lineEnds() {
    return Arbitraries.of("\n", "\r\n", "\r");
  }

  private static List<String> read(String stream) throws IOException {
    return read(bytes(stream));
  }

  private static List<String> read(InputStream stream) throws IOException {
    SseReader reader = new SseReader(stream, () -> {});
    List<String> events = new ArrayList<>();
    while (reader.next()) {
      events.add(new String(reader.data(), 0, reader.length(), UTF_8));
    }
    return events;
  }

  private static InputStream bytes(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  /** Gives the bytes in reads of at most a step, the last of them alone. */
  static final class SplitStream extends InputStream {
    private final byte[] bytes;
    private final int step;
    private int position;

    SplitStream(byte[] bytes, int step) {
      this.bytes = bytes;
      this.step = step;
    }

    @Override
    public int read() {
      return position < bytes.length ? bytes[position++] & 0xff : -1;
    }

    @Override
    public int read(byte[] to, int offset, int length) {
      if (position >= bytes.length) {
        return -1;
      }
      int n = Math.min(Math.min(step, length), bytes.length - position);
      System.arraycopy(bytes, position, to, offset, n);
      position += n;
      return n;
    }
  }
}
