package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.admiral.optimizer.provider.Dialect;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProviderDiscoveryTest {

  @Test
  void withoutKeys_nothingIsFound() throws Exception {
    assertThat(find(Map.of("PATH", "/bin", "OPENAI_API_KEY", " "), false)).isEmpty();
  }

  @Test
  void eachUsualKey_makesAProvider() throws Exception {
    List<ProviderEntry> found =
        find(
            Map.of("GEMINI_API_KEY", "g", "ANTHROPIC_API_KEY", "a\n", "OPENAI_API_KEY", "o"),
            false);

    assertThat(found)
        .extracting(ProviderEntry::name)
        .containsExactly("openai", "anthropic", "gemini");
    assertThat(found)
        .extracting(provider -> provider.settings().dialect())
        .containsExactly(Dialect.OPENAI, Dialect.ANTHROPIC, Dialect.OPENAI);
    assertThat(found.get(1).settings().apiKey()).isEqualTo("a");
    assertThat(found.get(2).settings().baseUrl())
        .hasToString("https://generativelanguage.googleapis.com/v1beta/openai");
    assertThat(found.toString()).doesNotContain("apiKey");
  }

  @Test
  void everyVariableLookedFor_makesAProvider() throws Exception {
    for (String variable : ProviderDiscovery.variables()) {
      assertThat(find(Map.of(variable, "k"), false)).as(variable).hasSize(1);
    }
  }

  @Test
  void localOllama_isFoundWithoutAKey() throws Exception {
    assertThat(find(Map.of(), true))
        .singleElement()
        .satisfies(ollama -> {
          assertThat(ollama.name()).isEqualTo("ollama");
          assertThat(ollama.settings().apiKey()).isEmpty();
          assertThat(ollama.settings().baseUrl()).hasToString("http://127.0.0.1:11434/v1");
        });
  }

  private static List<ProviderEntry> find(Map<String, String> variables, boolean ollama)
      throws ConfigException {
    return ProviderDiscovery.find(new Environment(variables, Path.of("/")), _ -> ollama);
  }
}
