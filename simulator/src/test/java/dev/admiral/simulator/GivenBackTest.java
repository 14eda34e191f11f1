package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GivenBackTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String CALL = "{\"tool_calls\":[{\"id\":\"c1\"%s}]%s}";

  private static void check(Dialect dialect, String message) throws Exception {
    JsonNode read = JSON.readTree(message);
    GivenBack.check(dialect, read, true, true);
  }

  private static String signed(String signature) {
    return CALL.formatted(
        ",\"extra_content\":{\"google\":{\"thought_signature\":\"" + signature + "\"}}", "");
  }

  @Test
  void callOfTheTurn_withoutItsSignature_isRefusedByGemini() {
    assertThatThrownBy(() -> check(Dialect.GEMINI, CALL.formatted("", "")))
        .hasMessageContaining("missing a thought_signature");
    assertThatThrownBy(() -> check(Dialect.GEMINI, signed("other")))
        .hasMessageContaining("not valid");
    assertThatCode(() -> check(Dialect.GEMINI, signed(GivenBack.signature("c1"))))
        .doesNotThrowAnyException();
    assertThatCode(() -> check(Dialect.GEMINI, signed("skip_thought_signature_validator")))
        .doesNotThrowAnyException();
    assertThatCode(() ->
            GivenBack.check(Dialect.GEMINI, JSON.readTree(CALL.formatted("", "")), false, true))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({"DEEPSEEK, '', true", "MOONSHOT, '', false", "MOONSHOT, ' ', true"})
  void callOfAReasoningModel_wantsItsReasoning(Dialect dialect, String text, boolean taken) {
    assertThatThrownBy(() -> check(dialect, CALL.formatted("", "")))
        .hasMessageContaining("reasoning_content");
    String message = CALL.formatted("", ",\"reasoning_content\":\"" + text + "\"");
    if (taken) {
      assertThatCode(() -> check(dialect, message)).doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> check(dialect, message)).hasMessageContaining("reasoning_content");
    }
  }

  @Test
  void changedReasoning_isRefusedByOpenRouter() {
    String list = "{\"reasoning_details\":[{\"text\":\"%s\",\"signature\":\"%s\"}]}";
    String signature = GivenBack.signature("because");

    assertThat(signature).hasSize(120);
    assertThatCode(() -> check(Dialect.OPENROUTER, list.formatted("because", signature)))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> check(Dialect.OPENROUTER, list.formatted("be", signature)))
        .hasMessageContaining("Invalid `signature`");
  }
}
