package dev.admiral.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When tools are called, and how their arguments arrive. */
class ToolsTest {
  private static final String PARAMETERS =
      "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"},"
          + "\"days\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":7}},"
          + "\"required\":[\"city\",\"days\"]}";
  private static final String CHAT =
      """
      {"model":"gpt-4o",%s"messages":[{"role":"user","content":"%s"}],"tools":[
      {"type":"function","function":{"name":"get_weather","parameters":PARAMS}},
      {"type":"function","function":{"name":"get_time","parameters":PARAMS}}]}
      """
          .replace("PARAMS", PARAMETERS);
  private static final String MESSAGE =
      """
      {"model":"claude-sonnet-5","max_tokens":999,%s"messages":[{"role":"user","content":"%s"}],
      "tools":[{"name":"get_weather","input_schema":PARAMS},
      {"name":"get_time","input_schema":PARAMS}]}
      """
          .replace("PARAMS", PARAMETERS);

  private Simulator simulator;
  private Caller caller;

  @BeforeEach
  void start() throws IOException {
    simulator = Simulator.builder().timeScale(0).start();
    caller = new Caller(simulator);
  }

  @AfterEach
  void stop() {
    simulator.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "What is the weather?           |                                          | 1",
        "The weather and the time?      |                                          | 2",
        "The weather and the time?      | \"parallel_tool_calls\":false,           | 1",
        "Hello                          |                                          | 0",
        "Hello                          | \"tool_choice\":\"required\",            | 1",
        "What is the weather?           | \"tool_choice\":\"none\",                | 0",
        "Hello [[sim: tools=5]]         |                                          | 5",
        "The weather and the time?      |"
            + " \"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}]}},"
            + " | 1",
        "Hello                          |"
            + " \"tool_choice\":{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"required\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}}]}},"
            + " | 1",
      })
  void chat_callsAsManyToolsAsTheTriggersSay(String text, String setting, int calls) {
    Caller.Reply reply = caller.chat(CHAT.formatted(setting == null ? "" : setting, text));
    JsonNode choice = reply.json().at("/choices/0");
    assertThat(choice.at("/message/tool_calls").size()).isEqualTo(calls);
    assertThat(choice.path("finish_reason").asText()).isEqualTo(calls == 0 ? "stop" : "tool_calls");
    assertThat(choice.at("/message/content").isNull()).isEqualTo(calls > 0);
    for (JsonNode call : choice.at("/message/tool_calls")) {
      assertArguments(Caller.parse(call.at("/function/arguments").asText()));
    }
  }

  private static void assertArguments(JsonNode arguments) {
    assertThat(arguments.path("city").isTextual()).isTrue();
    assertThat(arguments.path("days").asInt()).isBetween(1, 7);
  }

  @Test
  void chat_namedTool_isTheOneCalled() {
    String choice = "\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"get_time\"}},";
    JsonNode calls =
        caller.chat(CHAT.formatted(choice, "Hi")).json().at("/choices/0/message/tool_calls");
    assertThat(calls.size()).isEqualTo(1);
    assertThat(calls.at("/0/function/name").asText()).isEqualTo("get_time");
  }

  @Test
  void chatStream_carriesParallelCallsByIndex() {
    String text = "The weather and the time?";
    JsonNode whole = caller.chat(CHAT.formatted("", text)).json();
    Map<Integer, String> arguments = new TreeMap<>();
    Map<Integer, String> ids = new TreeMap<>();
    for (Caller.Event event : caller.chat(CHAT.formatted("\"stream\":true,", text)).events()) {
      if (!event.data().equals("[DONE]")) {
        for (JsonNode call : event.json().at("/choices/0/delta/tool_calls")) {
          int index = call.path("index").asInt();
          arguments.merge(index, call.at("/function/arguments").asText(), String::concat);
          if (call.has("id")) {
            assertThat(call.path("type").asText()).isEqualTo("function");
            assertThat(call.at("/function/arguments").asText()).isEmpty();
            ids.put(index, call.path("id").asText());
          }
        }
      }
    }
    assertThat(ids).hasSize(2);
    for (int i = 0; i < 2; i++) {
      JsonNode call = whole.at("/choices/0/message/tool_calls/" + i);
      assertThat(ids.get(i)).isEqualTo(call.path("id").asText());
      assertThat(arguments.get(i)).isEqualTo(call.at("/function/arguments").asText());
    }
  }

  @Test
  void messageStream_carriesCallsAsBlocks() {
    String text = "The weather and the time?";
    JsonNode whole = caller.messages(MESSAGE.formatted("", text)).json();
    assertThat(whole.path("stop_reason").asText()).isEqualTo("tool_use");
    Map<Integer, String> inputs = new TreeMap<>();
    Map<Integer, JsonNode> starts = new TreeMap<>();
    for (Caller.Event event :
        caller.messages(MESSAGE.formatted("\"stream\":true,", text)).events()) {
      int index = event.json().path("index").asInt(-1);
      if (event.json().at("/delta/type").asText().equals("input_json_delta")) {
        inputs.merge(index, event.json().at("/delta/partial_json").asText(), String::concat);
      } else if (event.json().at("/content_block/type").asText().equals("tool_use")) {
        starts.put(index, event.json().path("content_block"));
      }
    }
    assertThat(starts).hasSize(2);
    starts.forEach((index, start) -> {
      JsonNode block = whole.path("content").get(index);
      assertThat(start.path("id")).isEqualTo(block.path("id"));
      assertThat(start.path("input").isEmpty()).isTrue();
      assertThat(Caller.parse(inputs.get(index))).isEqualTo(block.path("input"));
      assertArguments(block.path("input"));
    });
  }

  @Test
  void message_disabledParallelCalls_areOne() {
    String choice = "\"tool_choice\":{\"type\":\"any\",\"disable_parallel_tool_use\":true},";
    JsonNode content =
        caller.messages(MESSAGE.formatted(choice, "weather and time")).json().path("content");
    assertThat(content.size()).isEqualTo(1);
    assertThat(content.at("/0/type").asText()).isEqualTo("tool_use");
  }

  @Test
  void toolResult_isAnsweredWithText() {
    String body =
        """
        {"model":"gpt-4o","messages":[{"role":"user","content":"What is the weather?"},
        {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function",
        "function":{"name":"get_weather","arguments":"{}"}}]},
        {"role":"tool","tool_call_id":"call_1","content":"It rains."}],
        "tools":[{"type":"function","function":{"name":"get_weather"}}]}
        """;
    JsonNode choice = caller.chat(body).json().at("/choices/0");
    assertThat(choice.path("finish_reason").asText()).isEqualTo("stop");
    assertThat(choice.at("/message/content").asText()).isNotEmpty();
  }

  @Test
  void toolCallCutByTheLimit_isLength() {
    Caller.Reply reply = caller.chat(CHAT.formatted("\"max_tokens\":8,", "What is the weather?"));
    JsonNode choice = reply.json().at("/choices/0");
    assertThat(choice.path("finish_reason").asText()).isEqualTo("length");
    assertThat(reply.json().at("/usage/completion_tokens").asInt()).isEqualTo(8);
  }
}
