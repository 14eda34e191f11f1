package dev.admiral.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is committed of generated code is what the contract gives. */
class FreshnessTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  @TempDir Path folder;

  /** Holds on every machine, also on one without the languages' tools. */
  @Test
  void contract_isTheOneThatAllClientsWereGeneratedFrom() throws Exception {
    String now;
    try (Stream<Path> files = Files.walk(Checkout.file("proto/admiral"))) {
      now =
          files
              .filter(file -> file.toString().endsWith(".proto"))
              .map(file -> digest(file) + "  " + Checkout.file("proto").relativize(file))
              .sorted((a, b) -> a.substring(64).compareTo(b.substring(64)))
              .collect(Collectors.joining("\n", "", "\n"));
    }
    assertThat(Checkout.text("clients-generated/contract.sha256"))
        .as("The contract has changed since the clients were generated: run ./admiral generate")
        .isEqualTo(now);
  }

  @ParameterizedTest
  @ValueSource(strings = {"python", "go", "typescript", "rust"})
  void generatedCode_isWhatTheContractGives(String language) throws Exception {
    Language.missing(language).ifPresent(missing -> assumeTrue(false, missing));
    Path buf = Checkout.file("proto/target/buf/buf");
    assumeTrue(Files.exists(buf), "buf was not fetched, since the build ran with -Dbuf.skip=true.");
    assertThat(buf.toFile().setExecutable(true)).isTrue();
    String tasks = Language.tasks(language).toString();
    Command.Outcome generated =
        Command.run(
            List.of(tasks, "generate", folder.toString()),
            Map.of(
                "ADMIRAL_BUF", buf.toString(),
                "ADMIRAL_PROTO", Checkout.file("proto").toString(),
                "ADMIRAL_PROTO_INCLUDE", Checkout.file("proto/target/include").toString()),
            LIMIT);
    assertThat(generated.code()).as(generated.output()).isZero();
    String where = Command.run(LIMIT, tasks, "generated").output();

    SortedMap<String, String> committed =
        digests(Checkout.file("clients-generated/" + language + "/" + where));

    assertThat(digests(folder)).as("Run ./admiral generate").isEqualTo(committed);
  }

  /** Of every file its digest; what an interpreter leaves beside its source is none. */
  private static SortedMap<String, String> digests(Path root) throws IOException {
    SortedMap<String, String> digests = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      files
          .filter(Files::isRegularFile)
          .filter(file -> !file.toString().contains("__pycache__"))
          .forEach(file -> digests.put(root.relativize(file).toString(), digest(file)));
    }
    return digests;
  }

  private static String digest(Path file) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
