package dev.admiral.optimizer.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class ProviderSettingsTest {
  private static final URI BASE = URI.create("https://vendor.example/v1");

  @Test
  void defaults_areWithinTheirRanges() {
    ProviderSettings settings = ProviderSettings.builder("v", Dialect.ANTHROPIC, BASE).build();
    assertThat(settings.apiVersion()).isEqualTo(ProviderSettings.ANTHROPIC_2023);
    assertThat(settings.maxConnections()).isGreaterThanOrEqualTo(10_000);
  }

  @Test
  void eachSettingOutOfRange_isNamed() {
    assertRefused("apiVersion", b -> b.apiVersion("2020-01-01"));
    assertRefused("apiKey", b -> b.apiKey("two\nlines"));
    assertRefused("headers", b -> b.headers(Map.of("x: y", "z")));
    assertRefused("headers", b -> b.headers(Map.of("x", "y\r\nz: 1")));
    assertRefused("headers", b -> b.headers(Map.of("Content-Length", "5")));
    assertRefused("headers", b -> b.headers(Map.of("connection", "close")));
    assertRefused("connectTimeout", b -> b.connectTimeout(Duration.ZERO));
    assertRefused("connectionWait", b -> b.connectionWait(Duration.ofSeconds(-1)));
    assertRefused("firstPieceTimeout", b -> b.firstPieceTimeout(Duration.ZERO));
    assertRefused("silenceTimeout", b -> b.silenceTimeout(Duration.ZERO));
    assertRefused("keepAlive", b -> b.keepAlive(Duration.ZERO));
    assertRefused("maxConnections", b -> b.maxConnections(0));
    assertRefused("maxAnswerBytes", b -> b.maxAnswerBytes(0));
    assertThatThrownBy(
            () -> ProviderSettings.builder("v", Dialect.OPENAI, URI.create("ftp://x/")).build())
        .hasMessageContaining("baseUrl");
    assertThatThrownBy(
            () -> ProviderSettings.builder("v", Dialect.OPENAI, URI.create("/v1")).build())
        .hasMessageContaining("baseUrl");
    assertThatThrownBy(() -> ProviderSettings.builder("", Dialect.OPENAI, BASE).build())
        .hasMessageContaining("name");
  }

  private static void assertRefused(String field, UnaryOperator<ProviderSettings.Builder> change) {
    assertThatThrownBy(
            () -> change.apply(ProviderSettings.builder("v", Dialect.ANTHROPIC, BASE)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field + " ");
  }
}
