package dev.admiral.optimizer.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** What a log may tell of a fault. */
class FaultsTest {
  @Test
  void faultAndItsCauses_keepKindAndPlaceAndLoseTheirText() {
    RuntimeException fault =
        new IllegalStateException(
            "the prompt was: secret", new IllegalArgumentException("secret too"));

    StringWriter log = new StringWriter();
    Faults.withoutMessages(fault).printStackTrace(new PrintWriter(log, true));

    assertThat(log.toString())
        .contains("IllegalStateException", "IllegalArgumentException", "FaultsTest.java")
        .doesNotContain("secret");
  }
}
