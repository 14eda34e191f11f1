package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The questions that expectations ask, and what fills them in. */
class MatchTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\":1}                     | {\"a\":1,\"b\":2}        | true",
        "{\"a\":1}                     | {\"a\":\"1\"}            | true",
        "{\"a\":1}                     | {\"a\":2}                | false",
        "{\"a\":1}                     | {}                       | false",
        "{\"a\":{}}                    | {\"a\":{\"b\":1}}        | true",
        "{\"a\":{}}                    | {}                       | false",
        "[1,2]                         | [1,2]                    | true",
        "[1,2]                         | [1,2,3]                  | false",
        "[1,2]                         | [2,1]                    | false",
        "{\"a\":{\"$absent\":true}}    | {}                       | true",
        "{\"a\":{\"$absent\":true}}    | {\"a\":0}                | false",
        "{\"a\":{\"$any\":true}}       | {\"a\":0}                | true",
        "{\"a\":{\"$any\":true}}       | {}                       | false",
        "{\"$regex\":\"^b\"}           | \"bc\"                   | true",
        "{\"$regex\":\"^b\"}           | \"abc\"                  | false",
        "{\"$regex\":\"1\"}            | 1                        | false",
        "{\"$range\":[1,3]}            | 3                        | true",
        "{\"$range\":[1,3]}            | \"2\"                    | true",
        "{\"$range\":[1,3]}            | 4                        | false",
        "{\"$range\":[1,3]}            | \"x\"                    | false",
        "{\"$length\":2}               | \"ab\"                   | true",
        "{\"$length\":2}               | [1]                      | false",
        "{\"$length\":{\"$range\":[1,2]}} | [1]                   | true",
        "{\"$each\":{\"a\":1}}         | [{\"a\":1},{\"a\":1}]    | true",
        "{\"$each\":{\"a\":1}}         | [{\"a\":1},{\"a\":2}]    | false",
        "{\"$each\":{\"a\":1}}         | {\"a\":1}                | false",
        "{\"$count\":[{\"a\":1},1]}    | [{\"a\":1},{\"a\":2}]    | true",
        "{\"$count\":[{\"a\":1},2]}    | [{\"a\":1},{\"a\":2}]    | false",
        "{\"$sum\":[\"/a\",3]}         | [{\"a\":1},{\"a\":\"2\"}] | true",
        "{\"$sum\":[\"/a\",4]}         | [{\"a\":1},{\"a\":2}]    | false",
        "{\"$length\":1,\"$each\":2}   | [2]                      | true",
      })
  void expectation_isMetOrNot(String expected, String actual, boolean met) throws Exception {
    assertThat(Match.difference(json(expected), json(actual)).isEmpty()).isEqualTo(met);
  }

  @Test
  void difference_namesThePlaceAndBothSides() throws Exception {
    assertThat(Match.difference(json("{\"a\":[{\"b\":1}]}"), json("{\"a\":[{\"b\":\"no\"}]}")))
        .contains("/a/0/b: wanted 1, came \"no\"");
  }

  @Test
  void template_fillsNamesRepeatsAndQuestions() throws Exception {
    Template template = new Template(Map.of("run", "7"));

    assertThat(template.fill(json("{\"a\":\"x{run}\",\"b\":{\"$repeat\":[\"{run}-\",3]}}")))
        .isEqualTo(json("{\"a\":\"x7\",\"b\":\"7-7-7-\"}"));
    assertThat(template.fill(json("{\"$user\":\"Hi {run}\"}")))
        .isEqualTo(json("[{\"role\":\"ROLE_USER\",\"parts\":[{\"text\":{\"text\":\"Hi 7\"}}]}]"));
    assertThatThrownBy(() -> template.fill("{other}"))
        .hasMessage("{other} stands for nothing; known are [run]");
  }

  private static JsonNode json(String text) throws JsonProcessingException {
    return Contract.JSON.readTree(text);
  }
}
