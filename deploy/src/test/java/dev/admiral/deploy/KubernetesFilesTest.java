package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Namespace;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The Kubernetes files fit the schemas of the cluster's API, which refuse unknown fields, fit each
 * other, and ask for what Admiral needs.
 */
class KubernetesFilesTest {
  private static final Path FILES = Path.of("kubernetes");

  @TempDir Path folder;

  /** The API's own check of a kind: throws at the first field it does not know or misses. */
  private interface Schema {
    void check(JsonElement resource) throws IOException;
  }

  private static final Map<String, Schema> SCHEMAS =
      Map.of(
          "v1/ConfigMap", V1ConfigMap::validateJsonElement,
          "v1/Namespace", V1Namespace::validateJsonElement,
          "v1/Service", V1Service::validateJsonElement,
          "v1/ServiceAccount", V1ServiceAccount::validateJsonElement,
          "apps/v1/StatefulSet", V1StatefulSet::validateJsonElement,
          "policy/v1/PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
          "networking.k8s.io/v1/NetworkPolicy", V1NetworkPolicy::validateJsonElement,
          "autoscaling/v2/HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement);

  static List<Path> resources() throws IOException {
    List<Path> found = new ArrayList<>();
    found.add(FILES.resolve("overlays/cluster/horizontalpodautoscaler.yaml"));
    try (Stream<Path> files = Files.list(FILES.resolve("base"))) {
      files
          .filter(file -> !Set.of("kustomization.yaml", "admiral.yaml").contains(name(file)))
          .forEach(found::add);
    }
    return found;
  }

  @ParameterizedTest
  @MethodSource("resources")
  void eachResource_fitsTheSchemaOfItsKind(Path file) throws IOException {
    List<JsonNode> found = Yaml.all(Files.readString(file));

    assertThat(found).isNotEmpty();
    for (JsonNode resource : found) {
      check(resource);
    }
  }

  @Test
  void everyFileOfAFolder_isInItsKustomization() throws IOException {
    try (Stream<Path> all = Files.walk(FILES)) {
      for (Path file : all.filter(f -> name(f).equals("kustomization.yaml")).toList()) {
        Set<String> named = new TreeSet<>();
        named.add("kustomization.yaml");
        JsonNode kustomization = Yaml.one(Files.readString(file));
        kustomization.path("resources").forEach(item -> named.add(item.asText()));
        kustomization.path("components").forEach(item -> named.add(item.asText()));
        kustomization.path("patches").findValuesAsText("path").stream()
            .filter(path -> path.endsWith(".yaml"))
            .forEach(named::add);
        kustomization
            .path("configMapGenerator")
            .forEach(map -> map.path("files").forEach(item -> named.add(item.asText())));
        try (Stream<Path> beside = Files.list(file.getParent())) {
          assertThat(named).containsAll(beside.map(KubernetesFilesTest::name).toList());
        }
        assertThat(named)
            .allSatisfy(path -> assertThat(file.resolveSibling(path).normalize()).exists());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/one-node", "overlays/cluster"})
  void whatKustomizeMakes_fitsTheSchemasAndItself(String folder) throws Exception {
    List<JsonNode> resources = Yaml.all(kustomize(folder));

    for (JsonNode resource : resources) {
      check(resource);
      if (!resource.path("kind").asText().equals("Namespace")) {
        assertThat(resource.at("/metadata/namespace").asText()).isEqualTo("admiral");
      }
    }
    JsonNode set = ofKind(resources, "StatefulSet");
    JsonNode pod = set.at("/spec/template/spec");
    JsonNode container = pod.at("/containers/0");
    assertThat(names(container.path("volumeMounts")))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    names(pod.path("volumes")).stream(),
                    set.at("/spec/volumeClaimTemplates").findValuesAsText("name").stream())
                .toList());
    assertThat(names(container.path("env"))).doesNotHaveDuplicates();
    assertThat(container.at("/securityContext/readOnlyRootFilesystem").asBoolean()).isTrue();
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
    assertThat(
            List.of("startupProbe", "readinessProbe", "livenessProbe").stream()
                .map(probe -> container.path(probe).size()))
        .allMatch(size -> size > 1);
    JsonNode labels = set.at("/spec/template/metadata/labels");
    assertThat(labels).isNotEmpty();
    assertThat(set.at("/spec/selector/matchLabels")).isEqualTo(labels);
    assertThat(ofKind(resources, "PodDisruptionBudget").at("/spec/selector/matchLabels"))
        .isEqualTo(labels);
    for (JsonNode resource : resources) {
      if (resource.path("kind").asText().equals("Service")) {
        assertThat(resource.at("/spec/selector")).isEqualTo(labels);
      }
    }
    // The pause, the configuration's drain, and what the server takes for the rest at most, end
    // before the kubelet's patience does.
    JsonNode config = Yaml.one(ofKind(resources, "ConfigMap").at("/data/admiral.yaml").asText());
    int drain = Integer.parseInt(config.at("/grpc/drain_timeout").asText().replace("s", ""));
    int pause = container.at("/lifecycle/preStop/sleep/seconds").asInt();
    assertThat(pod.path("terminationGracePeriodSeconds").asInt()).isGreaterThan(pause + drain + 30);
  }

  @ParameterizedTest
  @ValueSource(strings = {"base", "overlays/one-node", "overlays/cluster"})
  void networkPolicy_namesAgentsAndTheClustersDnsByTheirOwnLabels(String folder) throws Exception {
    List<JsonNode> resources = Yaml.all(kustomize(folder));
    JsonNode policy = ofKind(resources, "NetworkPolicy").path("spec");

    assertThat(policy.at("/podSelector/matchLabels"))
        .isEqualTo(ofKind(resources, "StatefulSet").at("/spec/template/metadata/labels"));
    assertThat(policy.at("/ingress/0/from/0/podSelector/matchLabels"))
        .isEqualTo(Yaml.one("admiral-client: 'true'"));
    assertThat(policy.at("/egress/0/to/0/podSelector/matchLabels"))
        .isEqualTo(Yaml.one("k8s-app: kube-dns"));
  }

  @Test
  void probes_areByGrpcWhereTheKubeletCanSpeakIt() throws Exception {
    JsonNode plain = ofKind(Yaml.all(kustomize("base")), "StatefulSet");
    JsonNode mutual = ofKind(Yaml.all(kustomize("overlays/cluster")), "StatefulSet");

    String readiness = "/spec/template/spec/containers/0/readinessProbe";
    assertThat(plain.at(readiness + "/grpc/port").asInt()).isEqualTo(50051);
    assertThat(mutual.at(readiness + "/exec/command").get(3).asText()).isEqualTo("--probe");
    assertThat(mutual.at(readiness).has("grpc")).isFalse();
  }

  @Test
  void configuration_isOneThatTheServerTakes() throws Exception {
    Server.checkConfig(
        folder, Files.readString(FILES.resolve("base/admiral.yaml")), "/run/secrets/admiral");
  }

  @Test
  void environmentOfMutualTls_isWhatTheServerReads() throws IOException {
    String patch = Files.readString(FILES.resolve("components/mutual-tls/statefulset.yaml"));
    String documented = Files.readString(Path.of("../docs/configuration.md"));

    List<String> names =
        names(Yaml.one(patch).at("/spec/template/spec/containers/0/env")).stream().toList();
    assertThat(names).hasSize(4);
    for (String name : names) {
      String[] words = name.replaceFirst("ADMIRAL_", "").toLowerCase(Locale.ROOT).split("_", 2);
      assertThat(documented.replace("tls.", "tls_"))
          .contains("`" + words[0] + "." + words[1] + "`");
    }
  }

  @Test
  void fieldThatDoesNotExist_isRefusedByThisTest() {
    assertThatThrownBy(() ->
            check(
                Yaml.one(
                    """
                    apiVersion: v1
                    kind: Service
                    metadata: {name: a}
                    spec: {prots: []}
                    """)))
        .hasMessageContaining("prots");
  }

  private static void check(JsonNode resource) throws IOException {
    String kind = resource.path("apiVersion").asText() + "/" + resource.path("kind").asText();
    Schema schema = SCHEMAS.get(kind);
    assertThat(schema).as("schema of %s", kind).isNotNull();
    schema.check(JsonParser.parseString(resource.toString()));
  }

  private static String kustomize(String folder) throws Exception {
    assumeTrue(Command.exists("kubectl"), "kubectl is not installed, which renders the overlays");
    Command.Result result =
        Command.run(List.of("kubectl", "kustomize", FILES.resolve(folder).toString()));
    assertThat(result.exit()).as(result.err()).isZero();
    return result.out();
  }

  private static JsonNode ofKind(List<JsonNode> resources, String kind) {
    return resources.stream()
        .filter(resource -> resource.path("kind").asText().equals(kind))
        .findFirst()
        .orElseThrow();
  }

  private static List<String> names(JsonNode items) {
    return items.valueStream().map(item -> item.path("name").asText()).toList();
  }

  private static String name(Path file) {
    return file.getFileName().toString();
  }
}
