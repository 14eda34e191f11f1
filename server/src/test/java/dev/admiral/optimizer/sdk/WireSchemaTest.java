package dev.admiral.optimizer.sdk;

import static dev.admiral.optimizer.sdk.WireSchema.ANTHROPIC;
import static dev.admiral.optimizer.sdk.WireSchema.OPENAI;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.admiral.optimizer.provider.Recording;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The shapes themselves: the vendors' own replies have them, and mistakes do not. */
class WireSchemaTest {
  private static final String COMPLETION =
      """
      {"id":"chatcmpl-1","object":"chat.completion","created":1750000000,"model":"gpt-4o",
       "choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,
        "tool_calls":[{"id":"call_1","type":"function",
         "function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls","logprobs":null}],
       "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}
      """;

  private static final String MESSAGE =
      """
      {"id":"msg_1","type":"message","role":"assistant","model":"claude","content":[
       {"type":"text","text":"Hi"},{"type":"tool_use","id":"toolu_1","name":"f","input":{}}],
       "stop_reason":"tool_use","stop_sequence":null,
       "usage":{"input_tokens":1,"output_tokens":2}}
      """;

  @TestFactory
  Stream<DynamicTest> vendorsReplies_haveTheirShape() throws IOException {
    if (Recording.folder() == null) {
      return Stream.of(
          dynamicTest("recordings", () -> abort("no recordings beside this checkout")));
    }
    return Stream.concat(
            Recording.of("openai", "").stream().filter(WireSchemaTest::isOfferedPath),
            Recording.of("anthropic", "").stream())
        .map(recording -> dynamicTest(recording.toString(), () -> judge(recording)));
  }

  private static boolean isOfferedPath(Recording recording) {
    String path = path(recording);
    return path.endsWith("/chat/completions") || path.endsWith("/responses");
  }

  private static String path(Recording recording) {
    return recording.request().get("path").asText().split("\\?", 2)[0];
  }

  private static void judge(Recording recording) {
    WireSchema vendor = path(recording).contains("/messages") ? ANTHROPIC : OPENAI;
    if (recording.isStream()) {
      List<ServerSentEvent> events = ServerSentEvent.read(recording.body().asText());
      assertThat(events).isNotEmpty();
      for (ServerSentEvent event : events) {
        if (!event.data().equals("[DONE]")) {
          vendor.check(eventShape(recording), event.data());
        }
      }
    } else {
      vendor.check(replyShape(recording), recording.body().toString());
    }
  }

  private static String eventShape(Recording recording) {
    String path = path(recording);
    return path.endsWith("/messages")
        ? "StreamEvent"
        : path.endsWith("/responses") ? "ResponseEvent" : "ChatCompletionChunk";
  }

  private static String replyShape(Recording recording) {
    String path = path(recording);
    if (recording.status() >= 400) {
      return "Error";
    }
    if (path.endsWith("/count_tokens")) {
      return "TokenCount";
    }
    return path.endsWith("/messages")
        ? "FinishedMessage"
        : path.endsWith("/responses") ? "Response" : "ChatCompletion";
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|{}",
        "\"id\":\"chatcmpl-1\",|",
        "chat.completion|chat.completions",
        "1750000000|1750000000000",
        "1750000000|\"1750000000\"",
        "\"role\":\"assistant\"|\"role\":\"tool\"",
        "\"content\":null,|",
        "\"arguments\":\"{}\"|\"arguments\":{}",
        "\"type\":\"function\",|",
        "\"finish_reason\":\"tool_calls\"|\"finish_reason\":null",
        "\"finish_reason\":\"tool_calls\"|\"finish_reason\":\"tool_use\"",
        "\"refusal\":null,|",
        ",\"logprobs\":null|",
        "\"prompt_tokens\":1|\"prompt_tokens\":-1",
        "\"prompt_tokens\":1|\"prompt_tokens\":1.5",
        "\"usage\"|\"used\"",
      })
  void mistakesInCompletions_areSeen(String right, String wrong) {
    String reply = COMPLETION.replace(right, wrong == null ? "" : wrong);

    assertThat(OPENAI.faults("ChatCompletionOfAdmiral", reply).isEmpty())
        .as("%s", reply)
        .isEqualTo(reply.equals(COMPLETION));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|{}",
        "\"id\":\"msg_1\",|",
        "\"type\":\"message\"|\"type\":\"msg\"",
        "\"text\":\"Hi\"|\"text\":null",
        "\"input\":{}|\"input\":\"{}\"",
        ",\"input\":{}|",
        "\"stop_reason\":\"tool_use\"|\"stop_reason\":\"tool_calls\"",
        "\"stop_reason\":\"tool_use\"|\"stop_reason\":null",
        "\"stop_reason\":\"tool_use\"|\"stop_reason\":\"stop_sequence\"",
        "\"stop_sequence\":null,|",
        "\"output_tokens\":2|\"output_tokens\":null",
        "\"input_tokens\":1,|",
      })
  void mistakesInMessages_areSeen(String right, String wrong) {
    String reply = MESSAGE.replace(right, wrong == null ? "" : wrong);

    assertThat(ANTHROPIC.faults("FinishedMessage", reply).isEmpty())
        .as("%s", reply)
        .isEqualTo(reply.equals(MESSAGE));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "openai|Error|{\"error\":{\"message\":\"m\",\"type\":\"t\",\"code\":null}}",
        "openai|Error|{\"error\":{\"message\":\"\",\"type\":\"t\",\"code\":null,\"param\":null}}",
        "openai|Error|{\"error\":\"m\"}",
        "openai|ChatCompletionChunk|{\"id\":\"i\",\"object\":\"chat.completion.chunk\",\"created\":1750000000,\"model\":\"m\",\"choices\":[]}",
        "openai|ResponseEventOfAdmiral|{\"type\":\"response.output_text.delta\",\"item_id\":\"i\",\"output_index\":0,\"content_index\":0,\"delta\":\"x\"}",
        "openai|Embeddings|{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[null]}],\"model\":\"m\",\"usage\":{\"prompt_tokens\":1,\"total_tokens\":1}}",
        "anthropic|Error|{\"type\":\"error\",\"error\":{\"type\":\"server_error\",\"message\":\"m\"}}",
        "anthropic|StreamEvent|{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\"}}",
        "anthropic|StreamEvent|{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":1}}",
      })
  void mistakesElsewhere_areSeen(String vendor, String shape, String reply) {
    WireSchema schema = vendor.equals("openai") ? OPENAI : ANTHROPIC;

    assertThat(schema.faults(shape, reply)).isNotEmpty();
  }
}
