package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What is written is JSON in UTF-8, whatever the text. */
class BytesTest {

  @Property
  void quoted_readsBackAsTheSameText(@ForAll String text) throws IOException {
    // A lone surrogate has no UTF-8; it is replaced, as by the standard encoder's "malformed" mark.
    String expected = text.replaceAll("\\p{Cs}", "\uFFFD");
    byte[] json = new Bytes(1).quoted(text).copy();
    assertThat(Json.read(json).asText()).isEqualTo(expected);
  }

  @Property
  void raw_isUtf8(@ForAll String text) {
    String clean = text.replaceAll("\\p{Cs}", "");
    assertThat(new Bytes(1).raw(clean).copy()).isEqualTo(clean.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void controlsAndQuotes_areEscaped() {
    byte[] json = new Bytes(8).quoted("a\"\\\n\r\t\u0001\u001f→🚢").copy();
    assertThat(new String(json, StandardCharsets.UTF_8))
        .isEqualTo("\"a\\\"\\\\\\n\\r\\t\\u0001\\u001f→🚢\"");
  }

  @Test
  void truncate_keepsTheBeginning() {
    Bytes bytes = new Bytes(4).raw("abcdef");
    bytes.truncate(2);
    assertThat(bytes.size()).isEqualTo(2);
    assertThat(bytes.number(-7).copy()).isEqualTo("ab-7".getBytes(StandardCharsets.US_ASCII));
  }
}
