package dev.admiral.optimizer.provider.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.admiral.optimizer.provider.JsonText;
import dev.admiral.optimizer.provider.VendorFields;
import dev.admiral.optimizer.provider.wire.Draft;
import dev.admiral.optimizer.provider.wire.WireFormat.MalformedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeptFieldsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String DETAILS = "reasoning_details";

  private final KeptFields kept = new KeptFields();

  @Test
  void fieldThatComesOnce_staysAsItIsWritten() throws Exception {
    kept.add(
        "extra_content", "{\"n\":1.50,\"big\":123456789012345678901234567890,\"é\":\"\\ud83d\"}");

    assertThat(kept.json())
        .isEqualTo(
            "{\"extra_content\":{\"n\":1.50,\"big\":123456789012345678901234567890,"
                + "\"é\":\"\\ud83d\"}}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a piece of the same text | {'type':'t','text':'a','index':0} |"
            + " {'type':'t','text':'b','index':0} | [{'type':'t','text':'ab','index':0}]",
        "its signature, in pieces | {'type':'t','text':'a','signature':'s'} |"
            + " {'type':'t','signature':'t'} | [{'type':'t','text':'a','signature':'st'}]",
        "the signature once more | {'type':'t','text':'a','signature':'s'} |"
            + " {'type':'t','signature':'s'} | [{'type':'t','text':'a','signature':'s'}]",
        "a text behind a signed one | {'type':'t','text':'a','signature':'s','index':0} |"
            + " {'type':'t','text':'b','index':0} |"
            + " [{'type':'t','text':'a','signature':'s','index':0},{'type':'t','text':'b','index':0}]",
        "another type | {'type':'t','text':'a','index':0} | {'type':'u','text':'b','index':0}"
            + " | [{'type':'t','text':'a','index':0},{'type':'u','text':'b','index':0}]",
        "another index | {'type':'t','text':'a','index':0} | {'type':'t','text':'b','index':1}"
            + " | [{'type':'t','text':'a','index':0},{'type':'t','text':'b','index':1}]",
        "encrypted data, which is whole | {'type':'e','data':'a','index':0} |"
            + " {'type':'e','data':'a','index':0} |"
            + " [{'type':'e','data':'a','index':0},{'type':'e','data':'a','index':0}]",
        "a field that was null | {'type':'t','text':'a','id':null} |"
            + " {'type':'t','text':'b','id':'r'} | [{'type':'t','text':'ab','id':'r'}]",
        "no object | 1 | 2 | [1,2]",
      })
  void pieceOfAList_goesOnOrBeginsAnother(String what, String first, String second, String all)
      throws Exception {
    kept.add(DETAILS, "[" + first.replace('\'', '"') + "]");
    kept.add(DETAILS, "[" + second.replace('\'', '"') + "]");

    assertThat(JSON.readTree(kept.json()).path(DETAILS))
        .as(what)
        .isEqualTo(JSON.readTree(all.replace('\'', '"')));
  }

  @Test
  void sameOnceMore_changesNothing() throws Exception {
    kept.add("extra_content", "{\"n\":1.50,\"e\":\"\\u00e9\"}");
    String before = kept.json();
    kept.add("extra_content", "{\"n\":1.50,\"e\":\"\\u00e9\"}");

    assertThat(kept.json()).isEqualTo(before);
  }

  @Test
  void objects_areMerged() throws Exception {
    kept.add("extra_content", "{\"google\":{\"thought\":true}}");
    kept.add("extra_content", "{\"google\":{\"thought_signature\":\"s\",\"thought\":null}}");

    assertThat(kept.json())
        .isEqualTo(
            "{\"extra_content\":{\"google\":{\"thought\":true,\"thought_signature\":\"s\"}}}");
  }

  @Test
  void halvesOfACharacter_meetAgainOrStayEscapes() throws Exception {
    kept.add(DETAILS, "[{\"text\":\"\\ud83d\"}]");
    kept.add(DETAILS, "[{\"text\":\"\\ude00\"}]");
    kept.add(DETAILS, "[{\"text\":\" \\ud83d\"}]");

    String json = kept.json();

    assertThat(JsonText.isObject(json)).isTrue();
    assertThat(JSON.readTree(json).at("/reasoning_details/0/text").asText())
        .isEqualTo("\ud83d\ude00 \ud83d");
  }

  @Test
  void megabyteInPieces_isPutTogetherOnce() throws Exception {
    String piece = "[{\"type\":\"t\",\"text\":\"" + "x".repeat(50) + "\",\"index\":0}]";
    for (int i = 0; i < 20_000; i++) {
      kept.add(DETAILS, piece);
    }

    assertThat(JSON.readTree(kept.json()).at("/reasoning_details/0/text").asText())
        .hasSize(1_000_000);
  }

  @Test
  void morePiecesThanTheBound_areMalformed() {
    String piece = "[{\"type\":\"t\",\"noise\":\"" + "x".repeat(1 << 20) + "\"}]";

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 40; i++) {
                kept.add(DETAILS, piece);
              }
            })
        .isInstanceOf(MalformedException.class)
        .hasMessage("it wants more than 33554432 characters in pieces sent back");
  }

  @Test
  void moreThanTheBound_isMalformed() {
    String large = "{\"a\":\"" + "x".repeat(VendorFields.MOST_CHARS) + "\"}";
    Draft draft = new Draft(null, "attempt-1", "vendor");

    assertThatThrownBy(() -> draft.vendorData(0, large))
        .isInstanceOf(MalformedException.class)
        .hasMessage("it wants more than 8388608 characters sent back");
  }
}
