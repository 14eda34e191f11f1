package dev.admiral.optimizer.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets as systemd and container platforms hand them over: as files. */
class CredentialsTest {
  @TempDir Path folder;
  private final Map<String, String> variables = new HashMap<>();

  @BeforeEach
  void nameFolder() {
    variables.put("CREDENTIALS_DIRECTORY", folder.toString());
  }

  @Test
  void credential_standsForTheVariableItIsCalledLike() throws Exception {
    Files.writeString(folder.resolve("OPENAI_API_KEY"), "one\n");
    Files.writeString(folder.resolve("admiral_ANTHROPIC_API_KEY"), "two\n");
    Files.writeString(folder.resolve("admiral_ADMIRAL_GRPC_PORT"), "7\n");

    assertThat(ProviderDiscovery.find(environment(), _ -> false))
        .extracting(provider -> provider.settings().apiKey())
        .containsExactly("one", "two");
    assertThat(environment().expand("here", "${OPENAI_API_KEY}")).isEqualTo("one");
    assertThat(
            new ConfigFile(Optional.empty(), environment()).read("", _ -> {}).doors().grpc().port())
        .isEqualTo(7);
  }

  @Test
  void variable_winsOverACredential() throws Exception {
    Files.writeString(folder.resolve("OPENAI_API_KEY"), "credential");
    variables.put("OPENAI_API_KEY", "variable");

    assertThat(environment().secret("OPENAI_API_KEY")).contains(new Secret("variable"));
  }

  @Test
  void credentialOfAnotherName_isLeftAlone() throws Exception {
    Files.write(folder.resolve("server.key"), new byte[] {(byte) 0xff});
    Files.createDirectory(folder.resolve("FOLDER"));

    assertThat(environment().variables()).isEqualTo(variables);
  }

  @Test
  void credentialThatIsNoText_isRefusedByName() throws Exception {
    Files.write(folder.resolve("admiral_OPENAI_API_KEY"), new byte[] {(byte) 0xff});

    assertThatThrownBy(this::environment)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the credential admiral_OPENAI_API_KEY")
        .hasMessageContaining("is not UTF-8 text");
  }

  @Test
  void folderThatIsNotThere_isRefusedByName() {
    Path nothing = folder.resolve("nothing");
    variables.put("CREDENTIALS_DIRECTORY", nothing.toString());

    assertThatThrownBy(this::environment)
        .isInstanceOf(ConfigException.class)
        .hasMessage("CREDENTIALS_DIRECTORY: the folder %s cannot be read", nothing);
  }

  @Test
  void keyInAFile_makesAProvider() throws Exception {
    Path file = Files.writeString(folder.resolve("key"), "three\n");
    variables.put("GROQ_API_KEY_FILE", file.toString());

    assertThat(ProviderDiscovery.find(environment(), _ -> false))
        .singleElement()
        .extracting(provider -> provider.settings().apiKey())
        .isEqualTo("three");
  }

  @Test
  void keyAndFile_areNotBothTaken() {
    variables.put("GROQ_API_KEY_FILE", "/nowhere");
    variables.put("GROQ_API_KEY", "k");

    assertThatThrownBy(() -> ProviderDiscovery.find(environment(), _ -> false))
        .isInstanceOf(ConfigException.class)
        .hasMessage("give GROQ_API_KEY or GROQ_API_KEY_FILE, not both");
  }

  private Environment environment() throws ConfigException {
    return new Environment(Map.copyOf(variables), folder).withCredentials();
  }
}
