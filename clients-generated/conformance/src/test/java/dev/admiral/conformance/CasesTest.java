package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.v1.ErrorReason;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of cases: what it covers, and how mistakes in it are told. */
class CasesTest {
  private static final String PREFIX = "ERROR_REASON_";

  private final List<Case> cases =
      CaseReader.read(Checkout.text("clients-generated/conformance/cases.json"));

  @Test
  void everyReasonOfTheContract_isExpectedBySomeCase() {
    Set<String> expected = new TreeSet<>();
    cases.forEach(one -> expected.addAll(one.reasons()));

    assertThat(expected)
        .containsAll(
            Arrays.stream(ErrorReason.values())
                .filter(reason -> reason != ErrorReason.UNRECOGNIZED)
                .filter(reason -> reason.getNumber() != 0)
                .map(reason -> reason.name().substring(PREFIX.length()))
                .toList());
  }

  @Test
  void everyService_isCalledBySomeCase() {
    Set<String> called = new TreeSet<>();
    for (Case one : cases) {
      for (Step step : one.steps()) {
        if (step instanceof Step.Call call) {
          call.method().ifPresent(method -> called.add(service(method.fullName())));
        }
      }
    }

    assertThat(called)
        .containsAll(
            Contract.methodNames().stream()
                .map(name -> service("admiral.optimizer.v1." + name))
                .toList());
  }

  @Test
  void whatEachCaseShows_isASentence() {
    assertThat(cases).allSatisfy(one -> assertThat(one.shows()).matches("[A-Z].*[.:]"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{                               | is not JSON",
        "{}                              | is no array",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"shows\":\"S.\",\"stepz\":[],\"steps\":[]}]}]"
            + " | Case n: A case of G has \"stepz\", which means nothing here.",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"shows\":\"S.\",\"server\":\"moon\",\"steps\":[]}]}]"
            + " | Case n: There is no server \"moon\"; there are live, strict,",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"shows\":\"S.\",\"steps\":[{\"unary\":\"A/B\"}]}]}]"
            + " | Case n: The contract has no method \"A/B\"",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"shows\":\"S.\",\"steps\":[{\"jump\":1}]}]}]"
            + " | Case n: step 1 does nothing known: it has jump",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"shows\":\"S.\",\"steps\":[{\"seen\":{\"$odd\":1}}]}]}]"
            + " | Case n: There is no matcher \"$odd\"",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"shows\":\"S.\",\"clients\":{\"a\":{\"kee\":\"k\"}},\"steps\":[]}]}]"
            + " | Case n: A client has \"kee\", which means nothing here.",
        "[{\"group\":\"G\",\"cases\":[{\"name\":\"n\",\"name\":\"m\"}]}] | Duplicate field 'name'",
      })
  void mistake_isToldInOneSentence(String file, String sentence) {
    assertThatThrownBy(() -> CaseReader.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  private static String service(String method) {
    return method.substring(0, method.indexOf('/'));
  }
}
