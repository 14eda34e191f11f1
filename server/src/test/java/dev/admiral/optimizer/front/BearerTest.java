package dev.admiral.optimizer.front;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.v1.ErrorReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The key in an authorization header. */
class BearerTest {
  @ParameterizedTest
  @ValueSource(strings = {"Bearer secret", "bearer secret", "BEARER   secret "})
  void keyBehindTheScheme_isFoundInAnyCase(String header) {
    assertThat(Bearer.key(header)).isEqualTo("secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "secret", "Basic secret", "Bearer"})
  void otherHeaders_holdNoKey(String header) {
    assertThat(Bearer.key(header)).isNull();
    assertThat(Bearer.key(null)).isNull();
  }

  @Test
  void refusal_saysWhetherAKeyWasSentAndNeverWhich() {
    assertThat(Bearer.refusal(null, "a header").message())
        .isEqualTo("no key was sent; send a header");
    assertThat(Bearer.refusal("secret", "a header").message())
        .isEqualTo(Bearer.UNKNOWN)
        .doesNotContain("secret");
    assertThat(Bearer.refusal("secret", "").reason())
        .isEqualTo(ErrorReason.ERROR_REASON_KEY_INVALID);
  }
}
