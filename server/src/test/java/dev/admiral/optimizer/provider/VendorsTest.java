package dev.admiral.optimizer.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.admiral.optimizer.provider.Vendor.LimitHeaders;
import java.net.URI;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VendorsTest {
  @Test
  void eachVendor_ownsItsUsualAddress() {
    assertThat(Vendors.all())
        .filteredOn(vendor -> !vendor.baseUrl().isEmpty() && !vendor.local())
        .hasSizeGreaterThan(8)
        .allSatisfy(vendor -> {
          assertThat(vendor.owns(URI.create(vendor.baseUrl()))).isTrue();
          assertThat(vendor.baseUrl()).startsWith("https://").doesNotEndWith("/");
          assertThat(Vendors.at(URI.create(vendor.baseUrl()))).contains(vendor);
        });
  }

  @Test
  void keys_areOfOneVendorEach() {
    assertThat(Vendors.all().stream().flatMap(vendor -> vendor.keyVariables().stream()))
        .doesNotHaveDuplicates()
        .allMatch(variable -> variable.matches("[A-Z][A-Z0-9_]*_KEY"));
  }

  @ParameterizedTest
  @CsvSource({
    "https://mistral.ai, true",
    "https://EU.Mistral.AI/v1, true",
    "https://notmistral.ai, false",
    "https://mistral.ai.example, false",
    "http://127.0.0.1/mistral.ai, false"
  })
  void address_isOwnedByItsHostAlone(URI address, boolean owned) {
    assertThat(Vendors.find("mistral").orElseThrow().owns(address)).isEqualTo(owned);
  }

  @Test
  void vendorInItsOwnDialect_isTheOneInTheTable() {
    assertThat(Vendors.of("groq", Dialect.OPENAI)).isSameAs(Vendors.find("groq").orElseThrow());
  }

  @Test
  void anybodyElse_hasNoQuirks() {
    for (Vendor vendor :
        Set.of(
            Vendors.of("ours", Dialect.OPENAI),
            Vendors.of("deepseek", Dialect.ANTHROPIC),
            Vendors.of("anthropic", Dialect.OPENAI))) {
      assertThat(vendor.quirks()).isEmpty();
      assertThat(vendor.baseUrl()).isEmpty();
      assertThat(vendor.limitHeaders())
          .containsExactlyInAnyOrder(LimitHeaders.X_RATELIMIT, LimitHeaders.ANTHROPIC_RATELIMIT);
    }
    assertThat(Vendors.find("ours")).isEmpty();
  }

  @Test
  void headerWithoutAPlaceForTheName_isRefused() {
    assertThatThrownBy(() -> new LimitHeaders("x-left", "x-reset-*", Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
