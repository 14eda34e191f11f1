package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The compose file names only what is there, and each service is bounded and locked up. */
class ComposeFileTest {
  private static final Path FOLDER = Path.of("compose");
  private static final Path FILE = FOLDER.resolve("compose.yaml");

  @TempDir Path folder;

  private JsonNode file;

  @BeforeEach
  void read() throws IOException {
    file = Yaml.one(Files.readString(FILE));
  }

  @Test
  void dockerCompose_takesIt() throws Exception {
    assumeTrue(
        Command.exists("docker")
            && Command.run(List.of("docker", "compose", "version")).exit() == 0,
        "docker compose is not installed, which checks its own files");
    Command.Result result =
        Command.run(
            List.of(
                "docker", "compose", "-f", FILE.toString(), "--profile", "watch", "config", "-q"));
    assertThat(result.exit()).as(result.err()).isZero();
  }

  @Test
  void whatServicesRefer_toIsDeclared() {
    for (JsonNode service : file.path("services")) {
      assertThat(fieldNames(file.path("networks"))).containsAll(texts(service.path("networks")));
      assertThat(fieldNames(file.path("secrets"))).containsAll(texts(service.path("secrets")));
      assertThat(fieldNames(file.path("configs")))
          .containsAll(service.path("configs").findValuesAsText("source"));
      assertThat(fieldNames(file.path("volumes")))
          .containsAll(
              texts(service.path("volumes")).stream()
                  .map(volume -> volume.split(":", 2)[0])
                  .toList());
    }
    for (JsonNode config : file.path("configs")) {
      if (config.has("file")) {
        assertThat(FOLDER.resolve(config.path("file").asText())).exists();
      }
    }
    JsonNode build = file.at("/services/admiral/build");
    assertThat(
            FOLDER
                .resolve(build.path("context").asText())
                .resolve(build.path("dockerfile").asText()))
        .exists();
  }

  @Test
  void everyService_isBoundedAndLockedUp() {
    for (Map.Entry<String, JsonNode> entry : file.path("services").properties()) {
      JsonNode service = entry.getValue();
      String name = entry.getKey();
      assertThat(service.at("/deploy/resources/limits/memory").asText()).as(name).isNotEmpty();
      assertThat(service.at("/deploy/resources/limits/cpus").asText()).as(name).isNotEmpty();
      assertThat(service.path("read_only").asBoolean()).as(name).isTrue();
      assertThat(texts(service.path("cap_drop"))).as(name).containsExactly("ALL");
      assertThat(texts(service.path("security_opt"))).as(name).contains("no-new-privileges:true");
      assertThat(texts(service.path("ports")))
          .as(name)
          .allMatch(port -> port.startsWith("127.0.0.1:"));
    }
  }

  @Test
  void services_beginWhenWhatTheyNeedIsHealthy() throws IOException {
    boolean imageIsChecked =
        Files.readString(Path.of("container/Dockerfile")).contains("\nHEALTHCHECK ");
    for (JsonNode service : file.path("services")) {
      for (Map.Entry<String, JsonNode> need : service.path("depends_on").properties()) {
        assertThat(need.getValue().path("condition").asText()).isEqualTo("service_healthy");
        assertThat(
                need.getKey().equals("admiral")
                    ? imageIsChecked
                    : file.path("services").path(need.getKey()).has("healthcheck"))
            .as(need.getKey())
            .isTrue();
      }
    }
  }

  @Test
  void storesAndAgents_areOnNetworksWithoutAWayOut() {
    assertThat(file.at("/networks/stores/internal").asBoolean()).isTrue();
    assertThat(file.at("/networks/agents/internal").asBoolean()).isTrue();
  }

  @Test
  void configuration_isOneThatTheServerTakes() throws Exception {
    Server.checkConfig(folder, Files.readString(FOLDER.resolve("admiral.yaml")), "/run/secrets");
  }

  private static List<String> texts(JsonNode items) {
    return StreamSupport.stream(items.spliterator(), false)
        .filter(JsonNode::isTextual)
        .map(JsonNode::asText)
        .toList();
  }

  private static Set<String> fieldNames(JsonNode node) {
    return node.properties().stream().map(Map.Entry::getKey).collect(Collectors.toSet());
  }
}
