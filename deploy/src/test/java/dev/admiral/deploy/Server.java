package dev.admiral.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The server and the command line as they are deployed: one folder of jars. */
final class Server {
  static final Path JARS = Path.of("target/lib");
  static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  private Server() {}

  /**
   * Has the server check a configuration whose secrets are in a folder of their own.
   *
   * @param folder where both are put
   * @param secrets the folder of secrets that the configuration names
   */
  static void checkConfig(Path folder, String config, String secrets) throws Exception {
    Path file = folder.resolve("admiral.yaml");
    Files.writeString(folder.resolve("operator_key"), "an-operators-key-0123456789\n");
    Files.writeString(file, config.replace(secrets, folder.toString()));
    Command.Result result =
        Command.run(
            List.of(
                JAVA.toString(),
                "-cp",
                JARS + "/*",
                "dev.admiral.optimizer.app.Main",
                "--check-config",
                "--config",
                file.toString()),
            Map.of("ADMIRAL_DATA_DIR", folder.resolve("data").toString()));
    assertThat(result.exit()).as(result.out() + result.err()).isZero();
  }
}
